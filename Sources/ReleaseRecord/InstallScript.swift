import OCI
import ReleaseSet

/// The script that types the vendor's documented `helm` command, `install.sh`.
///
/// It works from any directory and takes everything but the operator's own values from its own folder. Those are looked
/// for where the operator is: the folder is the record's, and the record would not keep a file that it did not write.
struct InstallScript: Sendable {
    static let name = "install.sh"
    static let ownValuesName = "cloudgrid-prod.yaml"
    static let profileName = "profiles/enterprise.yaml"

    let version: ReleaseVersion
    let location: RegistryLocation
    /// The full name of the chart's repository.
    let chart: String
    /// Whether the chart has the profile.
    let hasProfile: Bool

    /// The values of the folder, in helm's order.
    private var values: [String] {
        [RecordPlan.mirroredValuesName] + (hasProfile ? ["chart/" + Self.profileName] : [])
    }

    var bytes: [UInt8] {
        let chart = shellWord("oci://\(chart)")
        let options = values.map { "-f \($0) " }.joined()
        let text = """
            #!/bin/sh
            # Installs CloudGrid \(version) from \(location), or upgrades to it.
            #
            # Usage: install.sh [VALUES] [more options of helm]
            #
            # VALUES are your own values. Without them $CLOUDGRID_VALUES is taken, and without that
            # \(Self.ownValuesName) in the directory in which you are. Keep them there and not beside this script:
            # the folder of a release belongs to its record.
            set -eu
            own=${CLOUDGRID_VALUES:-\(Self.ownValuesName)}
            case ${1--} in
                -*) ;;
                *)
                    own=$1
                    shift
                    ;;
            esac
            case $own in
                /*) ;;
                *) own=$PWD/$own ;;
            esac
            CDPATH='' cd -- "$(dirname -- "$0")"
            for file in \(values.joined(separator: " ")); do
                if [ ! -f "$file" ]; then
                    printf '%s\\n' "install.sh: $PWD/$file is missing; run the script in the folder of the record" >&2
                    exit 1
                fi
            done
            if [ ! -f "$own" ]; then
                printf '%s\\n' "install.sh: $own is missing: these are your own values, which no release brings;" \\
                    "name them as the first argument or in CLOUDGRID_VALUES" >&2
                exit 1
            fi
            case $own in
                *,* | *'"'*)
                    printf '%s\\n' "install.sh: $own: helm takes no file with a comma or a quote in its path" >&2
                    exit 1
                    ;;
            esac
            exec helm upgrade --install cloudgrid \(chart) \\
                --namespace cloudgrid --version \(shellWord(version.chartVersion)) \\
                \(options)-f "$own" --wait "$@"

            """
        return Array(text.utf8)
    }
}
