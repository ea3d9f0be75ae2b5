import OCI
import ReleaseSet

/// The script that runs the vendor's compose file with the images of the mirror, `cloudgrid-local.mirrored.sh`.
///
/// Before it runs anything it has Compose print the merged files, and stops at a service whose image is neither the one
/// of the record nor one that the operator's own override file sets.
struct ComposeScript: Sendable {
    static let name = "cloudgrid-local.mirrored.sh"

    let version: ReleaseVersion
    let location: RegistryLocation
    let compose: MirroredCompose
    /// `true` if the record has a template of the environment file.
    let hasTemplate: Bool

    var text: String { [header, arguments, inputs, program, check].joined(separator: "\n") }

    private var header: String {
        let start =
            hasTemplate
            ? "# ENVFILE is your environment file. Copy \(EnvironmentFile.mirroredName) to a place outside of the record and change the copy:"
            : "# ENVFILE is your environment file, outside of the record:"
        return """
            #!/bin/sh
            # Runs CloudGrid \(version) with Compose, from \(location).
            #
            # Usage: \(Self.name) ENVFILE [--override FILE] [--] [options and command of Compose]
            #
            \(start)
            # it will hold secrets, and the record keeps none.
            # --override FILE names a further compose file, for instance with an approved image for a service whose image is not
            # in the bundle. Its relative paths begin in the folder of the vendor's compose file: use absolute ones.
            # Without a command: up -d. Needs docker compose (version 2) or podman-compose.
            set -eu

            stop() {
                printf '%s\\n' "\(Self.name): $*" >&2
                exit 1
            }

            usage() {
                printf '%s\\n' "usage: \(Self.name) ENVFILE [--override FILE] [--] [options and command of Compose]" >&2
                exit 2
            }

            # Images of the record, by service.
            images() {
                cat <<'END'
            \(compose.placed.map { "\($0.service) \($0.image)" }.joined(separator: "\n"))
            END
            }

            profiles='\(compose.profiles.map(Self.profile).joined(separator: " "))'

            """
    }

    /// A profile as an option; Compose allows the same characters as here.
    private static func profile(_ name: String) -> String {
        let isPlain = name.utf8.allSatisfy { byte in
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-".utf8.contains(byte)
        }
        return isPlain && !name.isEmpty ? "--profile \(name)" : ""
    }

    private let arguments = """
        case ${1-} in '' | -*) usage ;; esac
        [ -f "$1" ] || stop "$1: no such file; it is your environment file"
        env=$(readlink -f -- "$1")
        shift
        own=
        while [ $# -gt 0 ]; do
            case $1 in
                --override)
                    [ $# -ge 2 ] || usage
                    own=$2
                    shift
                    ;;
                --override=*) own=${1#--override=} ;;
                --)
                    shift
                    break
                    ;;
                *) break ;;
            esac
            [ -f "$own" ] || stop "$own: no such file; it is the compose file of --override"
            own=$(readlink -f -- "$own")
            shift
        done
        [ $# -gt 0 ] || set -- up -d

        # Other files and folders would change which images run.
        value=
        for word; do
            if [ -n "$value" ]; then
                value=
                continue
            fi
            case $word in
                -p | --project-name | --profile | --ansi | --progress | --parallel) value=expected ;;
                --project-name=* | --profile=* | --ansi=* | --progress=* | --parallel=* | --dry-run | --verbose) ;;
                -h | --help | -v | --version) ;;
                -*) stop "$word: not an option before the command here; further compose files: --override FILE" ;;
                *) break ;;
            esac
        done

        """

