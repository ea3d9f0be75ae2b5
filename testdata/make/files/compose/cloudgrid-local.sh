#!/bin/sh
# Starts CloudGrid @VERSION@ on this machine. Arguments go to docker compose; without any it is `up -d`.
set -eu
cd "$(dirname "$0")"
if [ ! -e .env ]; then
    cp cloudgrid.env.example .env
    echo "cloudgrid-local.sh: .env is made of cloudgrid.env.example" >&2
fi
[ $# -gt 0 ] || set -- up -d
exec docker compose --env-file .env -f cloudgrid.compose.yaml "$@"
