import assert from "node:assert/strict";
import test from "node:test";

import { rowsOf } from "../../static/js/model/rows.js";
import { unread } from "../../static/js/model/room.js";
import { reduce } from "../../static/js/model/state.js";
import { inLobby, joined, line, lines, members, numbered, Page, welcome } from "./support.mjs";

test("without a nick the page asks for one, and connects then", () => {
  const page = new Page({ nick: "" });
  assert.ok(page.state.nickPrompt);
  assert.equal(page.state.connection.dial, 0);
  page.send({ type: "named", nick: "ann" });
  assert.equal(page.state.connection.dial, 1);
  assert.deepEqual(page.open(), [{ type: "hello", nick: "ann", join: { lobby: { last: 50 } } }]);
});

test("a refused nick is corrected on the same connection", () => {
  const page = new Page({ nick: "root" });
  page.open();
  page.hear({ type: "error", code: "nick_taken", text: "root is taken" });
  assert.equal(page.state.nickPrompt.reason, "root is taken");
  const [hello] = page.send({ type: "named", nick: "ann" });
  assert.deepEqual([hello.type, hello.nick], ["hello", "ann"]);
  page.hear(welcome());
  assert.equal(page.state.nickPrompt, null);
  assert.equal(page.state.connection.phase, "live");
});

test("a refused nick is corrected on a new connection if the old one is gone", () => {
  const page = new Page({ nick: "root" });
  page.open();
  page.hear({ type: "error", code: "bad_nick", text: "no" });
  page.lose();
  assert.equal(page.state.connection.dial, 0);
  page.send({ type: "named", nick: "ann" });
  assert.equal(page.state.connection.dial, 2);
});

test("the room of the address is joined beside those of the last visit", () => {
  const page = new Page({ rooms: ["lobby", "tea"], current: "lobby" }, "news");
  const [hello] = page.open();
  assert.deepEqual(Object.keys(hello.join), ["lobby", "tea", "news"]);
  page.hear(welcome(), joined(0), joined(0, "tea"), joined(0, "news"));
  assert.equal(page.state.current, "news");
});

test("rooms take the names that the hub gives them", () => {
  const page = new Page({ rooms: ["STRASSE", "tea"] }, "tea");
  page.open();
  page.hear(welcome(), joined(0, "strasse"), joined(0, "tea"));
  assert.deepEqual(page.state.wanted, ["strasse", "tea"]);
  assert.equal(page.state.current, "tea");
});

test("history is read, what comes while one looks is read, the rest is counted", () => {
  const page = inLobby(60);
  assert.equal(page.room().read, 60);
  page.hear(line(61));
  assert.equal(page.room().read, 61);
  page.send({ type: "look", visible: false });
  page.hear(line(62), line(63));
  assert.equal(page.room().read, 61);
  page.send({ type: "look", visible: true });
  assert.equal(page.room().read, 63);
  page.send({ type: "look", atEnd: false });
  page.hear(line(64));
  assert.equal(page.room().read, 63);
});

test("a line is pending until the hub has it, and there once", () => {
  const page = inLobby(2);
  assert.deepEqual(page.type("hello"), [{ type: "say", room: "lobby", text: "hello", id: "id-1" }]);
  assert.equal(page.state.outbox[0].status, "sent");
  page.hear({ type: "ack", id: "id-1", room: "lobby", seq: 3 });
  assert.equal(rowsOf(page.state).at(-1).kind, "pending", "it stays on the screen until it comes");
  page.hear(line(3, { id: "id-1", nick: "ann", text: "hello" }));
  assert.deepEqual(page.state.outbox, []);
  assert.deepEqual(page.texts(), ["line 1", "line 2", "hello"]);
});

test("what the hub does not keep says why, and can be tried again under its id", () => {
  const page = inLobby();
  page.type("hello");
  page.hear({ type: "error", code: "not_stored", text: "the disk is full", id: "id-1", room: "lobby" });
  assert.equal(page.state.outbox[0].reason, "the disk is full");
  const [again] = page.send({ type: "again", id: "id-1", freshId: "x" });
  assert.deepEqual([again.id, again.text], ["id-1", "hello"]);
  page.hear({ type: "error", code: "not_stored", text: "still full", id: "id-1" });
  page.send({ type: "drop", id: "id-1" });
  assert.deepEqual(page.state.outbox, []);
});

