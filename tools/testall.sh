#!/bin/sh
# Run the tests that need no browser on every supported Python that is found.
#
# usage: tools/testall.sh [--find] [--others] [--newest] [PYTEST-ARGUMENT…]
#
#   --find     say which interpreters there are, and run nothing
#   --others   leave out the Python of .venv
#   --newest   only the newest of them
#
# The Pythons are those that pyproject.toml lists as supported. An interpreter is
# looked for on PATH, in pyenv and in uv. The one of .venv is tested there, each
# other one in an environment of its own, .venvs/VERSION. Exit code 1 if tests
# failed on any of them; a Python that is not found is named and fails nothing.
set -eu
cd "$(dirname "$0")/.."

find= others= newest=
while [ $# -gt 0 ]; do
    case $1 in
        --find) find=yes ;;
        --others) others=yes ;;
        --newest) newest=yes ;;
        *) break ;;
    esac
    shift
done

say() { printf 'test-all: %s\n' "$*"; }
has() { command -v "$1" >/dev/null 2>&1; }

# Oldest first. The list in pyproject.toml is the only one.
supported=$(sed -n 's/^ *"Programming Language :: Python :: \(3\.[0-9]*\)",$/\1/p' pyproject.toml)

# Print "VERSION PATH" of an interpreter, if it runs and environments can be made
# from it. A version manager has commands on PATH that only say what to install.
describe() {
    "$1" -ISc 'import sys
if sys.argv[1] != "uv": import ensurepip, venv
print("%d.%d" % sys.version_info[:2], sys.executable)' \
        "$(if has uv; then echo uv; else echo pip; fi)" 2>/dev/null </dev/null
}

own=
if described=$(describe .venv/bin/python); then own=${described%% *}; fi

# Print where an interpreter of one version may be, a path on each line.
candidates() {
    printf '%s\n' "python$1" python3 python
    if has pyenv; then
        for path in "$(pyenv root)"/versions/"$1".*/bin/python; do printf '%s\n' "$path"; done
    fi
    if has uv; then
        # A "+" in the name marks a build of another kind, such as freethreaded.
        uv python list --only-installed 2>/dev/null </dev/null |
            sed -n "s/^cpython-$1\.[^ +]*  *\([^ ]*\).*/\1/p"
    fi
}

# Print the path of an interpreter of one version, or nothing.
locate() {
    if [ "$1" = "$own" ]; then echo .venv/bin/python; return; fi
    candidates "$1" | while IFS= read -r path; do
        described=$(describe "$path") || continue
        if [ "${described%% *}" = "$1" ]; then echo "${described#* }"; break; fi
    done
}

found= missing=
for version in $supported; do
    path=$(locate "$version")
    if [ -z "$path" ]; then
        say "$version not found on PATH, in pyenv or in uv"
        missing="$missing $version"
        continue
    fi
    say "$version is $path"
    if [ "$version" = "$own" ] && [ -n "$others" ]; then continue; fi
    if [ -n "$newest" ]; then found=$version; else found="$found $version"; fi
done
if [ -n "$find" ]; then exit 0; fi
if [ -z "$found" ]; then say "there is no Python to test on"; fi

# What `make test` runs (tools/tests.sh), without browsers and the page's modules.
run_tests() {
    venv=$1
    shift
    PYTHONDONTWRITEBYTECODE= "$venv/bin/python" -m pytest \
        --numprocesses "${JOBS:-auto}" -m "not browser" "$@"
}

trap 'exit 130' INT
trap 'exit 143' TERM
passed= failed=
for version in $found; do
    venv=.venv
    if [ "$version" != "$own" ]; then venv=.venvs/$version; fi
    say "testing on $version in $venv"
    if PYTHON=$(locate "$version") sh tools/setup.sh dev "$venv" && run_tests "$venv" "$@"; then
        passed="$passed $version"
    else
        failed="$failed $version"
    fi
done
say "passed on:${passed:- none}; failed on:${failed:- none}; not found:${missing:- none}"
[ -z "$failed" ]
