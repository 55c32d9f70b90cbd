import assert from "node:assert/strict";
import test from "node:test";

import { alertWords, unreadTotals } from "../../static/js/model/alerts.js";
import { unread } from "../../static/js/model/room.js";
import { rowsOf } from "../../static/js/model/rows.js";
import { inLobby, joined, line, lines, Page, welcome } from "./support.mjs";

/** A page whose tab is not looked at, with a way to take what it tells. */
function away(seq = 0, prefs = {}) {
  const page = inLobby(seq);
  page.send({ type: "prefer", changes: prefs });
  page.send({ type: "look", visible: false, focused: false });
  return page;
}

function taken(page) {
  const { alerts } = page.state;
  page.state = { ...page.state, alerts: [] };
  return alerts;
}

const titles = (page) => taken(page).map((alert) => alert.title ?? `close ${alert.tag}`);
const direct = (id, more = {}) => ({ type: "direct", id, at: 5, nick: "bob", to: "ann", text: `secret ${id}`, ...more });

test("who looks elsewhere is told of mentions, with who, where and what", () => {
  const page = away();
  page.hear(line(1), line(2, { text: "ann, tea?" }));
  const [alert, ...more] = taken(page);
  assert.deepEqual(more, []);
  assert.deepEqual(
    [alert.title, alert.body, alert.tag, alert.room, alert.seq, alert.shown, alert.sound],
    ["bob in #lobby", "ann, tea?", "lobby", "lobby", 2, true, false],
  );
});

test("a room may be told of otherwise than the others, and a muted one is no news", () => {
  const page = away(0, { rooms: { lobby: "none" } });
  page.hear(joined(0, "tea"), line(1, { text: "ann?" }), line(1, { room: "tea", text: "ann!" }));
  assert.deepEqual(titles(page), ["bob in #tea"]);
  assert.deepEqual(unreadTotals(page.state), { lines: 1, mentions: 1 });
  page.send({ type: "prefer", changes: { rooms: { lobby: "all" } } });
  page.hear(line(2));
  assert.deepEqual(titles(page), ["bob in #lobby"]);
  assert.equal(unreadTotals(page.state).lines, 3);
});

test("@all and @here name everybody but their sender", () => {
  const page = away();
  page.hear(line(1, { text: "@all: tea" }), line(2, { nick: "ann", text: "@all me, too" }), line(3, { text: "all of it" }));
  assert.deepEqual(titles(page), ["bob in #lobby"]);
  const { mentioned } = Object.fromEntries(rowsOf(page.state).map((row) => [row.key, row])).m1;
  assert.ok(mentioned);
});

test("every line, or none, is told to whoever wants it so", () => {
  const all = away(0, { notify: "all" });
  all.hear(line(1), line(2, { text: "ann?" }));
  assert.equal(taken(all).length, 2);
  const none = away(0, { notify: "none", sound: true });
  none.hear(line(1, { text: "ann?" }), direct("d1"));
  assert.deepEqual(taken(none), []);
  assert.equal(unreadTotals(none.state).mentions, 2);
});

test("nothing is told of what is looked at", () => {
  const page = inLobby();
  page.send({ type: "prefer", changes: { sound: true, notify: "all" } });
  page.hear(line(1, { text: "ann?" }));
  assert.deepEqual(taken(page), []);
});

test("who looks at the page but not at the line hears a sound, if it was chosen", () => {
  const page = inLobby();
  page.hear(joined(0, "tea"));
  const mention = (seq) => line(seq, { room: "tea", text: "ann?" });
  page.hear(mention(1));
  // A screen reader says it in any case.
  const how = ({ shown, sound, spoken }) => [shown, sound, spoken];
  assert.deepEqual(taken(page).map(how), [[false, false, true]]);
  page.send({ type: "prefer", changes: { sound: true } });
  page.hear(mention(2));
  assert.deepEqual(taken(page).map(how), [[false, true, true]]);
  page.send({ type: "look", atEnd: false });
  page.hear(line(1, { text: "ann?" }));
  // Every line of the room that is shown is spoken as it comes.
  assert.deepEqual(taken(page).map(how), [[false, true, false]]);
});

test("a page that is seen beside another window is not looked at", () => {
  const page = inLobby();
  page.send({ type: "look", focused: false });
  page.hear(line(1, { text: "ann?" }));
  assert.deepEqual(titles(page), ["bob in #lobby"]);
  assert.equal(unread(page.room()), 1);
  page.send({ type: "look", focused: true });
  assert.deepEqual([titles(page), unread(page.room())], [["close lobby"], 0]);
});

test("own lines and old ones are no news", () => {
  const page = new Page();
  page.send({ type: "look", visible: false });
  page.send({ type: "prefer", changes: { notify: "all" } });
  page.open();
  page.hear(welcome(), joined(60), ...lines(11, 30));
  page.hear(...lines(31, 60));
  page.hear(line(61, { nick: "ann" }));
  page.hear(line(61, { nick: "ann" }), line(60));
  assert.deepEqual(taken(page), []);
});

test("many at once are told as a number", () => {
  const page = away();
  const asked = (from, to) => lines(from, to).map((one) => ({ ...one, text: `ann ${one.seq}?` }));
  page.hear(...asked(1, 3));
  assert.equal(titles(page).length, 3);
  page.hear(...asked(4, 8), line(9));
  const [alert, ...more] = taken(page);
  assert.deepEqual([alert.title, alert.body, alert.seq, more], ["5 mentions in #lobby", "bob: ann 8?", 8, []]);
});

