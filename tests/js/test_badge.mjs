import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { faviconFor } from "../../static/js/browser/badge.js";

const drawing = (count) => decodeURIComponent(faviconFor(count).replace("data:image/svg+xml,", ""));
const paths = (svg) => [...svg.matchAll(/ d=["']([^"']+)/gu)].map(([, path]) => path);

test("a number of one digit is shown as it is, and larger ones as far as they can be read", () => {
  assert.match(drawing(1), />1<\/text>/u);
  assert.match(drawing(9), />9<\/text>/u);
  for (const count of [10, 99, 100_000]) assert.match(drawing(count), />9\+<\/text>/u);
});

test("below the number is the page's own picture", () => {
  const plain = readFileSync(new URL("../../static/favicon.svg", import.meta.url), "utf8");
  assert.deepEqual(paths(drawing(3)), paths(plain));
});
