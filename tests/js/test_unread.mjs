import assert from "node:assert/strict";
import test from "node:test";

import { unread } from "../../static/js/model/room.js";
import { firstUnread } from "../../static/js/model/unread.js";
import { inLobby, joined, line, members, Page, welcome } from "./support.mjs";

/** Somebody in a small window, away from the lobby while lines come there. */
function away(count) {
  const page = inLobby(2);
  page.small = true;
  page.send({ type: "look", focused: false });
  page.hear(...Array.from({ length: count }, (_, place) => line(3 + place)));
  return page;
}

test("what was not on the screen is not read by looking at the end", () => {
  const page = away(300);
  page.send({ type: "look", focused: true });
  assert.equal(unread(page.room()), 300);
  assert.equal(firstUnread(page.state, page.room()).seq, 3);
  page.hear(line(303));
  assert.equal(unread(page.room()), 301);
  page.send({ type: "sawFirst" });
  assert.equal(unread(page.room()), 0);
});

test("being seen while nobody looks counts for nothing", () => {
  const page = away(3);
  page.send({ type: "sawFirst" });
  page.send({ type: "look", focused: true });
  assert.equal(unread(page.room()), 3);
});

test("all of it can be marked as read, and whoever says something has read it", () => {
  for (const event of [{ type: "seen" }, { type: "typed", text: "here", id: "x", web: "" }, { type: "newest" }]) {
    const page = away(5);
    page.send({ type: "look", focused: true });
    page.send(event);
    assert.equal(unread(page.room()), 0, event.type);
  }
});

test("the hub is asked for a first new line that is not in the window", () => {
  const page = new Page({ marks: new Map([["lobby", 5]]) });
  page.small = true;
  page.open();
  page.hear(welcome(), joined(305), members("ann"));
  const asked = page.hear(...Array.from({ length: 50 }, (_, place) => line(256 + place)));
  assert.deepEqual(asked.map(({ type, after, limit }) => [type, after, limit]), [["history", 5, 1]]);
  assert.deepEqual(firstUnread(page.state, page.room()), { seq: 6, at: null });
  assert.deepEqual(page.hear(line(306)), [], "once is enough");
  // Lines 6 to 9 are not kept any more.
  page.hear({ type: "history", room: "lobby", messages: [line(10, { at: 77 })], more: true, ref: asked[0].ref });
  assert.deepEqual(firstUnread(page.state, page.room()), { seq: 10, at: 77 });
  const [around] = page.send({ type: "firstUnread" });
  assert.equal(around.type, "history");
  assert.deepEqual(page.state.goal.seq, 10);
});

test("one's own lines and those of ignored people are not the first new one", () => {
  const page = away(0);
  page.send({ type: "ignore", nick: "eve", on: true });
  page.hear(line(3, { nick: "ann" }), line(4, { nick: "eve" }), line(5, { nick: "bob" }));
  assert.equal(firstUnread(page.state, page.room()).seq, 5);
});

test("whoever reads further up comes back to the same place", () => {
  const page = inLobby(60);
  page.send({ type: "join", room: "tea" });
  page.hear({ ...joined(0), room: "tea" }, { ...members("ann"), room: "tea" });
  page.send({ type: "open", room: "lobby" });
  page.send({ type: "look", atEnd: false });
  const [first] = page.room().entries;
  page.send({ type: "open", room: "tea" });
  assert.equal(page.state.look.atEnd, true);
  // The window stays as it is, however much is said meanwhile.
  page.hear(...Array.from({ length: 1_300 }, (_, place) => line(61 + place)));
  page.send({ type: "open", room: "lobby" });
  assert.equal(page.state.look.atEnd, false);
  assert.equal(page.room().entries[0], first);
  page.send({ type: "newest" });
  page.send({ type: "open", room: "tea" });
  page.send({ type: "open", room: "lobby" });
  assert.equal(page.state.look.atEnd, true);
});
