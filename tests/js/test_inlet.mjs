/** Whatever the hub may say, the page goes on: the inlet, tried with what is malformed. */

import assert from "node:assert/strict";
import test from "node:test";

import { directsOf } from "../../static/js/model/directs.js";
import { hueOf, rowsOf } from "../../static/js/model/rows.js";
import { connectionWords, noteWords, placeName, titleWords, wholeTimeOf } from "../../static/js/model/strings.js";
import { tokens } from "../../static/js/text/markup.js";
import { readFrame } from "../../static/js/text/wire.js";
import { inLobby, line, numbers, welcome } from "./support.mjs";

const JUNK = [
  undefined, null, 0, -1, 1.5, 1e300, 2 ** 53, "", "x", "\ud800", "\u202e", true, [], [null], ["x", 7], {}, { x: 1 },
  [{ type: "message" }], "constructor", "__proto__",
];

const GOOD = {
  message: line(11),
  direct: { type: "direct", nick: "bob", to: "ann", at: 5, text: "hi", id: "d-1" },
  joined: { type: "joined", room: "lobby", nick: "carol", at: 1 },
  own: { type: "joined", room: "tea", nick: "ann", at: 1, seq: 3 },
  left: { type: "left", room: "lobby", nick: "bob", at: 1 },
  renamed: { type: "renamed", nick: "bob", to: "bert", at: 1 },
  members: { type: "members", room: "lobby", nicks: ["ann", "bob"], count: 2 },
  topic: { type: "topic", room: "lobby", text: "tea", nick: "bob", at: 9e14 },
  rooms: { type: "rooms", rooms: [{ room: "tea", count: 1, seq: 3, topic: "" }], ref: 1 },
  history: { type: "history", room: "lobby", messages: [line(1)], more: false, ref: 1 },
  results: { type: "results", room: "lobby", messages: [line(1)], more: false, ref: 1 },
  ack: { type: "ack", id: "id-1", room: "lobby", seq: 11 },
  invitation: { type: "invitation", tcp: [], web: [], lines: ["nc HOST 4045"], ref: 1 },
  reset: { type: "reset", room: "lobby", next: 12, missed: 1, reason: "pruned" },
  error: { type: "error", code: "bad_room", text: "no", room: "tea", ref: 1 },
  notice: { type: "notice", text: "hi" },
  bye: { type: "bye", reason: "stopping", text: "", retry_ms: 100 },
  welcome: welcome({ keeps: { days: 7, disk: true } }),
};

/** Do all that drawing the page does, but for the elements. */
function drawn({ state }) {
  titleWords(state);
  connectionWords(state, 0);
  for (const room of state.rooms.values()) {
    encodeURIComponent(room.name);
    placeName(room.name);
    for (const row of rowsOf({ ...state, current: room.name })) {
      if (row.kind === "day") wholeTimeOf(row.at);
      if (row.kind === "note") noteWords(row.entry);
      if (row.kind !== "message") continue;
      hueOf(row.entry.nick);
      new Date(row.entry.at).toISOString();
      tokens(row.entry.text, { nick: state.nick });
    }
    for (const name of room.names ?? []) name.toLowerCase();
  }
  for (const room of directsOf(state)) room.peer.toLowerCase();
  for (const one of state.directory ?? []) one.room.toLowerCase();
}

function hear(page, event) {
  const { events, wrong } = readFrame(JSON.stringify(event));
  if (wrong.length) page.send({ type: "malformed", wrong });
  page.hear(...events);
  drawn(page);
}

test("what is whole passes as it is", () => {
  for (const event of Object.values(GOOD)) {
    assert.deepEqual(readFrame(JSON.stringify(event)), { events: [event], wrong: [] });
  }
});

test("each field of each event may be anything", () => {
  for (const event of Object.values(GOOD)) {
    for (const field of Object.keys(event).filter((one) => one !== "type")) {
      for (const junk of JUNK) {
        const page = inLobby(10);
        page.type("mine");
        hear(page, { ...event, [field]: junk });
        if (page.state.connection.phase !== "live" || !page.room()) continue;
        // Where a place in the log was believed, the lines behind it come as those before a gap.
        const seq = Math.max(11, (page.room().newest ?? 0) + 1);
        if (seq > 100) continue;
        hear(page, line(seq, { text: "the next" }));
        assert.equal(page.texts().at(-1), "the next", `${event.type}.${field}: ${JSON.stringify(junk)}`);
      }
    }
  }
});

test("the parts of lists and objects may be anything", () => {
  for (const junk of JUNK) {
    const page = inLobby(10);
    hear(page, { ...GOOD.history, messages: [junk, line(3), { ...line(4), at: junk, text: junk }] });
    hear(page, { ...GOOD.rooms, rooms: [junk, { room: junk, count: 1 }, { room: "tea", count: 2, topic: junk }] });
    hear(page, { ...GOOD.members, nicks: ["ann", junk] });
    hear(page, welcome({ limits: { text: junk }, keeps: { days: junk, messages: junk } }));
    hear(page, line(11));
    assert.ok(page.texts().includes("line 11"));
    assert.ok(Number.isSafeInteger(page.state.limits.text));
  }
});

test("events that are malformed in many ways at once stop nothing", () => {
  const random = numbers(20_251_129);
  const pick = (all) => all[Math.floor(random() * all.length)];
  for (let round = 0; round < 400; round += 1) {
    const page = inLobby(10);
    for (let number = 0; number < 8; number += 1) {
      const event = { ...pick(Object.values(GOOD)) };
      for (const field of Object.keys(event)) if (random() < 0.3 && field !== "type") event[field] = pick(JUNK);
      hear(page, event);
    }
  }
});

test("it is told once, in the conversation, what could not be read", () => {
  const page = inLobby(3);
  for (const at of ["soon", null, {}]) hear(page, { ...line(4), at });
  const told = page.notes().filter((note) => note.tone === "notice");
  assert.equal(told.length, 1);
  assert.match(told[0].text, /could not be read and is left out \(message\)/u);
  assert.deepEqual(page.texts().at(-1), "line 3");
});

test("what is not known passes, for a hub of a later version", () => {
  const { events, wrong } = readFrame('{"type":"typing","nick":7}\n{"type":"__proto__"}\n{"type":"notice"}');
  assert.deepEqual(events.map((event) => event.type), ["typing", "__proto__"]);
  assert.deepEqual(wrong, ["notice"]);
});
