#!/bin/sh
# What Lighthouse says of the page, on a desktop and on a phone.
#
# usage: tools/lighthouse.sh
#
# Serves a hub with a few lines in its lobby on free ports, and prints the three
# scores and the audits that are not passed. Exit code 1 if a score is too low.
set -eu
cd "$(dirname "$0")/.."

tools=$(sh tools/pagetools.sh lighthouse)
work=$(mktemp -d)
server=
# shellcheck disable=SC2329 # called by trap
end() {
    [ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null || :
    rm -rf "$work"
}
trap end EXIT
trap 'exit 130' INT TERM

.venv/bin/python -m hubbub serve --tcp-port 0 --web-port 0 --data :memory: 2>"$work/log" &
server=$!
until url=$(sed -n 's/^listening web //p' "$work/log") && [ -n "$url" ]; do
    kill -0 "$server" 2>/dev/null || { cat "$work/log" >&2; exit 1; }
    sleep 0.1
done
hub=$(sed -n 's/^listening tcp //p' "$work/log")
seq -f 'Line %g of a conversation.' 40 | .venv/bin/python -m hubbub send "$hub"

browser=chromium
command -v "$browser" >/dev/null || browser=chromium-browser
CHROME_PATH=$(command -v "$browser")
export CHROME_PATH

failed=0
for form in desktop mobile; do
    preset=
    [ "$form" = mobile ] || preset=--preset=desktop
    tries=3
    # A browser on a busy machine sometimes fails to record, which is no score.
    # shellcheck disable=SC2086 # a word or none
    until "$tools/node_modules/.bin/lighthouse" "$url" $preset --quiet --no-enable-error-reporting \
        --only-categories=performance,accessibility,best-practices \
        --chrome-flags="--headless --no-sandbox --disable-gpu --disable-background-networking" \
        --output=json --output-path="$work/$form.json"; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || exit 1
    done
    node tools/page/scores.mjs "$form" "$work/$form.json" || failed=1
done
exit "$failed"
