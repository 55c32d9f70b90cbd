#!/bin/sh
# Run every test: pytest's in several processes, the page's modules beside them.
#
# usage: tools/tests.sh [FLAG OF PYTEST…]
#
# JOBS is how many processes pytest starts; 0 runs all in one.
set -u
cd "$(dirname "$0")/.."

# The tests start hundreds of interpreters, and each would compile everything.
PYTHONDONTWRITEBYTECODE=
export PYTHONDONTWRITEBYTECODE

said=$(mktemp)
trap 'rm -f "$said"' EXIT
sh tools/jstests.sh >"$said" 2>&1 &
page=$!

.venv/bin/python -m pytest --numprocesses "${JOBS:-auto}" --durations 15 "$@"
code=$?

if wait "$page"; then
    printf "page's modules: %s\n" "$(sed -n 's/^# pass /passed /p' "$said")"
else
    cat "$said"
    code=1
fi
exit "$code"
