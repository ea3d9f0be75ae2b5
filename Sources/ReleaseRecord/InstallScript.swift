import OCI
import ReleaseSet

/// The script that installs a release with helm, `install.sh`.
///
/// It works from any directory and takes everything but the operator's own values from the release's folder. Before helm
/// changes anything it renders the chart with the same options and has the program compare the images with the record.
struct InstallScript: Sendable {
    static let name = "install.sh"
    static let ownValuesName = "cloudgrid-prod.yaml"
    static let profileName = "profiles/enterprise.yaml"

    let version: ReleaseVersion
    let location: RegistryLocation
    /// Path of the packed chart in the release's folder.
    let chart: String
    /// Whether the chart has the profile.
    let hasProfile: Bool
    /// The pull secret in the last values.
    let pullSecret: PullSecretName?

    var bytes: [UInt8] {
        let sections = [
            header, Self.functions, HelmOptions.shellFunction, Self.arguments, files, Self.lastValues,
            Self.check, unchecked, Self.run,
        ]
        return Array(sections.joined(separator: "\n").utf8)
    }

    private var header: String {
        """
        #!/bin/sh
        # Installs CloudGrid \(version) from \(location), or upgrades to it, with helm 3 or 4.
        #
        # Usage: install.sh [--unchecked] [VALUES] [options of helm upgrade]
        #
        # VALUES is the file with your own values. Default: $CLOUDGRID_VALUES, then \(Self.ownValuesName) in the current
        # directory. Keep it outside of the record. Further values files follow as options: -f FILE.
        #
        # Last of all, helm reads values that keep every image on the mirror. The result is rendered and compared with
        # the record; only then helm changes the cluster. The comparison needs the program: $CGBUNDLE, or cgbundle or
        # cgbundle-importer on the PATH. --unchecked installs on a host without it.
        set -eu
        umask 077

        """
    }

    /// Whatever the folder's path holds, helm gets it as one file: it reads the value of -f as a line of CSV.
    private static let functions = #"""
        # Prints a message and ends with a status.
        stop() {
            printf 'install.sh: %s\n' "$2" >&2
            exit "$1"
        }

