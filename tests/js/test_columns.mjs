import assert from "node:assert/strict";
import { test } from "node:test";

import { hasColumns } from "../../static/js/text/paste.js";

test("what has three lines, indentation, tabs or runs of blanks has columns", () => {
  for (const text of [
    "one\ntwo\nthree",
    "if ready:\n  go()",
    "if ready:\n\tgo()",
    "a\n b",
    "  indented",
    "\tindented",
    "NAME    AGE\nbob     3",
    "drwxr-xr-x  2 root root",
    "name\tvalue",
    "done.    really",
  ]) assert.ok(hasColumns(text), JSON.stringify(text));
});

test("prose has none, whatever stands at its ends", () => {
  for (const text of [
    "hello", "hello\nagain", "Yes.  And no!  Why?  So:  go", " hello", "hello  ", "hello\n\n\n", "a b c",
    "", "one\n\n", "see:\nthis",
  ]) assert.ok(!hasColumns(text), JSON.stringify(text));
});

test("the time is linear in the text", () => {
  const long = " ".repeat(200_000);
  const began = process.cpuUsage().user;
  hasColumns(`a${long}`);
  hasColumns("\n ".repeat(1));
  hasColumns(`x.${" \t".repeat(100_000)}`);
  assert.ok(process.cpuUsage().user - began < 2_000_000);
});
