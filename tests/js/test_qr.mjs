import assert from "node:assert/strict";
import test from "node:test";

import { qrCode } from "../../static/js/text/qr.js";

test("what does not fit has no code", () => {
  assert.equal(qrCode("x".repeat(180)).length, 53);
  assert.equal(qrCode("x".repeat(181)), null);
  assert.equal(qrCode("ж".repeat(91)), null);
});

test("a code is square, and as small as its text allows", () => {
  for (const [length, size] of [[0, 21], [14, 21], [15, 25], [26, 25], [27, 29], [180, 53]]) {
    const code = qrCode("x".repeat(length));
    assert.equal(code.length, size);
    assert.ok(code.every((row) => row.length === size));
  }
});
