#!/bin/sh
# Run the page's own tests with node's test runner.
#
# usage: tools/jstests.sh
set -eu
cd "$(dirname "$0")/.."

# There is no package.json to say that .js files are modules. Since 20.19 node
# looks for itself; before, it takes this flag, which later ones do not know.
if node -e 'const [a, b] = process.versions.node.split(".").map(Number);
    process.exit(a < 20 || (a === 20 && b < 19) ? 0 : 1)'
then
    NODE_OPTIONS="${NODE_OPTIONS-} --experimental-default-type=module"
    export NODE_OPTIONS
fi
exec node --test tests/js/*.mjs
