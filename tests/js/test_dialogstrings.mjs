import assert from "node:assert/strict";
import test from "node:test";

import { aboutWords, roomNotifyWords, waysOf } from "../../static/js/model/dialogstrings.js";

test("an invitation's lines are ways in, each with what to type", () => {
  const { head, ways } = waysOf([
    "come in with any of these:", "browser     https://chat.example/", "hubbub      hubbub join chat.example",
    "nc          nc chat.example 4045", "bash        bash -c 'exec 3<>/dev/tcp/chat.example/4045;  cat'",
    "also at     10.0.0.1, 10.0.0.2", "no way at all",
  ]);
  assert.equal(head, "Come in with any of these.");
  assert.deepEqual(ways.map(({ name }) => name), ["hubbub", "nc", "bash", "also at"]);
  assert.equal(ways[2].way, "bash -c 'exec 3<>/dev/tcp/chat.example/4045;  cat'");
  assert.deepEqual(waysOf([]), { head: "", ways: [] });
});

test("a room without a topic says how it gets one", () => {
  assert.equal(aboutWords({ topic: "tea", peer: null }), "tea");
  assert.match(aboutWords({ topic: "", peer: null }), /\/topic/u);
  assert.match(aboutWords({ topic: "", peer: "bob" }), /bob alone/u);
});

test("what is told of a room has a choice that follows the settings", () => {
  assert.deepEqual(roomNotifyWords("all", false).map(([value]) => value), ["", "all", "mentions", "none"]);
  assert.match(roomNotifyWords("all", false)[0][1], /every line/u);
});