test("what is too long stays in the box", () => {
  const page = inLobby();
  const before = page.state.accepted;
  assert.deepEqual(page.type("本".repeat(11_000)), []);
  assert.match(page.state.error, /33,000 bytes/u);
  assert.equal(page.state.accepted, before);
  page.type("本".repeat(10_000));
  assert.equal(page.state.accepted, before + 1);
  assert.equal(page.state.error, null);
});

test("a lost connection resumes where it was, and says again what is not confirmed", () => {
  const page = inLobby(60);
  page.type("one");
  page.type("two");
  page.hear({ type: "ack", id: "id-1", room: "lobby", seq: 61 }, line(61, { id: "id-1" }));
  page.lose();
  page.type("three");
  assert.deepEqual(page.state.outbox.map((item) => item.status), ["waiting", "waiting"]);
  page.retry();
  assert.deepEqual(page.open(), [{
    type: "hello", nick: "ann", join: { lobby: { after: 61 } }, resume: "token-1", log: "log-1",
  }]);
  const said = page.hear(welcome(), joined(63), members("ann"), line(62), line(63));
  assert.deepEqual(said.map(({ id }) => id), ["id-2", "id-3"]);
  assert.deepEqual(page.texts().slice(-3), ["line 61", "line 62", "line 63"]);
});

test("in a fresh session nothing is said again before the log was read", () => {
  const page = inLobby(2);
  page.type("perhaps kept");
  page.type("surely not");
  page.lose();
  page.retry();
  page.open();
  assert.deepEqual(page.hear(welcome({ resume: "token-2" }), joined(4), line(3)), []);
  const said = page.hear(line(4, { id: "id-1", text: "perhaps kept" }));
  assert.deepEqual(said.map(({ id }) => id), ["id-2"], "what was in the log is not said twice");
});

test("nor after another cut, when the fresh session goes on", () => {
  const page = inLobby(2);
  page.type("perhaps kept");
  page.lose();
  page.retry();
  page.open();
  assert.deepEqual(page.hear(welcome({ resume: "token-2" }), joined(4)), []);
  page.lose();
  page.retry();
  page.open();
  page.type("behind it");
  assert.deepEqual(page.hear(welcome({ resume: "token-2" }), joined(4), line(3)), []);
  const said = page.hear(line(4, { id: "id-1", text: "perhaps kept" }));
  assert.deepEqual(said.map(({ id }) => id), ["id-2"]);
});

test("a room without a line left does not hold the outbox back", () => {
  const page = new Page({ outbox: [{ id: "a", room: "lobby", text: "hi", at: 1, tried: "another" }] });
  page.open();
  assert.deepEqual(page.hear(welcome(), joined(7)), []);
  assert.deepEqual(page.hear({ type: "pong", at: 1 }).map(({ id }) => id), ["a"]);
});

test("a reload goes on with the session, the unsent lines and the count of unread", () => {
  const page = new Page({
    session: { resume: "token-1", log: "log-1" }, rooms: ["lobby", "tea"], current: "tea",
    marks: new Map([["lobby", 58]]), outbox: [{ id: "a", room: "lobby", text: "hi", at: 1, status: "sent" }],
  });
  const [hello] = page.open();
  assert.deepEqual(hello.join, { lobby: { last: 50 }, tea: { last: 50 } });
  assert.equal(hello.resume, "token-1");
  const said = page.hear(welcome(), joined(60), ...lines(11, 60), joined(0, "tea"));
  assert.deepEqual(said.map(({ id }) => id), ["a"]);
  assert.equal(page.room().newest - page.room().read, 2);
});

test("a jump in the numbers is filled from history, page by page", () => {
  const page = inLobby(5);
  const [asked] = page.hear(line(9));
  assert.deepEqual([asked.type, asked.room, asked.after], ["history", "lobby", 5]);
  const [next] = page.hear({
    type: "history", room: "lobby", messages: lines(6, 7), more: true, ref: asked.ref,
  });
  assert.equal(next.after, 7);
  page.hear({ type: "history", room: "lobby", messages: lines(8, 9), more: false, ref: next.ref });
  assert.deepEqual(page.texts(), numbered(1, 9));
});

