import assert from "node:assert/strict";
import test from "node:test";

import { Asking } from "../../static/js/browser/asking.js";
import { admit } from "../../static/js/text/inlet.js";

test("answers go to who asked, and nothing else does", async () => {
  const sent = [];
  const asking = new Asking((request) => sent.push(request));
  const answer = asking.ask({ type: "history", room: "ops", limit: 1 });
  const own = { type: "history", room: "ops", messages: [], more: false, ref: sent[0].ref };
  const others = [{ type: "pong" }, { type: "history", room: "ops", messages: [], more: false, ref: 7 }];
  // What comes passes the page's inlet before.
  assert.deepEqual(admit({ ...own }), { event: own, wrong: [] });
  assert.deepEqual(asking.take([...others, own]), others);
  assert.equal(await answer, own);
  // An answer that nobody waits for any more is nobody else's.
  assert.deepEqual(asking.take([own]), []);
});

test("errors and a lost connection end a question", async () => {
  const sent = [];
  const asking = new Asking((request) => sent.push(request));
  const refused = asking.ask({ type: "history", room: "ops", limit: 1 });
  asking.take([{ type: "error", code: "bad_room", text: "no such room", ref: sent[0].ref }]);
  await assert.rejects(refused, /no such room/u);
  const lost = asking.ask({ type: "history", room: "ops", limit: 1 });
  asking.lost();
  await assert.rejects(lost, /connection was lost/u);
});

test("results of several rooms are whole without a room of their own", () => {
  const message = { type: "message", room: "ops", seq: 1, at: 1, nick: "bob", text: "tea" };
  const results = { type: "results", text: "tea", messages: [message], more: true, next: { ops: 1, lobby: null }, ref: 3 };
  assert.deepEqual(admit(structuredClone(results)), { event: results, wrong: [] });
  assert.deepEqual(admit({ ...results, next: { ops: "x" } }).wrong, ["results.next"]);
});