    private var inputs: String {
        let missing = compose.missingMounts.filter { !$0.isNATSConfiguration }
        let checks = missing.map { mount in
            let text =
                "service \(mount.service) mounts \(escaped(mount.source)) at \(escaped(mount.target)), which the release does not have; "
                + "mount another file there in a compose file: --override FILE"
            return "[ -n \"$own\" ] || stop \(shellWord(text))\n"
        }
        let file = RecordPart.release.path(compose.document)
        return """
            kit=$(dirname -- "$(readlink -f -- "$0")")
            record=$(readlink -f -- "$kit/../..")
            vendor=$record/\(file)
            mirrored=$kit/\(ComposeKit.overrideName)
            for file in "$vendor" "$mirrored"; do
                [ -f "$file" ] || stop "$file is missing; run the script in the folder of the record"
            done

            # The record's root has the log.
            root=$record
            for up in "$record/.." "$record/../.." "$record/../../.."; do
                if [ -f "$up/log.jsonl" ]; then root=$(readlink -f -- "$up"); fi
            done
            for file in "$env" "$own"; do
                case $file in
                    "$root"/*) stop "$file is inside of the record; keep your own files, which may hold secrets, elsewhere" ;;
                esac
            done
            \(checks.joined())
            """
    }

    private let program = """
        if docker compose version >/dev/null 2>&1; then
            tool=docker
        elif command -v podman-compose >/dev/null 2>&1; then
            tool=podman
        else
            stop "neither docker compose (version 2) nor podman-compose is on the PATH"
        fi

        compose() {
            case $tool in
                docker) docker compose "$@" ;;
                *) podman-compose "$@" ;;
            esac
        }

        # Prints "SERVICE IMAGE" for each service of the merged files, and "SERVICE -" for one that would be built.
        services() {
            printf '%s\\n' "$1" | awk '
                /^services:/ { inside = 1; next }
                /^[^ ]/ { inside = 0 }
                !inside { next }
                /^  [^ -].*:/ {
                    if (name != "") print name, image
                    name = $1
                    sub(/:.*/, "", name)
                    gsub(/["\\047]/, "", name)
                    image = "-"
                }
                /^    image:/ { image = $2; gsub(/["\\047]/, "", image) }
                END { if (name != "") print name, image }'
        }

        """

    private var check: String {
        let mounts = compose.missingMounts.filter { !$0.isNATSConfiguration }.map { mount in
            let text =
                "service \(mount.service) still mounts \(escaped(mount.source)) at \(escaped(mount.target)), which the release does not have"
            return """
                case $merged in
                    *"$record/\(RecordPart.release.name)/"\(shellWord(mount.path))* | *\(shellWord(mount.source + ":" + mount.target))*)
                        stop \(shellWord(text))
                        ;;
                esac

                """
        }
        return """
            # Every profile is checked, because a command can start a service of a profile by its name.
            # shellcheck disable=SC2086
            merged=$(compose --env-file "$env" $profiles -f "$vendor" -f "$mirrored" config) ||
                stop "Compose cannot read the files; its message is above"
            before=$(services "$merged")
            if [ -n "$own" ]; then
                # shellcheck disable=SC2086
                merged=$(compose --env-file "$env" $profiles -f "$vendor" -f "$mirrored" -f "$own" config) ||
                    stop "Compose cannot read the files; its message is above"
            fi
            \(mounts.joined())services "$merged" | {
                wrong=0
                while read -r service image; do
                    wanted=$(images | awk -v name="$service" '$1 == name { print $2 }')
                    if [ "$image" = "$wanted" ]; then continue; fi
                    if [ -n "$wanted" ]; then
                        problem="the image is $image, expected $wanted"
                    elif [ "$image" = - ]; then
                        problem="has no image and would be built; set an approved image in a compose file: --override FILE"
                    elif [ -z "$own" ]; then
                        problem="the image $image is not in the bundle; set an approved image in a compose file: --override FILE"
                    elif printf '%s\\n' "$before" | grep -Fqx -- "$service $image"; then
                        problem="the image $image is not in the bundle, and $own does not set another"
                    else
                        continue
                    fi
                    printf '%s\\n' "\(Self.name): service $service: $problem" >&2
                    wrong=1
                done
                exit "$wrong"
            }
            set -- --env-file "$env" -f "$vendor" -f "$mirrored" ${own:+-f "$own"} "$@"
            case $tool in
                docker) exec docker compose "$@" ;;
                *) exec podman-compose "$@" ;;
            esac

            """
    }
}