test("a gap that was being filled when the connection went is asked for again", () => {
  const page = inLobby(5);
  page.hear(line(9));
  page.lose();
  page.retry();
  const [hello] = page.open();
  assert.deepEqual(hello.join.lobby, { after: 5 });
  page.hear(welcome(), joined(9), ...lines(6, 9));
  assert.deepEqual(page.texts(), numbered(1, 9));
});

test("whoever scrolls up asks for one page at a time", () => {
  const page = inLobby(200);
  const [asked] = page.send({ type: "older" });
  assert.equal(asked.before, 151);
  assert.deepEqual(page.send({ type: "older" }), []);
  page.hear({ type: "history", room: "lobby", messages: lines(51, 150), more: true, ref: asked.ref });
  assert.equal(page.texts().length, 150);
  assert.equal(page.send({ type: "older" })[0].before, 51);
});

test("the newest page is fetched when the window ends before it", () => {
  const page = inLobby(50);
  page.send({ type: "look", atEnd: false });
  for (let seq = 51; seq < 6000; seq += 100) page.hear(...lines(seq, seq + 99));
  assert.ok(page.room().detached);
  const [asked] = page.send({ type: "newest" });
  const newest = page.room().newest;
  page.hear({
    type: "history", room: "lobby", messages: lines(newest - 99, newest), more: true, ref: asked.ref,
  });
  assert.ok(!page.room().detached && page.state.look.atEnd);
  assert.deepEqual(page.texts(), numbered(newest - 99, newest));
});

test("people come, go and change their names", () => {
  const page = inLobby();
  page.hear(
    { type: "joined", room: "lobby", nick: "carl", at: 5 },
    { type: "renamed", nick: "carl", to: "zoe", at: 6 },
    { type: "left", room: "lobby", nick: "bob", at: 7 },
  );
  assert.deepEqual(page.room().names, ["ann", "zoe"]);
  assert.equal(page.room().count, 2);
  const rows = rowsOf(page.state);
  assert.equal(rows.length, 1, "what came and went stands in one row");
  assert.equal(rows[0].entries.length, 3);
});

test("a large room has a count", () => {
  const page = inLobby();
  page.hear({ type: "members", room: "lobby", count: 512 });
  assert.deepEqual([page.room().names, page.room().count], [["ann", "bob"], 512]);
  page.hear({ type: "joined", room: "lobby", nick: "carl", at: 5 });
  assert.equal(page.room().count, 512);
});

test("one's own new name is known", () => {
  const page = inLobby();
  const [asked] = page.type("/nick zoe");
  page.hear({ type: "renamed", nick: "ann", to: "zoe", at: 6, ref: asked.ref });
  assert.equal(page.state.nick, "zoe");
  const [refused] = page.type("/nick bob");
  page.hear({ type: "error", code: "nick_taken", text: "bob is taken", ref: refused.ref });
  assert.equal(page.state.error, "bob is taken");
  assert.equal(page.state.nick, "zoe");
});

test("rooms are joined, opened and left", () => {
  const page = inLobby(3);
  const [asked] = page.type("/join #Tea");
  assert.deepEqual([asked.type, asked.room], ["join", "tea"]);
  page.hear(joined(0, "tea", { ref: asked.ref }));
  assert.equal(page.state.current, "tea");
  page.hear(line(4));
  assert.equal(page.room().newest - page.room().read, 1);
  page.send({ type: "open", room: "lobby" });
  assert.equal(page.room().read, 4);
  const [left] = page.type("/leave");
  assert.deepEqual([left.type, left.room], ["leave", "lobby"]);
  assert.equal(page.state.current, "tea");
  assert.deepEqual(page.state.wanted, ["tea"]);
  page.hear(line(5), { type: "left", room: "lobby", nick: "ann", at: 1, ref: left.ref });
  assert.equal(page.room(), undefined);
});

