import assert from "node:assert/strict";
import test from "node:test";

import { hueOf, rowsOf, sameRow } from "../../static/js/model/rows.js";
import { inLobby, line } from "./support.mjs";

const DAY_MS = 86_400_000;

test("lines of one person stand together, until time, another or an action parts them", () => {
  const page = inLobby();
  const noon = new Date(2026, 5, 1, 12).getTime();
  page.hear(
    line(1, { at: noon }), line(2, { at: noon + 1000 }), line(3, { at: noon + 2000, nick: "eve" }),
    line(4, { at: noon + 3000 }), line(5, { at: noon + 3_600_000 }),
    line(6, { at: noon + 3_600_000, kind: "action" }), line(7, { at: noon + 3_600_000 }),
  );
  const leads = rowsOf(page.state).filter((row) => row.kind === "message").map((row) => row.leads);
  assert.deepEqual(leads, [true, false, true, true, true, true, true]);
});

test("a new day is marked once", () => {
  const page = inLobby();
  const noon = new Date(2026, 5, 1, 12).getTime();
  page.hear(line(1, { at: noon }), line(2, { at: noon + 1 }), line(3, { at: noon + DAY_MS }));
  const kinds = rowsOf(page.state).map((row) => row.kind);
  assert.deepEqual(kinds, ["day", "message", "message", "day", "message"]);
});

test("keys are unique, even if the clock of the hub was set back", () => {
  const page = inLobby();
  const noon = new Date(2026, 5, 2, 12).getTime();
  page.hear(line(1, { at: noon }), line(2, { at: noon - DAY_MS }), line(3, { at: noon }));
  page.type("mine");
  page.type("/help");
  const keys = rowsOf(page.state).map((row) => row.key);
  assert.equal(new Set(keys).size, keys.length);
});

test("only what changed is drawn anew", () => {
  const page = inLobby(20);
  const before = new Map(rowsOf(page.state).map((row) => [row.key, row]));
  page.hear(line(21));
  const drawn = rowsOf(page.state).filter((row) => !before.has(row.key) || !sameRow(before.get(row.key), row));
  assert.deepEqual(drawn.map((row) => row.key), ["m21"]);
});

test("a pending line looks different when the connection is lost", () => {
  const page = inLobby();
  page.type("mine");
  const [before] = rowsOf(page.state);
  page.lose();
  const [after] = rowsOf(page.state);
  assert.equal(before.key, after.key);
  assert.ok(!sameRow(before, after));
});

test("a nick has one colour, and nicks have many", () => {
  assert.equal(hueOf("Alice"), hueOf("alice"));
  const hues = new Set(Array.from({ length: 200 }, (_, place) => hueOf(`nick${place}`)));
  assert.equal(hues.size, 12);
});

test("a line that names the reader is marked, under the nick that the reader has now", () => {
  const page = inLobby();
  page.hear(
    line(1, { text: "hello Ann" }), line(2, { text: "hello annie" }), line(3, { nick: "ann", text: "I am ann" }),
  );
  const before = rowsOf(page.state).filter((row) => row.kind === "message");
  assert.deepEqual(before.map((row) => row.mentioned), [true, false, false]);
  page.hear({ type: "renamed", nick: "ann", to: "annie", at: 5 });
  const after = rowsOf(page.state).filter((row) => row.kind === "message");
  assert.deepEqual(after.map((row) => row.mentioned), [false, true, false]);
  assert.ok(!sameRow(before[0], after[0]) && !sameRow(before[1], after[1]));
});
