/// The options of `helm upgrade` in helm 3 and 4 that `install.sh` passes on.
///
/// An option is known or refused. Unknown to it are also the options that choose another chart than the one in the
/// record (`--repo`, `--version`, `--devel`, `--verify`, `--dependency-update`) and those for the registry of a chart.
enum HelmOptions {
    /// With a value, for `helm template` too.
    static let valued = [
        "--set", "--set-file", "--set-json", "--set-literal", "--set-string", "--burst-limit",
        "--content-cache",
        "--kube-apiserver", "--kube-as-group", "--kube-as-user", "--kube-ca-file", "--kube-context",
        "--kube-tls-server-name", "--kube-token", "--kubeconfig", "--qps", "--registry-config",
        "--repository-cache",
        "--repository-config",
    ]
    /// Without a value, for `helm template` too.
    static let flags = [
        "--debug", "--disable-openapi-validation", "--enable-dns", "--kube-insecure-skip-tls-verify",
        "--no-hooks",
        "--skip-crds", "--skip-schema-validation",
    ]
    /// With a value, for `helm upgrade` alone.
    static let upgradeValued = [
        "--color", "--colour", "--description", "--history-max", "-l", "--labels", "-o", "--output",
        "--timeout",
    ]
    /// Without a value or with one behind `=`, for `helm upgrade` alone.
    static let upgradeFlags = [
        "--atomic", "--cleanup-on-fail", "--create-namespace", "--dry-run", "--force", "--force-conflicts",
        "--force-replace", "--hide-notes", "--hide-secret", "-i", "--install", "--render-subchart-notes",
        "--reset-values", "--rollback-on-failure", "--server-side", "--take-ownership", "--wait",
        "--wait-for-jobs",
    ]
    /// Options by which something else runs than what was rendered.
    static let refused = [
        "--post-renderer", "--post-renderer-args", "--reset-then-reuse-values", "--reuse-values",
    ]

    static var shellFunction: String {
        func line(_ options: [String], _ kind: String) -> String {
            "        \(options.joined(separator: " | ")) ) echo \(kind) ;;".replacing(" )", with: ")")
        }
        return """
            # Prints how an option is passed on: with a value or not, and to helm template or to helm upgrade alone.
            kind() {
                case $1 in
            \(line(["-f", "--values"], "values"))
            \(line(["-n", "--namespace"], "namespace"))
            \(line(valued, "value"))
            \(line(flags, "flag"))
            \(line(upgradeValued, "upgrade-value"))
            \(line(upgradeFlags, "upgrade-flag"))
            \(line(refused, "refused"))
            \(line(["--unchecked"], "unchecked"))
                    *) echo unknown ;;
                esac
            }

            """
    }
}
