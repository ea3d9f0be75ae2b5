package import ReleaseSet

extension Printer {
    /// The images that values and compose can name, and those among them that are missing.
    package func closure(_ closure: Closure, in container: Closure.Container) {
        line("  closure    " + closure.sentence(in: container))
        for detail in closure.details(in: container) {
            if detail.hasPrefix("  --image") { command("    " + detail) } else { line("    " + detail) }
        }
    }
}
