import assert from "node:assert/strict";
import test from "node:test";

import { beginningWords, connectionName, connectionWords, dayName, noteWords, presenceWords, titleWords } from "../../static/js/model/strings.js";
import { inLobby, line, Page, welcome } from "./support.mjs";

const words = (page) => connectionWords(page.state, page.now);

test("the connection is told in plain words", () => {
  const stranger = new Page();
  assert.match(words(stranger).text, /^Connecting/u);
  stranger.lose();
  assert.match(words(stranger).text, /^Cannot reach the server\./u, "there was no connection to lose");
  const page = inLobby();
  page.lose();
  assert.match(words(page).text, /^The connection was lost\. Trying again in \d+ s\./u);
  assert.equal(words(page).button, "Connect now");
  page.retry();
  page.lose();
  assert.match(words(page).text, /^Cannot reach the server\./u);
  page.send({ type: "offline" });
  assert.match(words(page).text, /^You are offline\./u);
  assert.equal(connectionName(page.state.connection), "Offline");
});

test("a server that says why it goes is believed for a while", () => {
  const page = inLobby();
  page.hear({ type: "bye", reason: "stopping", text: "back soon", retry_ms: 1000 });
  page.lose();
  assert.match(words(page).text, /^The server is restarting\. Trying again in \d+ s\./u);
  for (let tries = 0; tries < 4; tries += 1) {
    page.retry();
    page.lose();
  }
  assert.match(words(page).text, /^Cannot reach the server\./u);
});

test("a server that starts says how far it is", () => {
  const page = inLobby();
  page.hear({ type: "bye", reason: "starting", text: "the hub is checking the log: 40 % done", retry_ms: 1000 });
  page.lose();
  assert.match(words(page).text, /^The server says: the hub is checking the log: 40 % done\. Trying again/u);
});

test("what a proxy keeps from it is said until a socket is open", () => {
  const page = inLobby();
  page.lose();
  page.send({ type: "blocked", blocked: "the proxy says Host: x; change it", upgrade: false });
  assert.match(words(page).text, /^This page cannot connect: the proxy says Host: x; change it\. Trying again/u);
  page.send({ type: "blocked", blocked: "", upgrade: true });
  assert.match(words(page).text, /^The server answers, but a proxy before it passes no WebSockets on/u);
  page.retry();
  page.send({ type: "opened", dial: page.state.connection.dial });
  page.lose();
  assert.doesNotMatch(words(page).text, /proxy/u);
});

test("a live connection needs no words", () => {
  const page = inLobby();
  assert.deepEqual([words(page).text, connectionName(page.state.connection)], ["", "Connected"]);
});

test("what is not sent is counted", () => {
  const page = inLobby();
  page.lose();
  page.type("one");
  assert.match(words(page).text, /1 line is not sent yet/u);
  page.type("two");
  assert.match(words(page).text, /2 lines are not sent yet/u);
});

test("whoever is replaced is told where the conversation is", () => {
  const page = inLobby();
  page.hear({ type: "bye", reason: "replaced", text: "" });
  assert.match(words(page).text, /another tab/u);
  assert.equal(words(page).button, "Use it here");
});

test("the title counts what is unread", () => {
  const page = inLobby();
  assert.equal(titleWords(page.state), "#lobby – Hubbub");
  page.send({ type: "look", visible: false });
  page.hear(line(1), line(2));
  assert.equal(titleWords(page.state), "(2) #lobby – Hubbub");
});

test("days near today have names", () => {
  const noon = new Date(2026, 2, 30, 12).getTime();
  assert.equal(dayName(noon, noon), "Today");
  // The clocks may change in this night: midnights are compared, not hours.
  assert.equal(dayName(new Date(2026, 2, 29, 0, 5).getTime(), noon), "Yesterday");
  assert.match(dayName(new Date(2020, 0, 1).getTime(), noon), /2020/u);
});

test("notes are sentences", () => {
  assert.deepEqual(presenceWords([
    { what: "joined", nick: "bob" }, { what: "left", nick: "eve" }, { what: "renamed", nick: "a", to: "b" },
  ]), { text: "bob joined · eve left · a is now b", all: "" });
  assert.match(noteWords({ tone: "hole", missed: 1, reason: "pruned" }), /^1 line is missing/u);
  assert.match(noteWords({ tone: "hole", missed: 2000, reason: "pruned" }), /^2,000 lines are missing/u);
  assert.equal(noteWords({ tone: "topic", nick: "bob", text: "" }), "bob removed the topic.");
  assert.match(noteWords({ tone: "who", names: ["a", "b"], count: 5 }), /5 people are here: a, b and 3 others/u);
});

test("many people who come and go are a number, and a list behind it", () => {
  const came = Array.from({ length: 12 }, (_, place) => ({ what: "joined", nick: `p${place}` }));
  assert.equal(presenceWords(came).text, "12 people joined");
  assert.equal(presenceWords(came.slice(0, 4)).text, "p0 joined · p1 joined · p2 joined · p3 joined");
  const { text, all } = presenceWords([{ what: "left", nick: "bob" }, ...came]);
  assert.equal(text, "13 people came and went");
  assert.match(all, /^bob left · p0 joined · .* · p11 joined$/u);
});

test("whoever is as before within one gap is not told", () => {
  const moves = (...list) => presenceWords(list.map(([what, nick, to]) => ({ what, nick, to }))).text;
  assert.equal(moves(["joined", "bob"], ["left", "bob"]), "");
  assert.equal(moves(["left", "bob"], ["joined", "bob"]), "");
  assert.equal(moves(["joined", "bob"], ["renamed", "bob", "rob"], ["left", "rob"]), "");
  assert.equal(moves(["joined", "bob"], ["renamed", "bob", "rob"]), "rob joined");
  assert.equal(moves(["renamed", "bob", "rob"], ["left", "rob"]), "bob left");
  assert.equal(moves(["renamed", "bob", "rob"], ["renamed", "rob", "bob"], ["joined", "eve"]), "eve joined");
  assert.equal(moves(["joined", "bob"], ["left", "bob"], ["joined", "bob"]), "bob joined");
});

test("the title counts mentions before lines", () => {
  const page = inLobby();
  page.send({ type: "look", visible: false });
  page.hear(line(1), line(2, { text: "ann?" }), line(3));
  assert.equal(titleWords(page.state), "(1) #lobby – Hubbub");
});

test("above the first line stands what is kept, if not everything is", () => {
  assert.equal(beginningWords("ops", 1, { disk: true }), "This is the beginning of #ops.");
  assert.equal(beginningWords("ops", null, { disk: true }), "Nobody has said anything in #ops yet.");
  assert.equal(
    beginningWords("ops", 40, { disk: true, days: 7, messages: 500 }),
    "What was said in #ops before this is no longer kept."
      + " Messages are kept for 7 days, up to the newest 500 of a room.",
  );
  assert.match(beginningWords("ops", 1, { disk: false }), /kept only until the server stops\.$/u);
});

test("the hub says what it keeps", () => {
  const page = inLobby();
  page.lose();
  page.retry();
  page.hear(welcome({ keeps: { days: 2, disk: true } }));
  assert.deepEqual(page.state.keeps, { days: 2, disk: true });
});
