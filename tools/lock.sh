#!/bin/sh
# Compile the locked requirements from pyproject.toml.
#
# usage: tools/lock.sh [--upgrade]
#
# Pins that still fit are kept unless --upgrade is given. The files hold names,
# versions and hashes for every platform, and no address: whoever installs
# from them takes the index that is configured there.
set -eu
cd "$(dirname "$0")/.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

if command -v uv >/dev/null; then
    uv=uv
else
    "${PYTHON:-python3}" -m venv "$scratch/venv"
    "$scratch/venv/bin/python" -m pip install --quiet --disable-pip-version-check uv
    uv=$scratch/venv/bin/uv
fi

# The oldest Python that is supported decides what the pins must fit; markers
# in the files tell platforms and newer versions apart.
compile() {
    "$uv" --no-config pip compile pyproject.toml --universal --python-version 3.11 \
        --generate-hashes --no-emit-index-url --no-emit-find-links \
        --custom-compile-command "make lock" --quiet "$@" >/dev/null
}

compile "$@" --output-file requirements.txt
# What runs is pinned once: tests and measurements see the versions that users get.
compile "$@" --group dev --constraint requirements.txt --output-file requirements-dev.txt
# One environment may hold both.
compile "$@" --group bench --constraint requirements-dev.txt --output-file requirements-bench.txt
