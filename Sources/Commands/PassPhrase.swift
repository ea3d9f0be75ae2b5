import BundleFormat
import Glibc
import LibCrypto

/// Where the pass phrase of a private key comes from: a file, cosign's variable, or a person at a terminal; never the
/// command line, where every user of the machine can read it.
struct PassPhrase: Sendable {
    private let file: String?
    private let environment: String?

    init(file: String?) {
        self.file = file
        environment = getenv("COSIGN_PASSWORD").map { String(cString: $0) }
    }

    /// Nothing where nobody can be asked.
    func given() throws(Finding) -> [UInt8]? {
        if let file {
            var bytes = try InputFile.bytes(of: file, limit: 4096, takesPipes: true)
            // One line end is the editor's, not part of the phrase.
            if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
            if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
            return bytes
        }
        return environment.map { Array($0.utf8) }
    }

    /// Asks at the terminal with the echo off; nothing if there is no terminal.
    static func ask(_ prompt: String) throws(Finding) -> [UInt8]? {
        let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard terminal >= 0 else { return nil }
        defer { close(terminal) }
        var settings = termios()
        guard tcgetattr(terminal, &settings) == 0 else { return nil }
        var silent = settings
        // Without signals from the keyboard too: one in the middle would leave the terminal without its echo. The
        // interrupt key ends the line in place of it, and is seen below.
        silent.c_lflag &= ~tcflag_t(ECHO | ISIG)
        silent.endLine(with: settings.interrupt)
        guard tcsetattr(terminal, TCSAFLUSH, &silent) == 0 else { return nil }
        defer {
            tcsetattr(terminal, TCSAFLUSH, &settings)
            Printer.write("\n", to: terminal)
        }
        Printer.write(prompt, to: terminal)
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while read(terminal, &byte, 1) == 1, byte != UInt8(ascii: "\n") {
            if byte == settings.interrupt {
                kill(getpid(), SIGINT)
                throw Finding(.usage, "key.passphrase", at: .signature, "stopped at the prompt")
            }
            bytes.append(byte)
        }
        return bytes
    }
}

extension termios {
    /// The byte that the interrupt key sends.
    fileprivate var interrupt: UInt8 {
        withUnsafeBytes(of: c_cc) { $0[Int(VINTR)] }
    }

    fileprivate mutating func endLine(with byte: UInt8) {
        withUnsafeMutableBytes(of: &c_cc) { $0[Int(VEOL)] = byte }
    }
}