        # Prints a path for the option -f, which helm reads as a line of CSV.
        csv() {
            case $1 in
                *,* | *'"'*) printf '"%s"' "$(printf '%s' "$1" | sed 's/"/""/g')" ;;
                *) printf '%s' "$1" ;;
            esac
        }

        """#

    private static let arguments = #"""
        unchecked=
        if [ "${1-}" = --unchecked ]; then
            unchecked=yes
            shift
        fi
        own=${CLOUDGRID_VALUES:-cloudgrid-prod.yaml}
        case ${1--} in
            -*) ;;
            *)
                own=$1
                shift
                ;;
        esac

        # Every option becomes one word or two: the option, and its value.
        namespace=cloudgrid
        count=$#
        while [ "$count" -gt 0 ]; do
            word=$1
            shift
            count=$((count - 1))
            option=${word%%=*}
            kind=$(kind "$option")
            case $kind in
                values | namespace | value | upgrade-value)
                    if [ "$option" != "$word" ]; then
                        value=${word#*=}
                    elif [ "$count" -gt 0 ]; then
                        value=$1
                        shift
                        count=$((count - 1))
                    else
                        stop 64 "$option: a value must follow"
                    fi
                    ;;
            esac
            case $kind in
                values)
                    case $value in
                        '' | - | *,* | *'"'*) stop 64 "$option $value: give the path of one file, without comma and quote" ;;
                        *://*) stop 64 "$option $value: only a file of this host is read" ;;
                    esac
                    set -- "$@" -f "$value"
                    ;;
                namespace) namespace=$value ;;
                value | upgrade-value) set -- "$@" "$option" "$value" ;;
                flag | upgrade-flag) set -- "$@" "$word" ;;
                unchecked) unchecked=yes ;;
                refused) stop 64 "$option: is refused: it would change what runs after the comparison with the record" ;;
                *) stop 64 "$word: not an option that this script knows; expected VALUES first, then options of helm upgrade, and optional values as --option=value" ;;
            esac
        done

        """#

    private var files: String {
        let options = [RecordPlan.mirroredValuesName] + (hasProfile ? ["chart/" + Self.profileName] : [])
        let profile = hasProfile ? "chart/\(Self.profileName)" : ""
        return #"""
            here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
            release=$(dirname -- "$here")
            chart="$release"/\#(shellWord(chart))
            for file in \#((options + [LastValues.name]).map { "\"$here\"/\($0)" }.joined(separator: " ")) "$chart"; do
                [ -f "$file" ] || stop 1 "$file is missing; run the script in the folder of the record"
            done
            [ -f "$own" ] || stop 1 "$own is missing: these are your own values, which no release brings; name them as the first argument or in CLOUDGRID_VALUES"
            case $own in
                -*) own=./$own ;;
            esac
            command -v helm >/dev/null || stop 1 "helm is not on the PATH"
            mirrored="$here"/\#(RecordPlan.mirroredValuesName)
            profile=\#(profile.isEmpty ? "''" : "\"$here\"/\(profile)")
            fixed="$here"/\#(LastValues.name)

            """#
    }

    private static let lastValues = #"""
        # The program that compares the rendering with the record.
        program=
        if [ -n "${CGBUNDLE-}" ]; then
            program=$(command -v -- "$CGBUNDLE") || stop 1 "CGBUNDLE: $CGBUNDLE is not a program"
        else
            program=$(command -v cgbundle || command -v cgbundle-importer) || [ -n "$unchecked" ] ||
                stop 1 "neither cgbundle nor cgbundle-importer is on this host, so nothing compares the images with the record; name the program in CGBUNDLE, or give --unchecked"
        fi

        work=$(mktemp -d "${TMPDIR:-/tmp}/cgbundle-install.XXXXXX")
        trap 'rm -rf -- "$work"' EXIT
        trap 'exit 129' HUP
        trap 'exit 130' INT
        trap 'exit 143' TERM
        last=$work/last-values.yaml

        # Prints the last values, with the pull secrets of all values files before them.
        last_values() {
            count=$#
            while [ "$count" -gt 0 ]; do
                option=$1
                shift
                count=$((count - 1))
                case $(kind "${option%%=*}") in
                    values)
                        set -- "$@" -f "$1"
                        shift
                        count=$((count - 1))
                        ;;
                    value | upgrade-value)
                        shift
                        count=$((count - 1))
                        ;;
                esac
            done
            "$program" record last-values "$release" -f "$here/chart/values.yaml" -f "$mirrored" \
                ${profile:+-f "$profile"} -f "$own" "$@"
        }

        # Renders the chart with the options that helm template shares with helm upgrade.
        render() {
            count=$#
            while [ "$count" -gt 0 ]; do
                option=$1
                shift
                count=$((count - 1))
                case $(kind "${option%%=*}") in
                    values | value)
                        set -- "$@" "$option" "$1"
                        shift
                        count=$((count - 1))
                        ;;
                    upgrade-value)
                        shift
                        count=$((count - 1))
                        ;;
                    flag) set -- "$@" "$option" ;;
                esac
            done
            helm template cloudgrid "$chart" --namespace "$namespace" --include-crds \
                -f "$(csv "$mirrored")" ${profile:+-f "$(csv "$profile")"} -f "$(csv "$own")" "$@" -f "$(csv "$last")"
        }

        """#

    private static let check = #"""
        if [ -n "$program" ]; then
            [ -z "$unchecked" ] || printf 'install.sh: %s is here, so --unchecked is not needed\n' "$program" >&2
            last_values "$@" >"$last" || stop "$?" "the last values cannot be made; nothing was changed"
            render "$@" >"$work/rendered.yaml" || stop "$?" "helm template failed; nothing was changed"
            "$program" record check-rendered "$release" --namespace "$namespace" <"$work/rendered.yaml" >&2 ||
                stop "$?" "the images were not accepted; nothing was changed"
        else
        """#

    private var unchecked: String {
        let secret =
            pullSecret.map { "the pull secret \($0)" } ?? "a pull secret, if the registry asks for one"
        let lost =
            pullSecret.map {
                "If your own values set global.imagePullSecrets, only \($0) is left of the list."
            } ?? "The list global.imagePullSecrets of your own values is in force as it is."
        return #"""
                cp -- "$fixed" "$last"
                cat >&2 <<'END'
            install.sh: warning: --unchecked: nothing compares the images that your values select with the record.
            \#(lost)
            Before helm runs, the cluster needs, in this order:
            - the namespace
            - \#(secret); install/\#(PullSecret.fileName) shows how to make one
            - the application's secrets: cloudgrid-session, cloudgrid-surrealdb, cloudgrid-provider-secrets, unless your
              values name others
            - with the bundled NATS or SurrealDB: the service account "default" with the pull secret. Their StatefulSets name
              none, so --wait fails without it
            END
            fi

            """#
    }

    private static let run = #"""
        helm upgrade --install cloudgrid "$chart" --namespace "$namespace" \
            -f "$(csv "$mirrored")" ${profile:+-f "$(csv "$profile")"} -f "$(csv "$own")" --wait --timeout 10m \
            "$@" -f "$(csv "$last")"

        """#
}
