#!/bin/sh
# Install what looks at the page, and print the folder it is in.
#
# usage: tools/pagetools.sh NAME           what tools/page/NAME.json names
#        tools/pagetools.sh --lock NAME    lock it anew, after NAME.json changed
#
# The page itself needs nothing from npm, and nothing is installed inside the
# tree: the folder is in the user's cache, one for each state of the lock. No
# script of a package is run. The lock has a hash for each package and names no
# address, so the registry that is configured on a machine is used.
set -eu
cd "$(dirname "$0")/.."

quiet="--no-audit --no-fund --no-update-notifier --loglevel=error"

if [ "$1" = --lock ]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    cp "tools/page/$2.json" "$work/package.json"
    # shellcheck disable=SC2086 # words
    (cd "$work" && npm install $quiet --package-lock-only --omit-lockfile-registry-resolved)
    # Who asks for donations is of no use here, and names addresses.
    node -e '
        const [from, to] = process.argv.slice(1);
        const { readFileSync, writeFileSync } = require("node:fs");
        const lean = (key, value) => (key === "funding" || key === "resolved" ? undefined : value);
        const lock = JSON.parse(readFileSync(from));
        lock.name = lock.packages[""].name = "page-tools";
        writeFileSync(to, `${JSON.stringify(lock, lean, 1)}\n`);
    ' "$work/package-lock.json" "tools/page/$2.lock.json"
    exit
fi

name=$1
hash=$(cat "tools/page/$name.json" "tools/page/$name.lock.json" | cksum | tr ' ' -)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/hubbub
folder=$cache/page-tools-$name-$hash

if [ ! -d "$folder" ]; then
    mkdir -p "$cache"
    # Whole or not there: it gets its name when everything is in it.
    work=$(mktemp -d "$cache/new-XXXXXX")
    trap 'rm -rf "$work"' EXIT
    cp "tools/page/$name.json" "$work/package.json"
    cp "tools/page/$name.lock.json" "$work/package-lock.json"
    printf 'page tools: installing %s\n' "$name" >&2
    # shellcheck disable=SC2086 # words
    (cd "$work" && npm ci $quiet --ignore-scripts >&2)
    # Somebody may have been quicker.
    mv "$work" "$folder" 2>/dev/null || [ -d "$folder" ]
fi
printf '%s\n' "$folder"
