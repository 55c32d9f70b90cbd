import assert from "node:assert/strict";
import test from "node:test";

import { daySpan, parseQuery } from "../../static/js/text/query.js";
import { queryText } from "../../static/js/text/querytext.js";
import { inLobby, joined, line, lines, members, numbered, Page, welcome } from "./support.mjs";

const history = (ref, from, to, more = true) => (
  { type: "history", room: "lobby", messages: lines(from, to), more, ref }
);
const results = (ref, ...messages) => ({ type: "results", room: "lobby", text: "tea", messages, more: false, ref });

test("a line on the page is shown where it is", () => {
  const page = inLobby(100);
  assert.deepEqual(page.send({ type: "visit", room: "lobby", seq: 60 }), []);
  assert.deepEqual(page.room().aim, { seq: 60 });
  assert.equal(page.state.look.atEnd, false, "nothing may move while it is read");
  page.send({ type: "newest" });
  assert.equal(page.room().aim, null);
});

test("a line further up comes with what was said around it", () => {
  const page = inLobby(1000);
  const [asked] = page.send({ type: "visit", room: "lobby", seq: 500 });
  assert.deepEqual(asked, { type: "history", room: "lobby", before: 551, limit: 100, ref: asked.ref });
  page.hear(history(asked.ref, 451, 550));
  assert.deepEqual(page.texts(), numbered(451, 550));
  assert.equal(page.room().aim.seq, 500);
  assert.ok(page.room().detached);
  page.hear(line(1001));
  assert.equal(page.room().newest, 1001, "the stream goes on behind it");
});

test("long lines around it do not keep it away", () => {
  const page = inLobby(1000);
  const [asked] = page.send({ type: "visit", room: "lobby", seq: 500 });
  const [nearer] = page.hear(history(asked.ref, 520, 550));
  assert.equal(nearer.before, 502);
  const [last] = page.hear(history(nearer.ref, 501, 501));
  assert.equal(last.before, 501);
  page.hear(history(last.ref, 490, 500));
  assert.equal(page.room().aim.seq, 500);
});

test("a link to a line opens its room first", () => {
  const page = new Page({}, "");
  page.send({ type: "start", room: "Tea", seq: 7, online: true, kept: { nick: "ann", rooms: [], current: null, session: {}, marks: new Map(), outbox: [] } });
  page.open();
  const asked = page.hear(welcome(), joined(100, "tea"), { ...members("ann"), room: "tea" });
  assert.deepEqual(asked, [], "numbers are known once the room has caught up");
  const [around] = page.hear(...lines(51, 100).map((message) => ({ ...message, room: "tea" })));
  assert.deepEqual([around.type, around.room, around.before], ["history", "tea", 58]);
});

test("a link to a line of a room that one is not in joins it", () => {
  const page = inLobby(5);
  const [join] = page.send({ type: "visit", room: "tea", seq: 2 });
  assert.equal(join.type, "join");
  page.hear(joined(3, "tea", { ref: join.ref }), ...lines(1, 3).map((message) => ({ ...message, room: "tea" })));
  assert.equal(page.state.current, "tea");
  assert.equal(page.room("tea").aim.seq, 2);
});

