import assert from "node:assert/strict";
import test from "node:test";

import { makeKeep } from "../../static/js/keep.js";
import { inLobby, Page } from "./support.mjs";

class Storage {
  items = new Map();

  getItem(name) {
    return this.items.get(name) ?? null;
  }

  setItem(name, value) {
    this.items.set(name, String(value));
  }
}

test("a reload finds what the page left", () => {
  const [local, session] = [new Storage(), new Storage()];
  const keep = makeKeep(local, session);
  const page = inLobby(7);
  page.lose();
  page.type("later");
  page.retry();
  page.open();
  keep.save(inLobby(7).state, new Page().state);
  keep.save(page.state, new Page().state);
  const kept = makeKeep(local, session).load();
  assert.deepEqual(
    [kept.nick, kept.rooms, kept.current, kept.session, Object.fromEntries(kept.marks)],
    ["ann", ["lobby"], "lobby", { resume: "token-1", log: "log-1" }, { lobby: 7 }],
  );
  assert.equal(new Page(kept).state.outbox[0].text, "later");
});

test("another tab knows the nick and has a session of its own", () => {
  const [local, session] = [new Storage(), new Storage()];
  makeKeep(local, session).save(inLobby().state, new Page().state);
  const kept = makeKeep(local, new Storage()).load();
  assert.equal(kept.nick, "ann");
  assert.equal(kept.session.resume, null);
});

test("a tab that closes leaves its session to the next that opens, and to no other", () => {
  const local = new Storage();
  makeKeep(local, new Storage()).leaveBehind(inLobby().state);
  assert.equal(makeKeep(local, new Storage()).load().session.resume, "token-1");
  assert.equal(makeKeep(local, new Storage()).load().session.resume, null);
});

test("storage may be forbidden, full or spoilt", () => {
  const angry = { getItem() { throw new Error("no"); }, setItem() { throw new Error("full"); } };
  for (const storage of [null, angry]) {
    const keep = makeKeep(storage, storage);
    keep.leaveBehind(inLobby().state);
    keep.save(inLobby().state, new Page().state);
    assert.equal(keep.load().nick, "");
    assert.equal(keep.drafts().size, 0);
  }
  const spoilt = new Storage();
  for (const name of ["nick", "rooms", "session", "marks", "outbox", "drafts"]) {
    spoilt.setItem(`hubbub.${name}`, name === "rooms" ? '["tea", 7]' : "[1");
  }
  const kept = makeKeep(spoilt, spoilt).load();
  assert.deepEqual([kept.nick, kept.rooms, kept.marks.size], ["", ["tea"], 0]);
  assert.equal(new Page(kept).state.wanted[0], "tea");
});
