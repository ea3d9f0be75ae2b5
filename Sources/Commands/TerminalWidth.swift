import Glibc

/// How many columns the terminal behind a descriptor has.
enum TerminalWidth {
    /// - Returns: nothing where no terminal is: then no line is folded or cut, because a program may read it. 80 where the terminal
    ///   does not say.
    static func columns(of descriptor: Int32) -> Int? {
        guard isatty(descriptor) == 1 else { return nil }
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return max(Int(size.ws_col), 40)
    }
}
