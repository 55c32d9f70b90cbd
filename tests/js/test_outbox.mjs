import assert from "node:assert/strict";
import test from "node:test";

import * as outboxes from "../../static/js/outbox.js";

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
  assert.deepEqual(outboxes.restore(kept), filled);
  for (const bad of [null, undefined, {}, "x", [null, 3, {}, { id: "a" }]]) {
    assert.deepEqual(outboxes.restore(bad), []);
  }
});

test("a request says no more than the wire knows", () => {
  assert.deepEqual(outboxes.request({ ...item("a"), status: "sent", kind: undefined }), {
    type: "say", room: "lobby", text: "a", id: "a",
  });
  assert.deepEqual(outboxes.request({ id: "d", to: "bob", text: "hi", shown: "lobby", kind: "action" }), {
    type: "direct", to: "bob", text: "hi", id: "d", kind: "action",
  });
});
