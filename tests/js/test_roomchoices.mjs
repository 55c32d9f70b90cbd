import assert from "node:assert/strict";
import test from "node:test";

import { roomChoices } from "../../static/js/model/roomchoices.js";

const OPEN = ["lobby", "group10", "tea-party", "teams", "ops"].map((room, place) => ({ room, count: place }));

function meant(written, rooms = OPEN) {
  return roomChoices(written, rooms).meant;
}

test("a name that is written out is meant as it stands", () => {
  assert.equal(meant("group1"), "group1");
  assert.equal(meant("#Ops"), "ops");
  assert.equal(meant("party"), "party");
  assert.equal(meant("brand-new"), "brand-new");
  assert.equal(meant("group1", [...OPEN, { room: "group1", count: 0 }]), "group1");
});

test("the beginning of a word, or a part of it, means the room that has it", () => {
  assert.equal(meant("lob"), "lobby");
  assert.equal(meant("gro"), "group10");
  assert.equal(meant("eam"), "teams");
  assert.equal(meant("tea"), "teams");
});

test("exact names come first, then beginnings, then the liveliest", () => {
  const rooms = [{ room: "a-tea", count: 9 }, { room: "teams", count: 1 }, { room: "tea", count: 0 },
    { room: "tear", count: 5 }];
  assert.deepEqual(roomChoices("tea", rooms).fitting.map(({ room }) => room), ["tea", "tear", "teams", "a-tea"]);
});

test("without a name nothing is meant, and all are listed", () => {
  assert.equal(meant(" "), "");
  assert.equal(roomChoices("", OPEN).fitting.length, OPEN.length);
});

test("a conversation with a person is chosen, never made by a beginning", () => {
  assert.equal(meant("@bo", [{ room: "@bob", peer: "bob" }]), "@bo");
});
