import assert from "node:assert/strict";
import test from "node:test";

import { apply, changes, complete, completeWord, contextOf } from "../../static/js/model/complete.js";
import { begin, keptHistory, readHistory, remember, shown, step } from "../../static/js/model/inputhistory.js";
import { newRoom } from "../../static/js/model/room.js";
import { initialState } from "../../static/js/model/state.js";
import { ALIASES, COMMANDS } from "../../static/js/text/commands.js";
import { asCode, fenceOf, withoutCode } from "../../static/js/text/fence.js";
import { directionOf, isBlock, lineCount } from "../../static/js/text/paste.js";

const context = {
  commands: COMMANDS, aliases: ALIASES,
  nicks: ["alice", "bob", "bobby", "Robert_Smith", "Ärmel"],
  people: ["bob", "carol"], rooms: ["tea", "lobby", "tech-talk"], ignored: ["mallory"],
  recent: ["bobby", "alice"],
};

function labels(text, caret = text.length, find = complete) {
  return (find(text, caret, context)?.items ?? []).map(({ label }) => label);
}

test("a slash at the start offers commands, with how they are written and what they do", () => {
  assert.equal(labels("/").length, COMMANDS.length);
  const { kind, items: [item] } = complete("/ms", 3, context);
  assert.deepEqual([kind, item.label, item.text], ["command", "/msg NICK [TEXT]", "/msg "]);
  assert.match(item.help, /one person/u);
  assert.equal(complete("/wh", 3, context).items[0].text, "/who");
  assert.deepEqual(labels("/ME"), ["/me TEXT"]);
});

test("what begins with a slash and is no command offers nothing", () => {
  const texts = ["//", "//tm", "/etc/ho", "a /m", " /m", "/zzz", "/me \n/m"];
  for (const text of texts) assert.deepEqual(labels(text), []);
});

test("a command that is written out comes first", () => {
  const commands = [{ name: "nicks", usage: "/nicks", help: "" }, ...COMMANDS];
  assert.equal(complete("/nick", 5, { ...context, commands }).items[0].text, "/nick ");
});

test("commands take people, rooms, or those who are ignored, also by another name", () => {
  assert.deepEqual(labels("/msg "), ["bob", "carol"]);
  assert.deepEqual(labels("/w @C"), ["carol"]);
  assert.deepEqual(labels("/unignore m"), ["mallory"]);
  assert.deepEqual(labels("/join "), ["#tea", "#lobby", "#tech-talk"]);
  assert.deepEqual(labels("/j #te"), ["#tea", "#tech-talk"]);
  assert.deepEqual(labels("/join tea "), []);
  assert.deepEqual(labels("/nick b"), []);
  const found = complete("/join #te", 9, context);
  assert.equal(apply("/join #te", found, found.items[0]).text, "/join tea ");
});

test("an @ offers nicks: who spoke last first, then the others as in the list", () => {
  assert.deepEqual(labels("@"), ["bobby", "alice", "bob", "Robert_Smith", "Ärmel"]);
  assert.deepEqual(labels("hey @BO"), ["bobby", "bob"]);
  assert.deepEqual(labels("(@bob"), ["bob", "bobby"]);
  assert.deepEqual(labels("/me hugs @al"), ["alice"]);
  assert.deepEqual(labels("a\n@sm"), ["Robert_Smith"], "a part of a name has a beginning, too");
  assert.deepEqual(labels("@ärm"), ["Ärmel"]);
  assert.deepEqual(labels("@a\u0308rm"), ["Ärmel"], "written with a mark of its own");
});

test("an address is no mention, and nothing is offered behind a space", () => {
  for (const text of ["me@bo", "@bob ", "@@", "x@", "bob"]) assert.deepEqual(labels(text), []);
});

