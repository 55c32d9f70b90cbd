#!/bin/sh
# Look at what can be looked at in half a minute: rules, types, what is pure.
#
# usage: tools/quick.sh
#
# All of it runs at once. Only what fails is shown.
set -u
cd "$(dirname "$0")/.."

PYTHONDONTWRITEBYTECODE=
export PYTHONDONTWRITEBYTECODE

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python=.venv/bin/python
names="ruff format page types pure modules"

look() {
    case $1 in
        ruff) $python -m ruff check . ;;
        format) $python -m ruff format --check . ;;
        page) sh tools/pagelint.sh ;;
        types) $python -m mypy ;;
        pure) $python -m pytest --pure --quiet ;;
        modules) sh tools/jstests.sh ;;
    esac
}

for name in $names; do
    { look "$name" >"$folder/$name" 2>&1; echo $? >"$folder/$name.code"; } &
done
wait

code=0
for name in $names; do
    if [ "$(cat "$folder/$name.code")" -eq 0 ]; then
        printf '%-8s ok\n' "$name"
    else
        printf '%-8s FAILED\n' "$name"
        cat "$folder/$name"
        code=1
    fi
done
exit "$code"
