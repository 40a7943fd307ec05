#!/usr/bin/env bash
# Write the locks: exact versions with hashes for every platform, and no address in them.
set -euo pipefail
cd "$(dirname "$0")/.."

uv=$(command -v uv || command -v .venv/bin/uv) || {
    echo "uv writes the locks, and it is not on the path (pip install uv)." >&2
    exit 1
}
export UV_CUSTOM_COMPILE_COMMAND="make lock"
for name in requirements requirements-embedded requirements-dev; do
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links "$@" "$name.in" --output-file "$name.txt"
done
