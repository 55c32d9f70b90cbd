import assert from "node:assert/strict";
import test from "node:test";

import * as outboxes from "../../static/js/model/outbox.js";

const item = (id, more = {}) => ({ id, room: "lobby", text: id, at: 1, ...more });
const filled = ["a", "b", "c"].reduce((outbox, id) => outboxes.add(outbox, item(id)), []);

test("what was on its way is said again after a lost connection, in order", () => {
  const sent = outboxes.sent(filled, new Set(["a", "b", "c"]));
  const after = outboxes.unsend(outboxes.remove(sent, "b"));
  assert.deepEqual(after.map(({ id, status }) => [id, status]), [["a", "waiting"], ["c", "waiting"]]);
});

test("a refused line waits for its writer", () => {
  const refused = outboxes.refuse(filled, "b", "not_stored", "the disk is full");
  assert.equal(outboxes.unsend(refused)[1].status, "refused");
  assert.equal(outboxes.find(refused, "b").reason, "the disk is full");
});

test("trying again keeps the id, unless the id is what was refused", () => {
  const full = outboxes.again(outboxes.refuse(filled, "b", "not_stored", ""), "b", "fresh");
  assert.deepEqual(full.map(({ id }) => id), ["a", "b", "c"]);
  const reused = outboxes.again(outboxes.refuse(filled, "b", "id_reused", ""), "b", "fresh");
  assert.deepEqual(reused.map(({ id }) => id), ["a", "fresh", "c"]);
  assert.equal(reused[1].status, "waiting");
});

test("a reload restores what was kept, and survives what is not an outbox", () => {
  const kept = JSON.parse(JSON.stringify(outboxes.sent(filled, new Set(["a"]))));
  const facts = ({ id, room, text, status }) => [id, room, text, status];
  assert.deepEqual(outboxes.restore(kept).map(facts), filled.map(facts));
  for (const bad of [null, undefined, {}, "x", [null, 3, {}, { id: "a" }, { ...item("ä b") }, { ...item(7) }]]) {
    assert.deepEqual(outboxes.restore(bad), []);
  }
});

test("lines keep their order by their times, however fast and whatever the clock", () => {
  const typed = [5, 5, 3, 9].reduce((outbox, at, place) => outboxes.add(outbox, item(`${place}`, { at })), []);
  const shuffled = [typed[2], typed[0], typed[3], typed[1]];
  assert.deepEqual(outboxes.merge([], shuffled, []).map(({ id }) => id), ["0", "1", "2", "3"]);
});

test("what was kept goes before what is written now, and is there once", () => {
  const now = outboxes.add(outboxes.sent(outboxes.add([], item("b", { at: 2 })), new Set(["b"])), item("c", { at: 3 }));
  const merged = outboxes.merge(now, [item("a"), item("b", { at: 2 })], ["c"]);
  assert.deepEqual(merged.map(({ id, status }) => [id, status]), [["a", "waiting"], ["b", "sent"]]);
  assert.equal(outboxes.merge(now, [item("b")], ["x"]), now);
});

test("no more is held than a browser surely keeps", () => {
  const many = Array.from({ length: outboxes.MOST_ITEMS }, (_, place) => item(`${place}`));
  assert.ok(outboxes.isFull(many, "x") && !outboxes.isFull(many.slice(1), "x"));
  assert.ok(outboxes.isFull([item("a", { text: "x".repeat(outboxes.MOST_CHARACTERS) })], "x"));
});

test("a request says no more than the wire knows", () => {
  assert.deepEqual(outboxes.request({ ...item("a"), status: "sent", kind: undefined }), {
    type: "say", room: "lobby", text: "a", id: "a",
  });
  assert.deepEqual(outboxes.request({ id: "d", to: "bob", text: "hi", shown: "lobby", kind: "action" }), {
    type: "direct", to: "bob", text: "hi", id: "d", kind: "action",
  });
});
