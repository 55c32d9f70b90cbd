import assert from "node:assert/strict";
import test from "node:test";

import { complete, contextOf, nickAt } from "../../static/js/model/complete.js";
import { morePeopleWords } from "../../static/js/model/strings.js";
import { inLobby, line } from "./support.mjs";

const told = (more) => ({ type: "members", room: "lobby", ...more });

/** A page in a room of `count` people, of whom these are named. */
function inCrowd(count, ...nicks) {
  const page = inLobby();
  page.hear(told({ nicks, count }));
  return page;
}

test("names that are known outlive a number", () => {
  const page = inCrowd(300, "bob", "carol");
  page.hear(told({ count: 301 }));
  assert.deepEqual(page.room().names, ["ann", "bob", "carol"]);
  assert.equal(page.room().count, 301);
});

test("where not everybody is known, the hub is asked who is called so", () => {
  const page = inCrowd(300, "bob", "alan");
  const [request] = page.send({ type: "seek", text: " Al " });
  assert.deepEqual(request, { type: "members", room: "lobby", text: "Al", ref: request.ref });
  assert.deepEqual(page.room().sought, { text: "Al", count: null });
  assert.deepEqual(page.send({ type: "seek", text: "Al" }), []);
  page.hear(told({ nicks: ["alice", "Albert"], count: 300, text: "Al", matching: 2, ref: request.ref }));
  // Everybody who fits was named: alan has gone.
  assert.deepEqual(page.room().names, ["Albert", "alice", "ann", "bob"]);
  assert.deepEqual(page.room().sought, { text: "Al", count: 2 });
});

test("an answer to an older question tells names, and no number", () => {
  const page = inCrowd(300, "bob");
  const [first] = page.send({ type: "seek", text: "a" });
  page.send({ type: "seek", text: "al" });
  page.hear(told({ nicks: ["alice"], count: 300, text: "a", matching: 40, ref: first.ref }));
  assert.deepEqual(page.room().names, ["alice", "ann", "bob"]);
  assert.deepEqual(page.room().sought, { text: "al", count: null });
});

test("where everybody is known nobody is asked", () => {
  const page = inLobby();
  assert.deepEqual(page.send({ type: "seek", text: "b" }), []);
  assert.equal(page.room().sought, null);
});

test("a room that is large no more is asked once who is there", () => {
  const page = inCrowd(201, "bob", "carol");
  const left = (nick) => ({ type: "left", room: "lobby", nick, at: 5 });
  const asked = page.hear(left("zoe"), left("bob"), { type: "joined", room: "lobby", nick: "dave", at: 6 });
  assert.deepEqual(asked.map(({ type, text }) => [type, text]), [["members", undefined]]);
  page.hear(told({ nicks: ["ann", "carol", "dave"], count: 3, ref: asked[0].ref }));
  assert.deepEqual(page.room().names, ["ann", "carol", "dave"]);
  assert.deepEqual(page.hear(left("carol")), []);
  assert.equal(page.room().count, 2);
});

test("who is known and who has spoken is offered, whatever the room's size", () => {
  const page = inCrowd(300, "bob", "alice");
  page.hear(line(1, { nick: "alfred" }));
  const context = contextOf(page.state);
  assert.deepEqual(complete("@al", 3, context).items.map(({ label }) => label), ["alfred", "alice", "all"]);
  assert.equal(nickAt("hello @al", 9, context), "al");
  assert.equal(nickAt("/msg al", 7, context), "al");
  assert.equal(nickAt("hello al", 8, context), "");
});

test("a question that is refused is no error of what is being written", () => {
  const page = inCrowd(300, "bob");
  const [request] = page.send({ type: "seek", text: "x" });
  page.hear({ type: "error", code: "empty", text: "nothing to be seen", room: "lobby", ref: request.ref });
  assert.equal(page.state.error, null);
});

test("the list says how many more there are", () => {
  const facts = { text: "", people: 250, shown: 200, sought: null, partial: true };
  assert.match(morePeopleWords(facts).more, /^and 50 others/u);
  const seeking = { ...facts, text: "al", shown: 0 };
  assert.equal(morePeopleWords(seeking).none, "Looking…");
  assert.equal(morePeopleWords({ ...seeking, sought: { text: "al", count: 0 } }).none, "Nobody here is called that.");
  assert.equal(
    morePeopleWords({ ...seeking, shown: 200, sought: { text: "al", count: 230 } }).more,
    "and 30 others whose name has “al”",
  );
});
