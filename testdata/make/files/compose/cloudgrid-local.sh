#!/bin/sh
# Starts CloudGrid @VERSION@ on this machine with docker compose.
set -eu
cd "$(dirname "$0")"
test -f cloudgrid.env || cp cloudgrid.env.example cloudgrid.env
exec docker compose --env-file cloudgrid.env -f cloudgrid.compose.yaml "${@:-up}"
