import assert from "node:assert/strict";
import test from "node:test";

import { hashOf, partPass } from "../../static/js/browser/route.js";
import { makeStorage } from "../../static/js/browser/storage.js";
import { initialState } from "../../static/js/model/state.js";
import { sentence, waysOf } from "../../static/js/model/dialogstrings.js";
import { admit } from "../../static/js/text/inlet.js";
import { inLobby, joined, members, Page, welcome } from "./support.mjs";

const PASS = "k7mq-2xfd-9wht";
const NEEDED = { type: "error", code: "passphrase", text: "this hub asks for a passphrase" };
const WRONG = { type: "error", code: "passphrase", text: "that is not the passphrase" };
const RENEWED = { type: "bye", reason: "passphrase", text: "the passphrase has changed" };

const answer = (more = {}) => ({ type: "passed", nick: null, pass: PASS, remember: false, ...more });

/** A page whose hub has asked it. */
function asked(kept = {}) {
  const page = new Page(kept);
  page.open();
  page.hear(NEEDED);
  return page;
}

test("a fragment carries a passphrase behind a room, a line of it, or nothing", () => {
  const found = (fragment) => Object.values(partPass(fragment));
  assert.deepEqual(found(`pass=${PASS}`), ["", PASS]);
  assert.deepEqual(found(`lobby&pass=${PASS}`), ["lobby", PASS]);
  assert.deepEqual(found(`lobby/12&pass=${PASS}&more`), ["lobby/12", PASS]);
  assert.deepEqual(found("ops&pass=a%20b%26c%3Dd%25"), ["ops", "a b&c=d%"]);
  assert.deepEqual(found("pass=one&pass=two"), ["", "one"]);
  for (const none of ["", "lobby", "lobby/3", "compass=3", "lobby&more", "pass"]) assert.deepEqual(found(none), [none, ""]);
});

test("what is no passphrase is taken out of the address all the same", () => {
  assert.deepEqual(partPass("lobby&pass=%E0%A4%A"), { place: "lobby", pass: "" });
  assert.deepEqual(partPass(`pass=${"x".repeat(257)}`), { place: "", pass: "" });
  assert.deepEqual(partPass("pass="), { place: "", pass: "" });
});

test("a room may be called as a passphrase is carried", () => {
  for (const room of ["pass=x", "a&pass=b", "&", "@pass=x", "a&b"]) {
    const fragment = hashOf(room, 7).slice(1);
    assert.deepEqual(partPass(fragment), { place: fragment, pass: "" });
    assert.deepEqual(partPass(`${fragment}&pass=${PASS}`), { place: fragment, pass: PASS });
  }
});

test("a hub that asks is answered on the same connection, with everything else as before", () => {
  const page = new Page();
  const [first] = page.open();
  assert.ok(!("passphrase" in first));
  assert.deepEqual(page.hear(NEEDED), []);
  assert.deepEqual(page.state.passPrompt, { reason: NEEDED.text, wrong: false, trying: false });
  assert.equal(page.state.nickPrompt, null);
  const [hello] = page.send(answer());
  assert.deepEqual(hello, { ...first, passphrase: PASS });
  assert.equal(page.state.passPrompt.trying, true);
  page.hear(welcome());
  assert.deepEqual([page.state.passPrompt, page.state.connection.phase], [null, "live"]);
});

test("a wrong one is forgotten, and said to be wrong", () => {
  const page = new Page({ pass: "remembered before", remember: true });
  const [hello] = page.open();
  assert.equal(hello.passphrase, "remembered before");
  page.hear(WRONG);
  assert.deepEqual(page.state.passPrompt, { reason: WRONG.text, wrong: true, trying: false });
  assert.equal(page.state.pass, "");
  page.send(answer());
  page.hear(WRONG);
  assert.equal(page.state.pass, "");
  page.send(answer());
  page.hear(welcome());
  assert.equal(page.state.pass, PASS);
});