test("a room that cannot be joined says why, and is not asked for for ever", () => {
  const page = new Page({ rooms: ["lobby", "b/d"] });
  page.open();
  page.hear(welcome(), joined(0), { type: "error", code: "bad_room", text: "no", room: "b/d" });
  assert.deepEqual(page.state.wanted, ["lobby"]);
  assert.equal(page.state.error, "no");
});

test("whoever comes by a link to a room that cannot be comes to the lobby", () => {
  const page = new Page({}, "no room");
  page.open();
  const asked = page.hear(welcome(), { type: "error", code: "bad_room", text: "no", room: "no room" });
  assert.deepEqual(asked.map(({ type, room }) => [type, room]), [["join", "lobby"]]);
  page.hear({ ...joined(0), ref: asked[0].ref });
  assert.deepEqual([page.state.wanted, page.state.current, page.state.error], [["lobby"], "lobby", "no"]);
});

test("a lobby that cannot be joined either is not asked for for ever", () => {
  const page = new Page({}, "no room");
  page.open();
  const refused = { type: "error", code: "bad_room", text: "no", room: "no room" };
  const [asked] = page.hear(welcome(), refused);
  assert.deepEqual(page.hear({ ...refused, room: "lobby", ref: asked.ref }), []);
  const other = new Page();
  other.open();
  assert.deepEqual(other.hear(welcome(), { ...refused, room: "lobby" }), []);
});

test("direct messages are shown once, in a conversation of their own", () => {
  const page = inLobby();
  const [said] = page.type("/msg bob hi");
  assert.equal(page.state.current, "@bob");
  assert.deepEqual(said, { type: "direct", to: "bob", text: "hi", id: "id-1" });
  const copy = { type: "direct", nick: "ann", to: "bob", id: "id-1", at: 5, text: "hi" };
  page.hear({ type: "ack", id: "id-1", to: "bob" }, copy);
  assert.deepEqual(page.texts("@bob"), ["hi"]);
  page.type("/msg bob again");
  page.hear({ ...copy, id: "id-2", text: "again" }, { type: "ack", id: "id-2", to: "bob" });
  page.hear({ type: "direct", nick: "bob", to: "ann", at: 9, text: "yes" });
  const said2 = page.room("@bob").entries.map(({ text, nick }) => [text, nick]);
  assert.deepEqual(said2, [["hi", "ann"], ["again", "ann"], ["yes", "bob"]]);
  assert.deepEqual(page.texts(), []);
  assert.deepEqual(page.state.outbox, []);
});

test("a topic is part of the conversation when it changes", () => {
  const page = inLobby();
  page.hear({ type: "topic", room: "lobby", text: "old news", nick: "bob", at: 0 });
  assert.equal(page.room().topic, "old news");
  assert.deepEqual(page.notes(), []);
  page.hear({ type: "topic", room: "lobby", text: "news", nick: "bob", at: 99 });
  assert.equal(page.notes()[0].text, "news");
  assert.deepEqual(page.type("/topic")[0].text, undefined);
  assert.deepEqual(page.type("/topic mine")[0].text, "mine");
});

test("whoever is replaced elsewhere stays quiet until told otherwise", () => {
  const page = inLobby();
  page.hear({ type: "bye", reason: "replaced", text: "elsewhere" });
  assert.equal(page.state.connection.phase, "replaced");
  for (const type of ["closed", "tick", "wake", "online"]) {
    page.send({ type, dial: 1 });
    assert.equal(page.state.connection.dial, 0);
  }
  page.send({ type: "connect" });
  assert.equal(page.state.connection.phase, "connecting");
});

test("another log shows what is in it", () => {
  const page = inLobby(500);
  page.lose();
  page.retry();
  page.open();
  page.hear(
    welcome({ log: "log-2", resume: "token-2" }), joined(3),
    { type: "reset", room: "lobby", reason: "other_log", missed: 0, next: 1 },
    ...lines(1, 3),
  );
  assert.deepEqual(page.texts(), numbered(1, 3));
  assert.equal(page.notes()[0].tone, "hole");
});

