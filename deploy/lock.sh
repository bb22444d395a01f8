#!/usr/bin/env bash
# Resolves the dependencies into the two lock files: hashes of every file, no index address.
#   requirements.lock      what `make run` installs (extras kiosk and hub, and the builder)
#   requirements-dev.lock  the same versions plus what the tests need
set -euo pipefail
cd "$(dirname "$0")/.."

compile() {
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 \
        --generate-hashes --no-emit-index-url --no-annotate \
        --custom-compile-command "make lock" "$@"
}

compile pyproject.toml --group build --extra kiosk --extra hub --upgrade -o requirements.lock
compile pyproject.toml --group build --all-extras --upgrade --constraint requirements.lock \
    -o requirements-dev.lock
