import CommandRunner
import Foundation

/// One call of the C library at which a program is made to stand still, so that a test can strike exactly there.
///
/// A small library is loaded before glibc; the program is the one that users run, and does not know.
struct Hold: Sendable, CustomStringConvertible {
    private let call: String
    private let path: String
    private let count: Int

    /// - Parameters:
    ///   - call: `fsync` or `rename`.
    ///   - path: a part of the path, of the old one for `rename`; a whole ending where it does not end in `/`.
    ///   - count: how many such calls pass before.
    init(_ call: String, _ path: String, after count: Int = 0) {
        (self.call, self.path, self.count) = (call, path, count)
    }

    var description: String { "\(call) of \(path)" + (count > 0 ? " after \(count)" : "") }

    func environment(in folder: String) throws -> [String: String] {
        [
            "LD_PRELOAD": try Self.library(), "HOLD_CALL": call, "HOLD_PATH": path,
            "HOLD_COUNT": String(count),
            "HOLD_MARK": folder + "/held",
        ]
    }

    /// Whether the program stands at the call; the mark goes with the question.
    func isReached(in folder: String) throws -> Bool {
        let mark = folder + "/held"
        guard FileManager.default.fileExists(atPath: mark) else { return false }
        try FileManager.default.removeItem(atPath: mark)
        return true
    }

    private static let kept = Shared<WorkFolder>()

    private static func library() throws -> String {
        let folder = try kept.value {
            atexit { Hold.kept.letGo() }
            let folder = try WorkFolder()
            let (text, library) = (folder.path + "/hold.c", folder.path + "/hold.so")
            try Data(source.utf8).write(to: URL(filePath: text))
            let made = try RunningProgram.run(
                "clang", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", library, text)
            guard made.status == 0 else { throw NotSeen(description: "clang: \(made.errors)") }
            return folder
        }
        return folder.path + "/hold.so"
    }

    private static let source = #"""
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <fcntl.h>
        #include <stdatomic.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <unistd.h>

        static atomic_int seen;

        static int fits(const char *path) {
            const char *wanted = getenv("HOLD_PATH");
            size_t length = strlen(wanted), whole = strlen(path);
            if (wanted[length - 1] == '/') return strstr(path, wanted) != NULL;
            return whole >= length && strcmp(path + whole - length, wanted) == 0;
        }

        static void stand(const char *call, const char *path) {
            if (strcmp(call, getenv("HOLD_CALL")) != 0 || !fits(path)) return;
            if (atomic_fetch_add(&seen, 1) < atoi(getenv("HOLD_COUNT"))) return;
            int mark = open(getenv("HOLD_MARK"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
            if (mark < 0) abort();
            close(mark);
            for (;;) pause();
        }

        int rename(const char *from, const char *to) {
            stand("rename", from);
            return ((int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename"))(from, to);
        }

        int fsync(int descriptor) {
            char link[64], path[4096];
            snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
            ssize_t length = readlink(link, path, sizeof path - 1);
            path[length < 0 ? 0 : length] = 0;
            stand("fsync", path);
            return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(descriptor);
        }
        """#
}
