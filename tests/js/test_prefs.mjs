import assert from "node:assert/strict";
import test from "node:test";

import { concernsPrefs, loadPrefs, savePrefs } from "../../static/js/browser/storage.js";
import {
  firstPrefs, ignoring, isMuted, notifyOf, readPrefs, withIgnored,
} from "../../static/js/model/prefs.js";
import { withRoom } from "../../static/js/model/roomprefs.js";

function shelf(text = null) {
  const kept = new Map(text === null ? [] : [["hubbub.prefs", text]]);
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
}

test("what was chosen is there at the next visit", () => {
  const storage = shelf();
  const chosen = {
    notify: "all", sound: true, presence: false, ignored: ["Bob"], theme: "dark", size: "large",
    rooms: { tea: "none", "@bob": "all" },
  };
  savePrefs(storage, chosen);
  assert.deepEqual(loadPrefs(storage), chosen);
});

test("rubbish in the storage is as good as nothing", () => {
  const first = [null, "", "{", "null", "7", "[]", "\"mentions\"", "{\"notify\":7,\"sound\":\"yes\",\"ignored\":{}}"];
  for (const text of first) assert.deepEqual(loadPrefs(shelf(text)), firstPrefs, String(text));
  assert.deepEqual(loadPrefs(null), firstPrefs);
  savePrefs(null, firstPrefs);
});

test("each choice is read for itself", () => {
  const read = readPrefs({ notify: "loud", sound: true, ignored: ["bob", 7, "", null, "BOB"], more: 1 });
  assert.deepEqual(read, { ...firstPrefs, sound: true, ignored: ["BOB"] });
});

test("the list of those who are ignored has an end", () => {
  const many = Array.from({ length: 2000 }, (_, place) => `p${place}`);
  const { ignored } = readPrefs({ ignored: many });
  assert.ok(ignored.length < many.length);
  assert.equal(ignored.at(-1), "p1999");
  assert.equal(withIgnored(ignored, "eve", true).length, ignored.length);
});

test("nicks are ignored and seen again in whatever case", () => {
  const ignored = withIgnored(withIgnored([], "Bob", true), "BOB", true);
  assert.deepEqual(ignored, ["BOB"]);
  assert.ok(ignoring({ ignored })("bob"));
  assert.ok(!ignoring({ ignored })("bobby"));
  assert.deepEqual(withIgnored(ignored, "bOb", false), []);
});

test("what is told of one room goes before what is told of all", () => {
  const prefs = { ...firstPrefs, rooms: withRoom(withRoom({}, "tea", "none"), "ops", "all") };
  assert.deepEqual(["tea", "ops", "lobby"].map((name) => notifyOf(prefs, name)), ["none", "all", "mentions"]);
  assert.deepEqual(["tea", "ops", "lobby"].map((name) => isMuted(prefs, name)), [true, false, false]);
  assert.equal(notifyOf({ ...prefs, rooms: withRoom(prefs.rooms, "tea", null) }, "tea"), "mentions");
  // Nothing for all rooms is no choice to be without news of them.
  assert.ok(!isMuted({ ...prefs, notify: "none" }, "lobby"));
  // A room may be called what every object has.
  assert.equal(notifyOf(prefs, "constructor"), "mentions");
  assert.equal(notifyOf(readPrefs(JSON.parse('{"rooms":{"__proto__":"none"}}')), "__proto__"), "none");
  assert.deepEqual(readPrefs({ rooms: { tea: "loud", ops: "all" } }).rooms, { ops: "all" });
});

test("only the choices' own key, or all keys at once, concern them", () => {
  assert.deepEqual(["hubbub.prefs", null, "hubbub.nick"].map((key) => concernsPrefs({ key })), [true, true, false]);
});