test("on a first visit both are asked for at once, and both questions stay until the hub answers", () => {
  const page = new Page({ nick: "" });
  page.send({ type: "gated", text: NEEDED.text });
  assert.ok(page.state.nickPrompt && page.state.passPrompt);
  page.send(answer({ nick: "ann" }));
  const [hello] = page.open();
  assert.deepEqual([hello.nick, hello.passphrase], ["ann", PASS]);
  assert.ok(page.state.nickPrompt && page.state.passPrompt);
  page.hear(WRONG);
  assert.ok(page.state.nickPrompt && page.state.passPrompt.wrong);
  page.send(answer({ nick: "bob" }));
  page.hear({ type: "error", code: "nick_taken", text: "bob is taken" });
  assert.deepEqual([page.state.nickPrompt.reason, page.state.passPrompt], ["bob is taken", null]);
  const [again] = page.send({ type: "named", nick: "carol" });
  assert.deepEqual([again.nick, again.passphrase], ["carol", PASS]);
  page.hear(welcome({ nick: "carol" }), joined(0));
  assert.deepEqual([page.state.nickPrompt, page.state.passPrompt, page.state.current], [null, null, "lobby"]);
});

test("a guest gives a passphrase and no nick", () => {
  const page = new Page({ nick: "" });
  page.send({ type: "gated", text: NEEDED.text });
  page.send(answer({ nick: "" }));
  const [hello] = page.open();
  assert.deepEqual(["nick" in hello, hello.passphrase], [false, PASS]);
});

test("who has come in meanwhile, or knows it from a link, is not asked", () => {
  const inside = inLobby(1);
  inside.send({ type: "gated", text: NEEDED.text });
  assert.equal(inside.state.passPrompt, null);
  const linked = new Page({ nick: "", pass: PASS });
  linked.send({ type: "gated", text: NEEDED.text });
  assert.equal(linked.state.passPrompt, null);
});

test("one that is renewed is asked for anew, and what was not sent goes out behind it", () => {
  const page = inLobby(3, { pass: PASS });
  page.type("on its way");
  const { dial } = page.state.connection;
  assert.deepEqual(page.hear(RENEWED), []);
  assert.deepEqual(page.state.passPrompt, { reason: RENEWED.text, wrong: false, trying: false });
  assert.deepEqual([page.state.connection.dial, page.state.connection.phase, page.state.pass], [0, "nickPrompt", ""]);
  page.type("written meanwhile");
  page.send({ type: "closed", dial });
  page.send({ type: "wake" });
  page.send({ type: "tick" });
  assert.equal(page.state.connection.dial, 0, "nothing is tried before the person has answered");
  page.send(answer({ pass: "another-one" }));
  const [hello] = page.open();
  assert.deepEqual([hello.passphrase, hello.resume, hello.join], ["another-one", "token-1", { lobby: { after: 3 } }]);
  const said = [...page.hear(welcome()), ...page.hear(joined(3), members("ann"))];
  assert.deepEqual(said.filter(({ type }) => type === "say").map(({ text }) => text), ["on its way", "written meanwhile"]);
});

test("who is choosing another nick when it is renewed is asked for the passphrase", () => {
  const page = inLobby(1, { pass: PASS });
  page.send({ type: "askNick" });
  page.hear(RENEWED);
  assert.deepEqual([page.state.nickPrompt, page.state.passPrompt.reason], [null, RENEWED.text]);
});

test("a connection that is lost while it is tried is not a wrong one", () => {
  const page = asked();
  page.send(answer());
  page.lose();
  assert.deepEqual([page.state.passPrompt, page.state.connection.phase, page.state.pass], [null, "waiting", PASS]);
  page.retry();
  assert.equal(page.open()[0].passphrase, PASS);
});

test("a hub that slows guessing down has longer to answer", () => {
  const page = asked();
  page.send(answer());
  page.now += 20_000;
  page.send({ type: "tick" });
  assert.equal(page.state.connection.phase, "greeting");
});

test("what another tab or a link brings is tried", () => {
  const waiting = asked();
  const [hello] = waiting.send({ type: "passGiven", pass: PASS });
  assert.deepEqual([hello.passphrase, waiting.state.passPrompt], [PASS, null]);
  const fresh = new Page({ nick: "" });
  fresh.send({ type: "gated", text: NEEDED.text });
  assert.deepEqual(fresh.send({ type: "passGiven", pass: PASS }), []);
  assert.deepEqual([fresh.state.passPrompt, fresh.state.pass], [null, PASS]);
  assert.ok(fresh.state.nickPrompt);
});

