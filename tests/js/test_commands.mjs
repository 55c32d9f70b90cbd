import assert from "node:assert/strict";
import test from "node:test";

import { unknownWords, usageWords } from "../../static/js/model/strings.js";
import { parse } from "../../static/js/text/commands.js";

const cases = [
  ["hello", { do: "say", text: "hello" }],
  ["  indented", { do: "say", text: "  indented" }],
  ["ends in space \n", { do: "say", text: "ends in space" }],
  ["//tmp is full", { do: "say", text: "/tmp is full" }],
  ["/me waves to all", { do: "say", text: "waves to all", kind: "action" }],
  ["/ME waves", { do: "say", text: "waves", kind: "action" }],
  ["/msg bob two words", { do: "direct", to: "bob", text: "two words" }],
  ["/msg bob one\ntwo", { do: "direct", to: "bob", text: "one\ntwo" }],
  ["/msg bob", { do: "direct", to: "bob", text: "" }],
  ["/query bob", { do: "direct", to: "bob", text: "" }],
  ["/search", { do: "search", text: "" }],
  ["/search tea  for two", { do: "search", text: "tea  for two" }],
  ["/show 12", { do: "show", seq: 12 }],
  ["/nick zoe", { do: "nick", nick: "zoe" }],
  ["/join #tea", { do: "join", room: "#tea" }],
  ["/j tea", { do: "join", room: "tea" }],
  ["/topic", { do: "topic", text: "" }],
  ["/topic  the   new one", { do: "topic", text: "the new one" }],
  ["/who", { do: "who" }],
  ["/rooms", { do: "rooms" }],
  ["/leave", { do: "leave" }],
  ["/invite", { do: "invite" }],
  ["/help", { do: "help" }],
  ["/etc/hosts:\n127.0.0.1", { do: "say", text: "/etc/hosts:\n127.0.0.1" }],
];

for (const [typed, wish] of cases) {
  test(`reads ${JSON.stringify(typed)}`, () => assert.deepEqual(parse(typed), wish));
}

test("nothing to see is nothing to send", () => {
  for (const typed of ["", " ", "\n\n", "\t"]) assert.equal(parse(typed), null);
});

test("an unknown command is not sent, and says how it could be", () => {
  for (const typed of ["/foo", "/foo bar", "/etc/hosts", "/", "/ me"]) {
    const wish = parse(typed);
    assert.equal(wish.do, "problem");
    assert.match(unknownWords(wish.unknown), /start with \/\/ to send it as text/u);
  }
});

test("a command without what it needs shows its usage and an example", () => {
  for (const typed of ["/me", "/msg", "/show", "/show me", "/nick", "/nick a b", "/join", "/join a b"]) {
    const wish = parse(typed);
    assert.equal(wish.do, "problem", typed);
    assert.match(usageWords(wish.usage, wish.example), /for example: \//u);
  }
});

test("a dash removes the topic, and nothing asks for it", () => {
  assert.deepEqual(parse("/topic -"), { do: "topic", text: "", removes: true });
  assert.deepEqual(parse("/topic"), { do: "topic", text: "" });
  assert.deepEqual(parse("/topic - a list"), { do: "topic", text: "- a list" });
});

test("when something was said is written as in text mode", () => {
  assert.deepEqual(parse("/since 10m"), { do: "since", ago: 600_000 });
  assert.deepEqual(parse("/since 2D"), { do: "since", ago: 172_800_000 });
  assert.deepEqual(parse("/since 41"), { do: "show", seq: 42 });
  for (const wrong of ["/since", "/since yesterday", "/since 10m ago"]) assert.equal(parse(wrong).do, "problem");
  for (const leaves of ["/quit", "/q", "/exit"]) assert.deepEqual(parse(leaves), { do: "quit" });
});