test("what an old socket still says is not heard", () => {
  const page = inLobby();
  page.lose();
  page.retry();
  page.send({ type: "lines", dial: 1, events: lines(1, 3) });
  assert.deepEqual(page.texts(), []);
  page.send({ type: "closed", dial: 1 });
  assert.equal(page.state.connection.phase, "connecting");
});

test("an unknown event or type changes nothing", () => {
  const page = inLobby();
  assert.equal(reduce(page.state, { type: "constructor" }), page.state);
  const before = page.state.rooms;
  page.hear({ type: "__proto__" }, { type: "toString" }, { type: "surprise", room: "lobby" });
  assert.equal(page.state.rooms, before);
});

test("a room may be called like a property of every object", () => {
  const page = inLobby();
  for (const name of ["constructor", "__proto__", "tostring"]) {
    const [asked] = page.type(`/join ${name}`);
    assert.equal(asked?.room, name);
    page.hear(joined(1, name, { ref: asked.ref }), line(1, { room: name, text: "here" }));
    assert.deepEqual(page.texts(name), ["here"]);
    assert.equal(page.state.current, name);
  }
});

/** A small generator, so that a failing run can be run again. */
function dice(seed) {
  let value = seed;
  return (most) => {
    value = (value * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return Math.floor((value / 2 ** 32) * most);
  };
}

test("wherever the network cuts, every line is there once and in order", () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const roll = dice(seed);
    const log = [];
    const hub = (page, requests) => {
      for (const request of requests) answer(page, request);
    };
    const answer = (page, request) => {
      if (request.type === "hello") {
        const { after } = request.join.lobby;
        const from = after ?? Math.max(0, log.length - 50);
        hub(page, page.hear(welcome(), joined(log.length), ...log.slice(from)));
      } else if (request.type === "say") {
        if (roll(4) === 0) return; // Lost on its way there.
        const known = log.find((message) => message.id === request.id);
        const message = known ?? line(log.length + 1, { id: request.id, text: request.text, nick: "ann" });
        if (!known) log.push(message);
        if (roll(4) === 0) return; // Lost on its way back.
        page.hear({ type: "ack", id: request.id, room: "lobby", seq: message.seq });
        if (!known) page.hear(message);
      } else if (request.type === "history") {
        const messages = log.slice(request.after, request.after + 3);
        const more = request.after + 3 < log.length;
        hub(page, page.hear({ type: "history", room: "lobby", messages, more, ref: request.ref }));
      }
    };
    const page = new Page();
    const typedTexts = [];
    hub(page, page.open());
    for (let step = 0; step < 60; step += 1) {
      const what = roll(5);
      if (what === 0 && page.state.connection.dial) page.lose();
      else if (what === 1 && page.state.connection.phase === "waiting") {
        page.retry();
        hub(page, page.open());
      } else if (what === 2) {
        typedTexts.push(`said ${step}`);
        hub(page, page.type(`said ${step}`));
      } else {
        const message = line(log.length + 1, { text: `other ${step}` });
        log.push(message);
        if (page.state.connection.phase === "live" && roll(3)) hub(page, page.hear(message));
      }
    }
    for (let round = 0; round < 40 && (round === 0 || page.state.outbox.length); round += 1) {
      page.lose();
      page.retry();
      hub(page, page.open());
    }
    assert.deepEqual(page.texts(), log.map((message) => message.text), `seed ${seed}`);
    const own = log.filter((message) => message.id).map((message) => message.text);
    assert.deepEqual([...own].sort(), [...typedTexts].sort(), `seed ${seed}`);
    assert.deepEqual(page.state.outbox, []);
  }
});

test("leaving can be undone: with the lines, in its place, from where one was", () => {
  const page = inLobby(3);
  page.hear({ type: "joined", room: "tea", nick: "ann", at: 1, seq: 0 });
  const [left] = page.send({ type: "leave", room: "lobby" });
  assert.deepEqual([left.type, page.state.current, page.state.wanted], ["leave", "tea", ["tea"]]);
  const [back] = page.send({ type: "undoLeave" });
  assert.deepEqual([back.type, back.room, back.after], ["join", "lobby", 3]);
  assert.deepEqual([page.state.current, page.state.wanted], ["lobby", ["lobby", "tea"]]);
  // The hub's answer to the leaving is about a visit that is over.
  page.hear({ type: "left", room: "lobby", nick: "ann", at: 2, ref: left.ref });
  page.hear({ ...joined(4), ref: back.ref }, line(4));
  assert.deepEqual(page.texts(), ["line 1", "line 2", "line 3", "line 4"]);
  assert.deepEqual(page.send({ type: "undoLeave" }), []);
});

