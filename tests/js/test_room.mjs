import assert from "node:assert/strict";
import test from "node:test";

import * as rooms from "../../static/js/model/room.js";
import { lines, numbered } from "./support.mjs";

const texts = (room) => room.entries.filter((entry) => entry.kind === "message").map((entry) => entry.text);
const filled = (from, to, reading = false) => rooms.append(rooms.newRoom("lobby"), lines(from, to), reading);

test("each message is there once, however often it comes", () => {
  let room = filled(1, 10);
  room = rooms.append(room, lines(5, 12), false);
  room = rooms.append(room, lines(1, 12), false);
  assert.deepEqual(texts(room), numbered(1, 12));
  assert.equal(room.newest, 12);
});

test("the first lines one sees are no gap, whatever their number", () => {
  const room = filled(951, 1000);
  assert.ok(!rooms.firstGap(room));
  assert.equal(rooms.position(room), 1000);
});

test("a jump is a gap, and reading goes on before it", () => {
  const room = rooms.append(filled(1, 5), lines(9, 10), false);
  assert.equal(room.entries[5].kind, "gap");
  assert.equal(rooms.position(room), 5, "a lost connection begins before the gap");
  assert.equal(rooms.caughtUp({ ...room, joined: true, head: 10 }), false);
});

test("pages fill a gap in order, wherever they are cut", () => {
  let room = rooms.append(filled(1, 5), lines(9, 10), false);
  room = rooms.fillGap(room, lines(6, 6), true);
  assert.equal(rooms.position(room), 6);
  room = rooms.fillGap(room, lines(6, 12), false);
  assert.ok(!rooms.firstGap(room));
  assert.deepEqual(texts(room), numbered(1, 10));
});

test("a stream that begins again before the gap fills it as well", () => {
  let room = rooms.append(filled(1, 5), lines(9, 10), false);
  room = rooms.append(room, lines(6, 11), false);
  assert.ok(!rooms.firstGap(room));
  assert.deepEqual(texts(room), numbered(1, 11));
});

test("what nobody has any more is said to be missing", () => {
  let room = rooms.append(filled(1, 5), lines(9, 10), false);
  room = rooms.fillGap(room, [], false);
  const note = room.entries[5];
  assert.deepEqual([note.kind, note.tone, note.missed], ["note", "hole", 3]);
  assert.equal(rooms.position(room), 10);
});

test("the window is bounded for whoever is at the end", () => {
  let room = rooms.newRoom("lobby");
  for (let seq = 1; seq <= 20_000; seq += 500) room = rooms.append(room, lines(seq, seq + 499), false);
  assert.ok(room.entries.length <= rooms.WINDOW + 500);
  assert.equal(rooms.lastSeq(room), 20_000);
  assert.ok(rooms.hasOlder(room));
});

test("whoever reads further up keeps what is read, and the position goes on", () => {
  let room = filled(1, 100);
  for (let seq = 101; seq <= 10_100; seq += 100) room = rooms.append(room, lines(seq, seq + 99), true);
  assert.equal(rooms.firstSeq(room), 1);
  assert.ok(room.entries.length <= rooms.STRETCH);
  assert.ok(room.detached);
  assert.equal(rooms.position(room), 10_100);
});

test("a detached window grows downwards until it is at the end again", () => {
  let room = filled(1, 100);
  for (let seq = 101; seq <= 10_100; seq += 100) room = rooms.append(room, lines(seq, seq + 99), true);
  while (room.detached) {
    const last = rooms.lastSeq(room);
    room = rooms.extend(room, lines(last + 1, Math.min(last + 200, room.newest)));
    assert.ok(room.entries.length <= rooms.STRETCH);
  }
  assert.equal(rooms.lastSeq(room), 10_100);
  const all = texts(rooms.append(room, lines(10_101, 10_101), false));
  assert.deepEqual(all, numbered(10_101 - all.length + 1, 10_101));
});

test("an empty page ends a detached window too", () => {
  const room = rooms.extend({ ...filled(1, 5), detached: true, newest: 9 }, []);
  assert.ok(!room.detached);
});

test("older pages go before the window, once", () => {
  let room = filled(101, 150);
  room = rooms.prepend(room, lines(51, 100), true);
  room = rooms.prepend(room, lines(51, 100), true);
  room = rooms.prepend(room, lines(1, 50), false);
  assert.deepEqual(texts(room), numbered(1, 150));
  assert.ok(!rooms.hasOlder(room));
});

test("older pages beyond the bound let go of the newest", () => {
  let room = filled(9_951, 10_000);
  for (let before = 9_951; before > 5_000; before -= 100) {
    room = rooms.prepend(room, lines(before - 100, before - 1), true);
  }
  assert.ok(room.entries.length <= rooms.STRETCH);
  assert.ok(room.detached);
  assert.equal(rooms.position(room), 10_000);
});

test("the newest page takes the window's place", () => {
  const room = rooms.replace({ ...filled(1, 50), detached: true, newest: 500 }, lines(451, 500), true);
  assert.deepEqual(texts(room), numbered(451, 500));
  assert.ok(!room.detached && rooms.hasOlder(room));
});

test("a reset says how much is missing, and goes on where the hub says", () => {
  let room = rooms.reset(filled(1, 10), { reason: "pruned", missed: 90, next: 101 });
  room = rooms.append(room, lines(101, 102), false);
  assert.deepEqual(texts(room), [...numbered(1, 10), ...numbered(101, 102)]);
  assert.equal(room.entries[10].missed, 90);
  assert.ok(!rooms.firstGap(room));
});

test("another log takes everything off the screen, and its low numbers count", () => {
  let room = rooms.reset(filled(1, 500), { reason: "other_log", missed: 0, next: 1 });
  room = rooms.append(room, lines(1, 3), false);
  assert.deepEqual(texts(room), numbered(1, 3));
  assert.equal(rooms.unread(room), 3);
});

test("where the stream is cut does not matter", () => {
  const whole = [...lines(1, 30), ...lines(25, 40), ...lines(45, 60), ...lines(38, 61)];
  const expected = texts(rooms.append(rooms.newRoom("lobby"), whole, false));
  for (const size of [1, 2, 3, 7, 20]) {
    let room = rooms.newRoom("lobby");
    for (let at = 0; at < whole.length; at += size) {
      room = rooms.append(room, whole.slice(at, at + size), false);
    }
    assert.deepEqual(texts(room), expected);
  }
  assert.deepEqual(expected, numbered(1, 61));
});
