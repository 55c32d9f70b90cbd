#!/bin/sh
# Look at the page's scripts with eslint, at their types with tsc, and at its
# markup with html-validate.
#
# The types stand in comments (JSDoc), so there is nothing to build. tsc looks
# twice: the second time at the pure modules alone, which know no browser.
#
# The markup has two main parts, of which never both are shown: one is for who
# has no JavaScript. That they are not is what axe looks at (test_page_states.py).
#
# usage: tools/pagelint.sh
set -eu
cd "$(dirname "$0")/.."

tools=$(sh tools/pagetools.sh lint)
# Where eslint.config.mjs finds what it imports.
PAGE_TOOLS=$tools
export PAGE_TOOLS
"$tools/node_modules/.bin/eslint" --config tools/page/eslint.config.mjs --max-warnings 0 static tests/js
"$tools/node_modules/.bin/tsc" --project tools/page/tsconfig.json
"$tools/node_modules/.bin/tsc" --project tools/page/tsconfig.pure.json
"$tools/node_modules/.bin/html-validate" --config tools/page/htmlvalidate.json static/index.html