test("what was missed is told once, when all of it is there", () => {
  const page = away(5);
  page.lose();
  page.retry();
  page.open();
  page.hear(welcome(), joined(12), line(6, { text: "ann?" }), line(7));
  page.hear(line(8, { text: "ann!" }), line(9));
  assert.deepEqual(titles(page), []);
  page.hear(...lines(10, 11), line(12, { nick: "ann" }));
  assert.deepEqual(titles(page), ["2 mentions in #lobby"]);
  page.hear(line(13, { text: "ann?" }));
  assert.deepEqual(titles(page), ["bob in #lobby"]);
});

test("one line that was missed is told as it is", () => {
  const page = away(5);
  page.lose();
  page.retry();
  page.open();
  page.hear(welcome(), joined(7), line(6, { text: "ann?" }), line(7));
  assert.deepEqual(titles(page), ["bob in #lobby"]);
});

test("a direct message is meant, whatever it says, and told once", () => {
  const page = away();
  page.hear(direct("d1"));
  page.hear(direct("d1"));
  assert.deepEqual(titles(page), ["bob to you alone"]);
  assert.equal(unreadTotals(page.state).mentions, 1);
  page.hear(direct("d2", { nick: "ann", to: "bob" }));
  assert.equal(unreadTotals(page.state).mentions, 0, "who answers has read it");
});

test("ignored people are not told, counted or shown, until they are seen again", () => {
  const page = away();
  page.send({ type: "ignore", nick: "BOB", on: true });
  page.hear(line(1, { text: "ann?" }), line(2, { nick: "eve" }), direct("d1"));
  page.hear({ type: "joined", room: "lobby", nick: "bob", at: 9 });
  assert.deepEqual(titles(page), []);
  assert.deepEqual(unreadTotals(page.state), { lines: 1, mentions: 0 });
  const shown = () => rowsOf(page.state).filter((row) => row.entry).map((row) => row.entry.text);
  assert.deepEqual(shown(), ["line 2"]);
  page.send({ type: "ignore", nick: "bob", on: false });
  assert.deepEqual(unreadTotals(page.state), { lines: 2, mentions: 1 });
  assert.deepEqual(shown(), ["ann?", "line 2"]);
  assert.deepEqual([...page.state.rooms.keys()], ["lobby"], "nobody ignored begins a conversation");
  page.send({ type: "look", visible: true, focused: true });
  assert.deepEqual(unreadTotals(page.state), { lines: 0, mentions: 0 });
});

test("nobody's own lines are hidden, whatever nick they take", () => {
  const page = inLobby();
  page.send({ type: "ignore", nick: "ann", on: true });
  page.hear(line(1, { nick: "ann" }));
  assert.equal(rowsOf(page.state).at(-1).key, "m1");
});

test("/ignore and /unignore do it, and say so", () => {
  const page = inLobby();
  page.type("/ignore @Bob");
  assert.deepEqual(page.state.prefs.ignored, ["Bob"]);
  page.type("/ignore");
  assert.match(page.notes().at(-1).text, /You ignore Bob\./u);
  page.type("/unignore bob");
  assert.deepEqual(page.state.prefs.ignored, []);
  page.type("/ignore ANN");
  assert.equal(page.state.error, "You cannot ignore yourself.");
  page.type("/unignore eve");
  assert.equal(page.state.error, "You do not ignore eve.");
  page.type("/unignore");
  assert.match(page.state.error, /^Write it like this/u);
});

test("coming and going is left out for whoever wants it so, new nicks are not", () => {
  const page = inLobby();
  page.hear({ type: "joined", room: "lobby", nick: "eve", at: 9 });
  page.hear({ type: "renamed", nick: "bob", to: "rob", at: 9 });
  const moved = () => rowsOf(page.state).flatMap((row) => row.entries ?? []).map((entry) => entry.what);
  assert.deepEqual(moved(), ["joined", "renamed"]);
  page.send({ type: "prefer", changes: { presence: false } });
  assert.deepEqual(moved(), ["renamed"]);
});

test("who came and left again leaves no row behind", () => {
  const page = inLobby();
  page.hear({ type: "joined", room: "lobby", nick: "eve", at: 9 });
  page.hear({ type: "left", room: "lobby", nick: "eve", at: 9 });
  assert.deepEqual(rowsOf(page.state), []);
});

test("mentions are counted for each room until it is read", () => {
  const page = inLobby();
  page.hear(joined(0, "tea"), line(1, { room: "tea", text: "ann?" }), line(2, { room: "tea" }));
  assert.deepEqual([page.room("tea").mentions, unread(page.room("tea"))], [1, 2]);
  page.send({ type: "open", room: "tea" });
  assert.deepEqual([page.room("tea").mentions, unread(page.room("tea"))], [0, 0]);
});

test("another log begins with nothing unread, and its lines are told", () => {
  const page = away(50);
  page.hear(line(51, { text: "ann?" }));
  page.lose();
  page.retry();
  page.open();
  taken(page);
  page.hear(
    welcome({ log: "log-2" }), joined(1),
    { type: "reset", room: "lobby", next: 2, missed: 1, reason: "other_log" },
  );
  assert.deepEqual(unreadTotals(page.state), { lines: 0, mentions: 0 });
  page.hear(line(2, { text: "ann?" }));
  assert.deepEqual(titles(page), ["bob in #lobby"]);
});

test("a notification has no more of a text than fits, and no broken character", () => {
  const { body } = alertWords("lobby", 1, { nick: "bob", text: `ann\n\n ${"😀".repeat(300)}` }, "mentions");
  assert.equal(Array.from(body).length, 201);
  assert.match(body, /^ann 😀+…$/u);
  assert.equal(alertWords("tea", 1, { nick: "bob", text: "waves", action: true }, "all").body, "bob waves");
  assert.equal(alertWords("tea", 1200, { nick: "bob", text: "x" }, "all").title, "1,200 lines in #tea");
});