test("only what stands before the caret counts, however long the text is", () => {
  const text = `${"word ".repeat(100_000)}@bob`;
  assert.deepEqual(labels(text), ["bob", "bobby"]);
  assert.deepEqual(labels(`${"x".repeat(300)}@bob`), []);
  assert.deepEqual(labels("/msg bob", 2), ["/me TEXT", "/msg NICK [TEXT]"]);
});

test("a bare word is completed on demand only", () => {
  assert.deepEqual(labels("bo"), []);
  assert.deepEqual(labels("so bo", 5, completeWord), ["bobby", "bob"]);
  for (const text of ["", "so ", "@bo", "/bo", "zz"]) {
    assert.deepEqual(labels(text, text.length, completeWord), []);
  }
  const word = completeWord("bo", 2, context);
  assert.equal(apply("bo", word, word.items[0]).text, "bobby ");
});

test("taking one puts it where the beginning was, with one space behind it", () => {
  const found = complete("hey @bo you", 7, context);
  const taken = apply("hey @bo you", found, found.items[1]);
  assert.deepEqual([taken.text, taken.caret], ["hey @bob you", 9]);
  assert.equal(apply("@bo!", complete("@bo!", 3, context), found.items[1]).text, "@bob !");
});

test("taking what is written already changes nothing", () => {
  const news = (text) => {
    const found = complete(text, text.length, context);
    return changes(text, found, found.items[0]);
  };
  assert.deepEqual(["/who", "/msg", "/msg BOB", "@bob"].map(news), [false, false, false, false]);
  assert.deepEqual(["/wh", "/ms", "/msg b", "@bo"].map(news), [true, true, true, true]);
});

test("a list has an end, however many are there", () => {
  const nicks = Array.from({ length: 5_000 }, (_, number) => `guest${number}`);
  assert.equal(complete("@gu", 3, { ...context, nicks }).items.length, 50);
  assert.equal(complete("@guest4999", 10, { ...context, nicks }).items[0].label, "guest4999");
});

function somewhere() {
  const room = (name, facts) => [name, { ...newRoom(name), ...facts }];
  const entries = ["bob", "ann", "carol", "bob", "zoe"].map((nick) => ({ kind: "message", nick }));
  return {
    ...initialState, nick: "ann", current: "lobby", wanted: ["lobby", "tea"],
    rooms: new Map([
      room("lobby", { names: ["ann", "bob", "carol"], count: 3, entries }),
      room("tea", { names: ["ann", "dan"] }),
      room("@eve", { peer: "eve" }),
    ]),
    directory: [{ room: "small", count: 1 }, { room: "lobby", count: 3 }, { room: "big", count: 9 }],
  };
}

test("what is known comes from the state, and never oneself", () => {
  const state = somewhere();
  const known = contextOf(state);
  assert.deepEqual(known.recent, ["zoe", "bob", "carol"]);
  assert.deepEqual(known.nicks, ["bob", "carol"]);
  assert.deepEqual(known.people, ["bob", "carol", "dan", "eve"]);
  assert.deepEqual(known.rooms, ["big", "small", "tea"]);
  assert.deepEqual(contextOf({ ...state, current: "@eve" }).nicks, ["eve"]);
  const crowd = { ...state.rooms.get("lobby"), names: null, count: 300 };
  assert.deepEqual(contextOf({ ...state, rooms: new Map([["lobby", crowd]]) }).nicks, ["zoe", "bob", "carol"]);
  assert.deepEqual(contextOf({ ...state, rooms: new Map(), current: null }).nicks, []);
});

test("recalling goes back line by line, and forth again to the draft", () => {
  let walk = begin(["one", "two"], "draft");
  const seen = [];
  for (const by of [-1, -1, 1, 1]) {
    walk = step(walk, by);
    seen.push(shown(walk));
  }
  assert.deepEqual(seen, ["two", "one", "two", "draft"]);
  assert.equal(step(walk, 1), null);
  assert.equal(step(begin([], ""), -1), null);
});

