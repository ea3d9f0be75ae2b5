# Starts registries for scripts: Debian's docker-registry on free loopback ports. To be sourced by bash.

registries=()

# start_registry FOLDER: keeps data, configuration and log in the new folder FOLDER; sets $address.
start_registry() {
    local folder port
    mkdir "$1"
    folder=$(realpath "$1")
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    address=127.0.0.1:$port
    cat >"$folder/config.yml" <<END
version: 0.1
log: {level: warn}
storage: {filesystem: {rootdirectory: $folder/data}}
http: {addr: "$address"}
END
    docker-registry serve "$folder/config.yml" >"$folder/log" 2>&1 &
    registries+=($!)
    for _ in {1..100}; do
        if curl --silent --fail --output /dev/null "http://$address/v2/"; then return; fi
        sleep 0.1
    done
    echo "$0: $folder: the registry does not answer; see $folder/log" >&2
    exit 1
}

stop_registries() {
    [ ${#registries[@]} -eq 0 ] || kill "${registries[@]}" 2>/dev/null || true
    wait
    registries=()
}
