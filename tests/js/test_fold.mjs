import assert from "node:assert/strict";
import test from "node:test";

import { fold, FOLD_CHARACTERS, FOLD_LINES } from "../../static/js/text/fold.js";

test("a long block is folded behind twenty lines, and says what is hidden", () => {
  const block = (count) => Array.from({ length: count }, (_, place) => `${place + 1}`).join("\n");
  assert.equal(fold(block(FOLD_LINES)), null);
  const cut = fold(block(72));
  assert.equal(cut.shown, block(20));
  assert.equal(cut.lines, 52);
});

test("a long line is folded too, never within a character", () => {
  const cut = fold(`a${"🙂".repeat(10_000)}`);
  assert.doesNotMatch(cut.shown, /\p{Surrogate}/u);
  assert.equal(cut.shown.length + cut.characters, 20_001);
  const wide = fold(`${"x".repeat(30_000)}\n`.repeat(30));
  assert.ok(wide.characters > 0);
});

test("nothing that looks like one sign is cut, and no link", () => {
  const family = "👩‍👩‍👧‍👦";
  for (let before = 0; before < family.length; before += 1) {
    const { shown } = fold("x".repeat(before) + family.repeat(1_000));
    assert.equal(shown, "x".repeat(before) + family.repeat((shown.length - before) / family.length));
  }
  const link = `http://example.org/${"a".repeat(200)}`;
  const words = "word ".repeat(FOLD_CHARACTERS / 5 - 2);
  const { shown, characters } = fold(`${words}${link} ${"more ".repeat(1_000)}`);
  assert.equal(shown, words);
  assert.equal(shown.length + characters, words.length + link.length + 5_001);
});