test("a line that is not there is said to be missing", () => {
  const page = inLobby(100);
  page.send({ type: "visit", room: "lobby", seq: 2000 });
  assert.match(page.state.error, /no line 2000/u);
  const [asked] = page.send({ type: "visit", room: "lobby", seq: 7 });
  page.hear(history(asked.ref, 40, 57, false));
  assert.match(page.state.error, /7 of #lobby is not kept/u);
  assert.equal(page.state.goal, null);
  assert.deepEqual(page.texts(), numbered(51, 100), "what was on the page stays");
});

test("a lost connection does not forget where one wanted to go", () => {
  const page = inLobby(1000);
  page.send({ type: "visit", room: "lobby", seq: 500 });
  page.lose();
  page.retry();
  page.open();
  const [asked] = page.hear(welcome(), joined(1000), members("ann"), ).concat(page.hear({ type: "pong" }));
  assert.equal(asked.before, 551);
});

test("words are looked for in the room one is in, and the newest found comes first", () => {
  const page = inLobby(10);
  const [asked] = page.type("/search tea");
  assert.deepEqual(asked, { type: "search", room: "lobby", text: "tea", limit: 50, ref: asked.ref });
  page.hear({ ...results(asked.ref, line(3), line(9)), more: true, next: { lobby: 3 } });
  assert.deepEqual(page.state.search.results.map(({ seq }) => seq), [9, 3]);
  const [more] = page.send({ type: "searchMore" });
  assert.deepEqual([more.rooms, more.text], [{ lobby: 3 }, "tea"]);
  page.hear(results(more.ref, line(1)));
  assert.deepEqual(page.state.search.results.map(({ seq }) => seq), [9, 3, 1]);
  assert.deepEqual(page.send({ type: "searchMore" }), []);
});

test("only the answer to the last question counts", () => {
  const page = inLobby(10);
  const [first] = page.send({ type: "search", text: "te" });
  const [second] = page.send({ type: "search", text: "tea" });
  page.hear(results(first.ref, line(1)), results(second.ref, line(2)));
  assert.deepEqual(page.state.search.results.map(({ seq }) => seq), [2]);
  page.send({ type: "closeSearch" });
  assert.equal(page.state.search.open, false);
});

test("a search says what is wrong with it, and that the connection was lost", () => {
  const page = inLobby(10);
  const [asked] = page.send({ type: "search", text: "tea" });
  page.hear({ type: "error", code: "too_long", text: "too long", ref: asked.ref });
  assert.deepEqual([page.state.search.phase, page.state.search.problem], ["failed", "too long"]);
  assert.equal(page.state.error, null);
  page.send({ type: "search", text: "tea" });
  page.lose();
  assert.match(page.state.search.problem, /connection was lost/u);
  page.send({ type: "search", text: "tea" });
  assert.match(page.state.search.problem, /only while you are connected/u);
});

test("a conversation with one person is looked through on the page", () => {
  const page = inLobby();
  page.hear({ type: "direct", nick: "bob", to: "ann", at: 1, text: "Green TEA?" });
  page.send({ type: "open", room: "@bob" });
  assert.deepEqual(page.send({ type: "search", text: "tea gre" }), []);
  assert.deepEqual(page.state.search.results.map(({ text }) => text), ["Green TEA?"]);
});

test("all rooms, one person and one day are asked for as they are typed", () => {
  const page = inLobby(10);
  const since = new Date(2026, 10, 28).getTime();
  const day = { since, until: new Date(2026, 10, 29).getTime() };
  const asked = (text) => {
    const [{ type, ref, limit, ...rest }] = page.send({ type: "search", text });
    return rest;
  };
  assert.deepEqual(asked("in:all tea pot"), { text: "tea pot" });
  assert.ok(page.state.search.all);
  assert.deepEqual(asked("from:@bob on:2026-11-28"), { room: "lobby", text: "", nick: "bob", ...day });
  assert.deepEqual(asked("FROM:bob in:ALL x"), { text: "x", nick: "bob" });
  assert.deepEqual(asked("on:2026-13-40 from: in:here"), { room: "lobby", text: "on:2026-13-40 from: in:here" });
  // Another page of all rooms goes on in each of them.
  const [first] = page.send({ type: "search", text: "in:all tea" });
  page.hear({ ...results(first.ref, line(3)), more: true, next: { lobby: 3, ops: null } });
  const [more] = page.send({ type: "searchMore" });
  assert.deepEqual(more.rooms, { lobby: 3, ops: null });
  assert.ok(!("room" in more));
});

test("what is typed is the same after it was read and written again", () => {
  for (const text of ["tea pot", "from:bob tea", "on:2026-11-28", "from:bob on:2026-1-5 in:all tea", ""]) {
    assert.equal(queryText(parseQuery(text)), text);
  }
  assert.equal(daySpan("2026-02-30"), null);
  assert.equal(daySpan("soon"), null);
  const { since, until } = daySpan("2026-12-31");
  assert.deepEqual([new Date(since).getDate(), new Date(until).getMonth()], [31, 0]);
});
