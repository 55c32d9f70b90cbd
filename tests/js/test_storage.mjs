import assert from "node:assert/strict";
import test from "node:test";

import { makeOutboxDb } from "../../static/js/browser/outboxdb.js";
import { makeStorage } from "../../static/js/browser/storage.js";
import { inLobby, Page } from "./support.mjs";

/** What a browser's storage does, as far as the page asks: names are own properties. */
class Storage {
  getItem(name) {
    return Object.hasOwn(this, name) ? this[name] : null;
  }

  setItem(name, value) {
    Object.defineProperty(this, name, { value: String(value), enumerable: true, configurable: true });
  }

  removeItem(name) {
    delete this[name];
  }
}

const ANGRY = {
  getItem() { throw new Error("no"); },
  setItem() { throw new Error("full"); },
  removeItem() { throw new Error("no"); },
};

const drafts = (...entries) => new Map(entries);

test("a reload finds what the page left", async () => {
  const [local, session] = [new Storage(), new Storage()];
  const storage = makeStorage(local, session, null);
  const page = inLobby(7);
  page.lose();
  page.type("later");
  page.retry();
  page.open();
  storage.save(inLobby(7).state, new Page().state);
  storage.save(page.state, new Page().state);
  const again = makeStorage(local, session, null);
  const kept = again.load();
  assert.deepEqual(
    [kept.nick, kept.rooms, kept.current, kept.session, Object.fromEntries(kept.marks)],
    ["ann", ["lobby"], "lobby", { resume: "token-1", log: "log-1" }, { lobby: 7 }],
  );
  await new Promise(setImmediate);
  const { items } = await again.restore();
  assert.deepEqual(items.map(({ text }) => text), ["later"]);
});

test("all tabs have one session, and each shows its own room", () => {
  const local = new Storage();
  const session = new Storage();
  makeStorage(local, session, null).save(inLobby().state, new Page().state);
  session.setItem("hubbub.current", '"tea"');
  const [same, other] = [session, new Storage()].map((one) => makeStorage(local, one, null).load());
  assert.deepEqual([same.session.resume, other.session.resume], ["token-1", "token-1"]);
  assert.deepEqual([same.current, other.current], ["tea", "lobby"]);
});

test("a tab without the conversation does not write down what another one has", () => {
  const local = new Storage();
  const page = inLobby(3);
  page.hear({ type: "bye", reason: "replaced" });
  makeStorage(local, new Storage(), null).save(page.state, new Page().state);
  const kept = makeStorage(local, new Storage(), null).load();
  assert.deepEqual([kept.nick, kept.rooms, kept.session.resume, kept.marks.size], ["", [], null, 0]);
});

test("drafts stay in their tab, and the last tab leaves them to the next visit", () => {
  const local = new Storage();
  const [one, other] = [new Storage(), new Storage()];
  const [first, second] = [makeStorage(local, one, null), makeStorage(local, other, null)];
  first.saveDrafts(drafts(["lobby", "from one"], ["tea", "milk?"]));
  second.saveDrafts(drafts(["lobby", "from two"]));
  first.saveDrafts(drafts(["lobby", "from one"]));
  assert.deepEqual(makeStorage(local, one, null).drafts(), drafts(["lobby", "from one"]));
  assert.deepEqual(makeStorage(local, other, null).drafts(), drafts(["lobby", "from two"]));
  assert.equal(makeStorage(local, one, null).leftDrafts().size, 0, "a reload has its own");
  const later = makeStorage(local, new Storage(), null);
  assert.equal(later.drafts().size, 0);
  assert.deepEqual(later.leftDrafts(), drafts(["lobby", "from two"]));
  second.saveDrafts(drafts());
  assert.equal(makeStorage(local, new Storage(), null).leftDrafts().size, 0, "what was sent is no draft");
});

test("what is forgotten is gone, and nothing is written after it", async () => {
  const [local, session] = [new Storage(), new Storage()];
  local.setItem("another page's", "stays");
  const storage = makeStorage(local, session, null);
  storage.save(inLobby(7).state, new Page().state);
  storage.saveDrafts(drafts(["lobby", "secret"]));
  await storage.forget();
  storage.save(inLobby(7).state, new Page().state);
  storage.saveDrafts(drafts(["lobby", "secret"]));
  assert.deepEqual([Object.keys(local), Object.keys(session)], [["another page's"], []]);
});