test("a conversation that was closed comes back with what is nowhere else", () => {
  const page = inLobby();
  page.hear({ type: "direct", id: "d1", at: 5, nick: "bob", to: "ann", text: "psst" });
  page.send({ type: "leave", room: "@bob" });
  assert.equal(page.room("@bob"), undefined);
  assert.deepEqual(page.send({ type: "undoLeave" }), []);
  assert.deepEqual(page.texts("@bob"), ["psst"]);
});

test("an invitation is asked for with the page's own address, and shown in a dialog", () => {
  const page = inLobby(1);
  const web = "https://chat.example/";
  const [request] = page.send({ type: "typed", text: "/invite", id: "id-9", web });
  assert.deepEqual(request, { type: "invite", web, ref: request.ref });
  const said = ["come in with any of these:", "browser     https://chat.example/"];
  page.hear({ type: "invitation", tcp: [], web: [web], lines: said, ref: request.ref });
  assert.deepEqual(page.state.invitation, { room: "lobby", lines: said, web: [web], passphrase: "" });
  assert.deepEqual(page.notes(), []);
  assert.deepEqual(page.state.asks, {});
  page.lose();
  assert.deepEqual(page.send({ type: "typed", text: "/invite", id: "id-10", web }), []);
  assert.match(page.state.error, /connected/u);
});

test("before the hub lets anybody in, the rooms are there, and what is written waits in them", () => {
  const page = new Page({ rooms: ["lobby", "tea"], current: "tea" });
  assert.deepEqual([...page.state.rooms.keys(), page.state.current], ["lobby", "tea", "tea"]);
  page.type("one");
  page.send({ type: "open", room: "lobby" });
  page.type("two");
  assert.deepEqual(rowsOf(page.state).map((row) => row.entry.text), ["two"]);
  page.open();
  const sent = page.hear(welcome()).filter(({ type }) => type === "say");
  assert.deepEqual(sent.map(({ room, text }) => [room, text]), [["tea", "one"], ["lobby", "two"]]);
  page.hear(joined(0), joined(3, "tea"));
  assert.equal(page.state.current, "lobby");
  assert.deepEqual([page.room("tea").read, page.room("tea").head], [3, 3]);
});

test("a room that is entered while away is there at once, and is joined later", () => {
  const page = inLobby();
  page.lose();
  page.type("/join Tea");
  assert.equal(page.state.current, "tea");
  page.type("milk?");
  page.retry();
  const [hello] = page.open();
  assert.deepEqual(Object.keys(hello.join), ["lobby", "tea"]);
  const sent = page.hear(welcome(), joined(0), joined(0, "tea"));
  assert.deepEqual(sent.map(({ room, text }) => [room, text]), [["tea", "milk?"]]);
});

test("what waits in a room follows to the name that the hub gives it", () => {
  const page = new Page({}, "straße");
  page.type("hello");
  page.open();
  page.hear(welcome());
  page.hear(joined(0, "strasse"));
  assert.deepEqual([[...page.state.rooms.keys()], page.state.wanted, page.state.current],
    [["strasse"], ["strasse"], "strasse"]);
  assert.deepEqual(page.state.outbox.map(({ room }) => room), ["strasse"]);
  assert.deepEqual(page.state.renames, [{ from: "straße", to: "strasse" }]);
});

test("a room that is refused is none, unless lines wait in it", () => {
  const refused = { type: "error", code: "bad_room", room: "no", text: "This is no name." };
  const page = new Page({ rooms: ["lobby"] }, "no");
  page.open();
  page.hear(welcome(), joined(0), refused);
  assert.deepEqual([[...page.state.rooms.keys()], page.state.current], [["lobby"], "lobby"]);
  const writing = new Page({ rooms: ["lobby"] }, "no");
  writing.type("kept");
  writing.open();
  writing.hear(welcome(), joined(0), refused);
  assert.equal(writing.state.current, "no");
  assert.equal(rowsOf(writing.state).at(-1).entry.text, "kept");
});