test("what is remembered is bounded, and the same line counts once", () => {
  let lines = [];
  for (let number = 0; number < 80; number += 1) lines = remember(lines, `line ${number}`);
  assert.deepEqual([lines.length, lines[0], lines.at(-1)], [50, "line 30", "line 79"]);
  assert.deepEqual(remember(["a", "b"], "a"), ["b", "a"]);
});

test("what a tab keeps of it is read back; anything else is nothing", () => {
  const said = new Map([["lobby", ["one", "x".repeat(5_000)]], ["__proto__", ["two"]]]);
  const kept = JSON.parse(JSON.stringify(keptHistory(said)));
  assert.deepEqual(readHistory(kept).get("lobby"), ["one"]);
  for (const junk of [null, 1, "x", [], { lobby: 1 }]) assert.equal(readHistory(junk).size, 0);
  assert.deepEqual(readHistory({ lobby: [1, "a", null] }).get("lobby"), ["a"]);
});

test("lines are counted as they go out", () => {
  assert.deepEqual(["", "\n\n", "a", "a\n", "a\nb", "a\n\nb\n\n"].map(lineCount), [0, 0, 1, 1, 2, 3]);
  assert.deepEqual([isBlock("a\nb\n"), isBlock("a\nb\nc")], [false, true]);
});

test("of a long text the first letter tells its direction, of a short one the browser", () => {
  const long = "\n1 - word".repeat(1_000);
  assert.deepEqual([directionOf("a\nb"), directionOf(long)], ["auto", "ltr"]);
  assert.equal(directionOf(`12. \u05d0${long}`), "rtl");
  assert.equal(directionOf(`a \u05d0${long}`), "ltr");
});

test("code stands between fences that nothing in it closes, and comes out as it went in", () => {
  const fence = "```";
  for (const text of ["a\nb\nc", `${fence}js\nx\n${fence}`, "````\nx\n````\ny", "  ```\n"]) {
    const code = asCode(text, null);
    assert.equal(fenceOf(code.text, null), code.fence);
    assert.equal(code.text.split("\n").filter((line) => line.trim().startsWith(code.fence)).length, 2);
    assert.equal(withoutCode(code.text, code.fence), text.trimEnd());
  }
});

test("only what was pasted is code", () => {
  const { text, fence } = asCode("see this: a\nb\nc and that", "a\nb\nc");
  assert.equal(text, "see this: \n```\na\nb\nc\n```\n and that");
  assert.equal(fenceOf(text, fence), "```");
  assert.equal(fenceOf(text, null), null);
  assert.equal(withoutCode(text, fence), "see this: \na\nb\nc\n and that");
});

test("a text with fences somewhere in it is no code as a whole", () => {
  for (const text of ["```\na\n```\nb\n```\nc\n```", "a\n```\nb\n```", "```", "```\na"]) {
    assert.equal(fenceOf(text, null), null);
  }
  assert.equal(fenceOf("```python\nx\n```\n", null), "```");
  assert.equal(withoutCode("```python\nx\n```", "```"), "x");
});

test("emoji are offered behind a colon and two letters", async () => {
  const { EMOJI } = await import("../../static/js/model/emoji.js");
  const names = EMOJI.map(([name]) => name);
  assert.equal(new Set(names).size, names.length);
  for (const [name, sign] of EMOJI) {
    assert.match(name, /^[a-z0-9+_-]+$/u);
    assert.match(sign, /\p{Extended_Pictographic}/u);
  }
  const offer = (text) => complete(text, text.length, { ...context, emoji: EMOJI })?.items.map(({ text: put }) => put);
  assert.equal(offer("well :tad")[0], "🎉 ");
  assert.equal(offer(":+1")[0], "👍 ");
  assert.equal(offer(":tea")[0], "🍵 ");
  for (const plain of [":t", "at 10:30", "std::vector", "a :)", "http://x", "::ta", "see:tada"]) {
    assert.equal(offer(plain), undefined, plain);
  }
});
