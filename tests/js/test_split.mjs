import assert from "node:assert/strict";
import test from "node:test";

import { split } from "../../static/js/text/split.js";
import { byteLength } from "../../static/js/text/wire.js";
import { numbers } from "./support.mjs";

test("what fits is one part", () => {
  assert.deepEqual(split("hello\n\n", 10), ["hello"]);
});

test("it is cut between lines", () => {
  assert.deepEqual(split("one\ntwo\nthree", 7), ["one\ntwo", "three"]);
  assert.deepEqual(split("one\n\n\n\n\n\n\n\ntwo", 5), ["one", "two"]);
});

test("a line that is too long is cut between characters", () => {
  assert.deepEqual(split("aaaa🙂🙂", 8), ["aaaa🙂", "🙂"]);
});

test("what is code is code in each part", () => {
  assert.deepEqual(split("```sh\none\ntwo\n```", 13), ["```sh\none\n```", "```sh\ntwo\n```"]);
});

test("nothing is lost, and every part fits", () => {
  const random = numbers(7);
  for (let round = 0; round < 200; round += 1) {
    const text = Array.from({ length: 1 + random() * 60 }, () => "aя本🙂 \n\n"[Math.floor(random() * 8)] ?? "x").join("");
    const most = 8 + Math.floor(random() * 40);
    const parts = split(text, most);
    for (const part of parts) assert.ok(part.trim() && byteLength(part) <= most, JSON.stringify([text, part, most]));
    assert.equal(parts.join("").replace(/\s/gu, ""), text.replace(/\s/gu, ""));
  }
});
