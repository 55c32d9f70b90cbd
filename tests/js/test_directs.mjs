import assert from "node:assert/strict";
import test from "node:test";

import { directWith, keptDirects, restoreDirects } from "../../static/js/model/directs.js";
import { unread } from "../../static/js/model/room.js";
import { inLobby, joined, line, Page, welcome } from "./support.mjs";

const direct = (text, more = {}) => ({ type: "direct", nick: "bob", to: "ann", at: 9, text, ...more });

test("what somebody writes to one alone waits in its own conversation", () => {
  const page = inLobby(3);
  page.hear(direct("psst"), direct("are you there?"));
  assert.equal(page.state.current, "lobby", "nobody is dragged out of a room");
  assert.equal(unread(page.room("@bob")), 2);
  page.send({ type: "open", room: "@bob" });
  assert.equal(unread(page.room("@bob")), 0);
  assert.equal(page.room("@bob").mark, 0, "they are marked as new");
});

test("in a conversation every line goes to its person", () => {
  const page = inLobby();
  page.send({ type: "openDirect", nick: "bob" });
  assert.deepEqual(page.type("hi"), [{ type: "direct", to: "bob", text: "hi", id: "id-1" }]);
  assert.deepEqual(page.type("/me waves"), [{ type: "direct", to: "bob", text: "waves", id: "id-2", kind: "action" }]);
  for (const command of ["/topic tea", "/who"]) {
    assert.deepEqual(page.type(command), []);
    assert.match(page.state.error, /works in rooms/u);
  }
});

test("one person has one conversation, in whatever case, and under each new nick", () => {
  const page = inLobby();
  page.hear(direct("hi"), direct("HI", { nick: "BOB" }));
  assert.deepEqual(page.texts("@bob"), ["hi", "HI"]);
  page.send({ type: "open", room: "@bob" });
  page.hear({ type: "renamed", nick: "bob", to: "robert", at: 10 });
  assert.equal(page.state.current, "@robert");
  assert.deepEqual(page.type("still you?"), [{ type: "direct", to: "robert", text: "still you?", id: "id-1" }]);
});

test("a line that is not handed over stays, with its reason", () => {
  const page = inLobby();
  page.type("/msg zed hi");
  page.hear({ type: "error", code: "nobody", id: "id-1", text: "nobody here is called zed" });
  const [item] = page.state.outbox;
  assert.deepEqual([item.status, item.shown, item.reason], ["refused", "@zed", "nobody here is called zed"]);
});

test("a conversation is closed without a word to the hub", () => {
  const page = inLobby();
  page.hear(direct("hi"));
  page.send({ type: "open", room: "@bob" });
  assert.deepEqual(page.send({ type: "leave", room: "@bob" }), []);
  assert.equal(page.state.current, "lobby");
  assert.equal(directWith(page.state, "bob"), undefined);
});

test("a lost connection changes nothing in it, and is not asked about it", () => {
  const page = inLobby(2);
  page.hear(direct("hi"));
  page.send({ type: "open", room: "@bob" });
  page.lose();
  page.retry();
  const [hello] = page.open();
  assert.deepEqual(Object.keys(hello.join), ["lobby"]);
  assert.deepEqual(page.texts("@bob"), ["hi"]);
});

test("a reload brings conversations back, and rubbish brings nothing", () => {
  const page = inLobby();
  page.hear(direct("hi"), direct("there"));
  const kept = JSON.parse(JSON.stringify(keptDirects(page.state)));
  const again = new Page({ directs: kept }, "@bob");
  assert.equal(again.state.current, "@bob");
  assert.deepEqual(again.texts("@bob"), ["hi", "there"]);
  again.hear(direct("more"));
  for (const rubbish of [null, 3, [3], [{ peer: "x" }], [{ peer: "x", read: 1, newest: 1, messages: [null, {}] }]]) {
    const { rooms } = restoreDirects(new Page().state, rubbish);
    assert.ok([...rooms.values()].every((room) => room.entries.length === 0));
  }
});