test("what was there before one came is neither news nor marked as new", () => {
  const page = new Page({ rooms: ["lobby"] });
  page.open();
  page.hear(welcome(), joined(60), ...lines(11, 60));
  assert.deepEqual([page.room().mark, unread(page.room())], [null, 0]);
});

test("an answer is brought into sight, whoever has scrolled up", () => {
  const page = inLobby(60);
  for (const [typed, answer] of [
    ["/who", (ref) => ({ ...members("ann", "bob"), ref })],
    ["/topic", (ref) => ({ type: "topic", room: "lobby", text: "tea", ref })],
    ["/ignore", null],
  ]) {
    page.send({ type: "look", atEnd: false });
    const before = page.room().jump;
    const [request] = page.type(typed);
    if (answer) page.hear(answer(request.ref));
    assert.deepEqual([page.room().jump, page.state.look.atEnd], [before + 1, true], typed);
  }
  page.send({ type: "look", atEnd: false });
  page.hear({ type: "topic", room: "lobby", text: "other", nick: "bob", at: 9 });
  assert.equal(page.state.look.atEnd, false);
});

test("a topic is removed by a dash", () => {
  const page = inLobby();
  const [asked] = page.type("/topic -");
  assert.deepEqual([asked.type, asked.room, asked.text], ["topic", "lobby", ""]);
  assert.equal("text" in page.type("/topic")[0], false);
});

test("/since goes to the first line that was said since, or says that there is none", () => {
  const page = inLobby(60);
  const [asked] = page.type("/since 10m");
  assert.deepEqual([asked.type, asked.limit, asked.since], ["history", 1, 1_000_000 - 600_000]);
  page.hear({ type: "history", room: "lobby", messages: [line(30)], more: true, ref: asked.ref });
  assert.deepEqual(page.room().aim, { seq: 30 });
  const [again] = page.type("/since 1s");
  page.hear({ type: "history", room: "lobby", messages: [], more: false, ref: again.ref });
  assert.match(page.notes().at(-1).text, /Nothing was said here since then/u);
  page.type("/quit");
  assert.match(page.notes().at(-1).text, /Close this tab/u);
});

test("who comes for the first time is told once who is there and that lines are kept", () => {
  const page = new Page({ nick: "" });
  page.send({ type: "named", nick: "" });
  const [hello] = page.open();
  assert.equal("nick" in hello, false);
  page.hear(welcome({ nick: "guest-1" }), joined(0), members("guest-1", "bob"));
  const told = () => page.notes().filter(({ tone }) => tone === "notice here");
  assert.match(told()[0].text, /^2 people are here\. Everyone who is here can read along, and lines are kept\.$/u);
  assert.equal(page.state.nick, "guest-1");
  page.hear(members("guest-1", "bob", "carol"));
  assert.equal(told().length, 1);
});

test("the words about an error come from its code, for every code that the hub has", async () => {
  const { readFile } = await import("node:fs/promises");
  const { errorWords } = await import("../../static/js/model/strings.js");
  const protocol = await readFile(new URL("../../docs/protocol.md", import.meta.url), "utf8");
  const codes = protocol.slice(protocol.indexOf("| `bad_json`")).match(/^\| `(\w+)`/gmu).map((row) => row.slice(3, -1));
  assert.ok(codes.includes("internal") && codes.length > 15);
  // What the hub's own text says better: it has a name, a size or a number in it.
  const facts = ["nick_taken", "not_stored", "bad_nick", "bad_room", "too_long", "nobody", "away", "not_found", "empty",
    "passphrase"];
  // A page never does this, or has no person to tell.
  const programs = ["bad_json", "unknown_type", "bad_field", "hello_first", "hello_again", "not_text", "full",
    "proxy_refused"];
  for (const code of codes) {
    const own = errorWords({ code, text: "the hub's" }) !== "the hub's";
    assert.equal(own, ![...facts, ...programs].includes(code), code);
  }
});
