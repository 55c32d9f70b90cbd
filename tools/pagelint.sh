#!/bin/sh
# Look at the page's scripts with eslint, at its markup with html-validate.
#
# The markup has two main parts, of which never both are shown: one is for who
# has no JavaScript. That they are not is what axe looks at (test_page_axe.py).
#
# usage: tools/pagelint.sh
set -eu
cd "$(dirname "$0")/.."

tools=$(sh tools/pagetools.sh lint)
# Where eslint.config.mjs finds what it imports.
PAGE_TOOLS=$tools
export PAGE_TOOLS
"$tools/node_modules/.bin/eslint" --config tools/page/eslint.config.mjs --max-warnings 0 static tests/js
"$tools/node_modules/.bin/html-validate" --config tools/page/htmlvalidate.json static/index.html