test("an address may name a person", () => {
  const page = new Page({}, "@bob");
  const [hello] = page.open();
  assert.deepEqual(hello.join, { lobby: { last: 50 } });
  assert.equal(page.state.current, "@bob");
});

test("the mark of what is new stands where one looked away", () => {
  const page = inLobby(5);
  assert.equal(page.room().mark, null);
  page.send({ type: "look", visible: false });
  page.hear(line(6), line(7));
  page.send({ type: "look", visible: true });
  assert.equal(page.room().mark, 5);
  page.send({ type: "look", visible: false });
  page.send({ type: "look", visible: true });
  assert.equal(page.room().mark, null, "nothing came meanwhile");
  page.send({ type: "look", atEnd: false });
  page.hear(line(8));
  page.send({ type: "look", atEnd: true });
  assert.equal(page.room().mark, 7);
  page.type("I have read that");
  assert.equal(page.room().mark, null);
});

test("what came since the last visit is marked, for who goes on with a session", () => {
  const page = new Page({ marks: new Map([["lobby", 2]]) });
  page.open();
  page.hear(welcome(), joined(3), line(1), line(2), line(3));
  assert.equal(page.room().mark, 2);
});

test("everything can be marked as read", () => {
  const page = inLobby(5);
  page.send({ type: "look", visible: false });
  page.hear(line(6));
  page.send({ type: "look", visible: true });
  page.send({ type: "seen" });
  assert.equal(page.room().mark, null);
  assert.equal(unread(page.room()), 0);
});

test("who takes a nick that is free again is somebody else", () => {
  const page = inLobby();
  page.type("/msg bob hi");
  page.hear({ type: "renamed", nick: "bob", to: "robert", at: 1 });
  assert.deepEqual([page.state.current, page.state.renames], ["@robert", [{ from: "@bob", to: "@robert" }]]);
  assert.equal(page.state.rooms.has("@bob"), false);
  page.hear({ type: "direct", nick: "bob", to: "ann", at: 2, text: "another bob" });
  assert.deepEqual(page.texts("@bob"), ["another bob"]);
});

test("two conversations with one person become one", () => {
  const page = inLobby();
  page.hear({ type: "direct", nick: "robert", to: "ann", at: 1, text: "first" });
  page.hear({ type: "direct", nick: "bob", to: "ann", at: 2, text: "second" });
  page.send({ type: "open", room: "@bob" });
  page.type("half");
  page.hear({ type: "renamed", nick: "bob", to: "robert", at: 3 });
  assert.deepEqual(page.texts("@robert"), ["first", "second"]);
  assert.deepEqual([page.state.current, page.state.rooms.has("@bob")], ["@robert", false]);
  assert.deepEqual(page.state.outbox.map(({ to, shown }) => [to, shown]), [["robert", "@robert"]]);
});

test("a nick in another case is the same conversation", () => {
  const page = inLobby();
  page.type("/msg bob hi");
  page.hear({ type: "renamed", nick: "bob", to: "Bob", at: 1 });
  assert.deepEqual([page.state.current, [...page.state.rooms.keys()]], ["@Bob", ["lobby", "@Bob"]]);
});

test("a conversation that was closed can be had back, with what came since", () => {
  const page = inLobby();
  page.hear({ type: "direct", nick: "bob", to: "ann", at: 1, text: "one" });
  page.send({ type: "open", room: "@bob" });
  page.type("/leave");
  assert.deepEqual([page.state.rooms.has("@bob"), page.state.closed.peer], [false, "bob"]);
  page.hear({ type: "direct", nick: "bob", to: "ann", at: 2, text: "two" });
  page.send({ type: "reopen" });
  assert.deepEqual([page.texts("@bob"), page.state.current, page.state.closed], [["one", "two"], "@bob", null]);
  page.send({ type: "leave", room: "lobby" });
  assert.equal(page.state.closed, null);
});