test("storage may be forbidden or full", async () => {
  for (const browser of [null, ANGRY]) {
    const storage = makeStorage(browser, browser, null);
    const page = inLobby();
    page.lose();
    page.type("later");
    storage.save(page.state, new Page().state);
    storage.saveDrafts(drafts(["lobby", "x"]));
    assert.deepEqual([storage.load().nick, storage.drafts().size, storage.isShared()], ["", 0, false]);
    await new Promise(setImmediate);
    assert.deepEqual(await storage.restore(), { items: [], gone: [] }, "what was never kept is not gone");
    await storage.forget();
  }
  assert.ok(makeStorage(new Storage(), new Storage(), null).isShared());
});

test("whatever storage holds, the page begins and connects", async () => {
  const RUBBISH = [
    "[1", "null", "7", '""', "[]", "{}", '"x"', '["tea", 7, null, ["tea"], "tea"]',
    '{"resume": 7, "log": {}}', '{"__proto__": 3, "lobby": "x", "tea": 1e999}', '{"lobby": -5, "constructor": 7}',
    '[{"id": "a", "text": 3}, {"id": "ok", "text": "hi", "room": "lobby", "at": "x", "status": 9, "kind": {}}, null]',
    '[{"id": "b", "text": "hi", "to": "bob", "at": 1, "shown": 4}]',
  ];
  const names = ["nick", "rooms", "current", "session", "marks", "outbox", "drafts"];
  for (let run = 0; run < RUBBISH.length * 40; run += 1) {
    const [local, session] = [new Storage(), new Storage()];
    names.forEach((name, place) => {
      const value = RUBBISH[(run * (2 * place + 1) + Math.floor(run / RUBBISH.length) * place) % RUBBISH.length];
      local.setItem(`hubbub.${name}`, value);
      session.setItem(`hubbub.${name}`, value);
    });
    const storage = makeStorage(local, session, null);
    const page = new Page(storage.load());
    page.send({ type: "restored", ...await storage.restore() });
    if (page.state.nickPrompt) page.send({ type: "named", nick: "ann" });
    const [hello] = page.open();
    assert.equal(hello.type, "hello");
    assert.ok(Object.keys(hello.join).length > 0);
    assert.ok([...storage.drafts().values(), ...storage.leftDrafts().values()].every((text) => typeof text === "string"));
    for (const item of page.state.outbox) assert.ok(Number.isFinite(item.at) && item.status === "waiting");
  }
});

/** A list that fails when it is told to. */
function fakeList() {
  const list = { items: [], full: false };
  list.read = () => list.items;
  list.write = (items) => {
    if (list.full) throw new Error("full");
    list.items = structuredClone(items);
  };
  return list;
}

const line = (id) => ({ id, room: "lobby", text: id, at: 1, status: "waiting" });

test("a tab learns what another has seen to, and what it left", async () => {
  const list = fakeList();
  const store = makeOutboxDb(null, list);
  store.sync([line("a"), line("b")]);
  await store.load();
  list.items = [line("b"), line("c")];
  assert.deepEqual(await store.load(), { items: [line("b"), line("c")], gone: ["a"] });
  assert.deepEqual((await store.load()).gone, []);
});

test("what is written while the store is read is not taken for gone", async () => {
  const store = makeOutboxDb(null, fakeList());
  const found = store.load();
  store.sync([line("a")]);
  assert.deepEqual((await found).gone, []);
  await new Promise(setImmediate);
  assert.deepEqual((await store.load()).items.map(({ id }) => id), ["a"]);
});

test("what is removed while the store is read does not come back", async () => {
  const store = makeOutboxDb(null, fakeList());
  store.sync([line("a")]);
  await new Promise(setImmediate);
  const found = store.load();
  store.sync([]);
  assert.deepEqual((await found).items, []);
});

test("what found no place is not taken for gone", async () => {
  const list = fakeList();
  const store = makeOutboxDb(null, list);
  await store.load();
  list.full = true;
  store.sync([line("a")]);
  await new Promise(setImmediate);
  assert.deepEqual((await store.load()).gone, []);
});