test("one that comes while another is on its way is tried behind it", () => {
  const page = new Page({ pass: "an older one" });
  page.open();
  assert.deepEqual(page.send({ type: "passGiven", pass: PASS }), []);
  const [again] = page.hear(WRONG);
  assert.deepEqual([again.passphrase, page.state.passPrompt], [PASS, null]);
});

test("who is in gives nothing up for a link", () => {
  const page = inLobby(1, { pass: PASS });
  page.send({ type: "passGiven", pass: "something else" });
  page.send({ type: "passGiven", pass: "" });
  assert.equal(page.state.pass, PASS);
});

test("a tab that gives the session up asks no more, and one that takes it knows what is kept", () => {
  const page = asked();
  page.send({ type: "yielded" });
  assert.equal(page.state.passPrompt, null);
  page.send({ type: "connect", kept: { nick: "ann", rooms: [], current: null, session: {}, marks: new Map(), pass: PASS } });
  assert.equal(page.open()[0].passphrase, PASS);
});

test("a page that forgets knows no passphrase", () => {
  const page = inLobby(1, { pass: PASS, remember: true });
  page.send({ type: "forget" });
  assert.deepEqual([page.state.pass, page.state.remember], ["", false]);
});

/** Storage that says all it holds. */
function shelf() {
  const held = new Map();
  return {
    getItem: (name) => held.get(name) ?? null, setItem: (name, value) => held.set(name, value),
    removeItem: (name) => held.delete(name), all: () => [...held.values()].join(" "),
  };
}

/** Let a page do something, and the browser keep it. */
function keeping(storage, page, event) {
  const before = page.state;
  if (event.type === "hear") page.hear(...event.events);
  else page.send(event);
  storage.save(page.state, before);
}

test("it is kept for the tab, and in the browser only if one wants that and it was right", () => {
  for (const remember of [false, true]) {
    const [local, session] = [shelf(), shelf()];
    const storage = makeStorage(local, session, null);
    const page = asked();
    keeping(storage, page, answer({ pass: "a wrong one", remember }));
    assert.ok(!local.all().includes("a wrong one"));
    keeping(storage, page, { type: "hear", events: [WRONG] });
    assert.ok(!session.all().includes("a wrong one"));
    keeping(storage, page, answer({ remember }));
    keeping(storage, page, { type: "hear", events: [welcome()] });
    assert.equal(local.all().includes(PASS), remember);
    const reloaded = makeStorage(local, session, null).load();
    assert.deepEqual([reloaded.pass, reloaded.remember], [PASS, remember]);
    const later = makeStorage(local, shelf(), null).load();
    assert.equal(later.pass, remember ? PASS : "");
    keeping(storage, page, { type: "hear", events: [RENEWED] });
    assert.ok(!`${local.all()}${session.all()}`.includes(PASS), "a wrong one is forgotten");
  }
});

test("one from a link outlives a reload before anybody has come in", () => {
  const session = shelf();
  const page = new Page({ nick: "", pass: PASS });
  makeStorage(shelf(), session, null).save(page.state, initialState);
  assert.equal(makeStorage(shelf(), session, null).load().pass, PASS);
});

test("it stands in no line that is kept, and in no transcript's line", () => {
  const page = asked();
  page.type("a line");
  page.send(answer());
  page.hear(welcome(), joined(0));
  assert.ok(!JSON.stringify([page.state.outbox, [...page.state.rooms.values()], page.state.alerts]).includes(PASS));
});

test("an invitation's passphrase has a row of its own", () => {
  const lines = ["come in with any of these:", `passphrase  ${PASS}  (the first line to type)`, "nc          nc chat.example 4045"];
  assert.deepEqual(waysOf(lines).ways.map(({ name }) => name), ["nc"]);
  const page = inLobby(1);
  const { event } = admit({ type: "invitation", lines, web: ["https://chat.example/"], passphrase: PASS });
  page.hear(event);
  assert.equal(page.state.invitation.passphrase, PASS);
  const bad = admit({ type: "invitation", lines, passphrase: 7 });
  assert.deepEqual([bad.event.passphrase, bad.wrong], [undefined, ["invitation.passphrase"]]);
});

test("what the hub says is shown as a sentence", () => {
  assert.equal(sentence("this hub asks; so do"), "This hub asks; so do.");
  assert.equal(sentence("come in with any of these:"), "Come in with any of these.");
  assert.equal(sentence(""), "");
});
