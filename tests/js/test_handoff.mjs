import assert from "node:assert/strict";
import test from "node:test";

import { keptDirects } from "../../static/js/model/directs.js";
import { MOST_ITEMS } from "../../static/js/model/outbox.js";
import { inLobby, joined, line, lines, members, numbered, Page, welcome } from "./support.mjs";

/** What a tab finds that takes over from another one. */
function kept(more = {}) {
  return {
    nick: "ann", rooms: ["lobby"], current: "lobby", marks: new Map(),
    session: { resume: "token-1", log: "log-1" }, ...more,
  };
}

const replaced = { type: "bye", reason: "replaced", text: "elsewhere" };
const item = (id, more = {}) => ({ id, room: "lobby", text: id, at: 1, status: "waiting", ...more });

test("a tab that takes over reads on behind its own place, with the newest token", () => {
  const page = inLobby(60);
  page.hear(replaced);
  page.send({ type: "connect", kept: kept({ session: { resume: "token-9", log: "log-1" } }) });
  assert.deepEqual(page.open(), [{
    type: "hello", nick: "ann", join: { lobby: { after: 60 } }, resume: "token-9", log: "log-1",
  }]);
  page.hear(welcome({ resume: "token-9" }), joined(63), members("ann"), ...lines(61, 63));
  assert.deepEqual(page.texts(), numbered(11, 63));
});

test("rooms joined and left, the nick and what was read are taken over", () => {
  const page = inLobby(60);
  page.send({ type: "join", room: "tea" });
  page.hear(joined(0, "tea"));
  page.send({ type: "yielded" });
  page.send({
    type: "connect",
    kept: kept({ nick: "zoe", rooms: ["lobby", "news"], marks: new Map([["lobby", 62]]) }),
  });
  const [hello] = page.open();
  assert.deepEqual([hello.nick, Object.keys(hello.join)], ["zoe", ["lobby", "news"]]);
  assert.deepEqual([page.room("tea"), page.room().read], [undefined, 62]);
  page.hear(welcome({ nick: "zoe" }), joined(63), ...lines(61, 63), joined(0, "news"));
  assert.ok(page.room(page.state.current));
});

test("a place in one log is not taken for a place in another", () => {
  const page = inLobby(60);
  page.send({ type: "yielded" });
  const session = { resume: "token-1", log: "log-2" };
  page.send({ type: "connect", kept: kept({ session, marks: new Map([["lobby", 3]]) }) });
  const [hello] = page.open();
  assert.deepEqual([hello.log, hello.join.lobby], ["log-1", { after: 60 }]);
  assert.equal(page.room().read, 60);
});

test("a line that was on its way when the tab was replaced goes out from the next", () => {
  const page = inLobby(2);
  page.type("hello");
  page.hear(replaced);
  assert.equal(page.state.outbox[0].status, "waiting");
  page.send({ type: "connect", kept: kept(), restoring: true });
  page.open();
  assert.deepEqual(page.hear(welcome(), joined(2)), [], "it may be settled already");
  assert.deepEqual(page.send({ type: "restored", items: [], gone: ["id-1"] }), []);
  assert.deepEqual(page.state.outbox, []);
});

test("what was kept goes before what is typed meanwhile, each once", () => {
  const page = new Page();
  page.state = { ...page.state, restoring: true };
  page.open();
  page.hear(welcome(), joined(0));
  assert.deepEqual(page.type("new"), []);
  const said = page.send({ type: "restored", items: [item("a", { at: 2 }), item("b", { at: 1 })], gone: [] });
  assert.deepEqual(said.map(({ id }) => id), ["b", "a", "id-1"]);
  assert.deepEqual(page.send({ type: "restored", items: [item("a"), item("b")], gone: [] }), []);
});

test("an old line that may be in the log above is not said again without its writer", () => {
  const restored = (more) => {
    const page = new Page({ session: { resume: "lost", log: "log-1" } });
    page.open();
    page.hear(welcome(), joined(200), ...lines(151, 200).map((one) => ({ ...one, at: 9_000_000 })));
    const said = page.send({ type: "restored", items: [item("a", more)], gone: [] });
    return [page, said];
  };
  const [page, said] = restored({ tried: true });
  assert.deepEqual(said, []);
  assert.match(page.state.outbox[0].reason, /may be in the room already/u);
  assert.deepEqual(page.send({ type: "again", id: "a", freshId: "x" }).map(({ id }) => id), ["a"]);
  assert.equal(restored({})[1].length, 1, "one that was never sent is");
  assert.equal(restored({ tried: true, at: 9_100_000 })[1].length, 1, "so is one that would be seen");
});

test("a tab without the conversation hears what one person is told, and nothing else", () => {
  const page = inLobby(3);
  const direct = { type: "direct", nick: "bob", to: "ann", at: 9, id: "d", text: "psst" };
  const { rooms } = page.state;
  page.send({ type: "overheard", events: [direct] });
  assert.equal(page.state.rooms, rooms, "this one heard it from the hub");
  page.hear(replaced);
  page.send({ type: "overheard", events: [direct] });
  page.send({ type: "overheard", events: [direct] });
  assert.equal(JSON.stringify([...page.state.rooms.values()]).split("psst").length - 1, 1);
});

test("conversations with one person are handed over, and not doubled", () => {
  const [from, to] = [inLobby(1), inLobby(1)];
  from.hear({ type: "direct", nick: "bob", to: "ann", at: 9, id: "d", text: "psst" });
  const directs = JSON.parse(JSON.stringify(keptDirects(from.state)));
  to.send({ type: "given", directs });
  to.send({ type: "given", directs });
  assert.deepEqual([to.texts("@bob"), to.room("@bob").newest], [["psst"], 1]);
  to.send({ type: "given", directs: "rubbish" });
});

test("a tab that opens beside another waits, and one that asks for a nick stops asking", () => {
  const beside = new Page();
  beside.state = { ...beside.state, connection: { ...beside.state.connection, phase: "idle", dial: 0 } };
  beside.send({ type: "start", kept: { ...kept(), outbox: [] }, room: "", online: true, elsewhere: true });
  assert.deepEqual([beside.state.connection.phase, beside.state.connection.dial], ["replaced", 0]);
  const asking = new Page({ nick: "" });
  asking.send({ type: "connect" });
  assert.ok(asking.state.nickPrompt);
  asking.send({ type: "yielded" });
  assert.deepEqual([asking.state.nickPrompt, asking.state.connection.phase], [null, "replaced"]);
  asking.send({ type: "connect", kept: kept({ nick: "" }) });
  assert.ok(asking.state.nickPrompt, "without any nick there is nothing to go on with");
});

test("what finds no place any more stays in the box", () => {
  const page = inLobby();
  page.lose();
  for (let number = 0; number < MOST_ITEMS; number += 1) page.type(`${number}`);
  const { accepted } = page.state;
  page.type("one more");
  assert.equal(page.state.accepted, accepted);
  assert.match(page.state.error, /^1,000 lines are not sent yet/u);
});

test("a page that forgets knows nothing and asks who one is", () => {
  const page = inLobby(5);
  page.type("secret");
  page.send({ type: "forget" });
  const { nick, outbox, session, rooms, connection, nickPrompt } = page.state;
  assert.deepEqual([nick, outbox, session.resume, rooms.size, connection.dial], ["", [], null, 0, 0]);
  assert.ok(nickPrompt);
  page.send({ type: "named", nick: "zoe" });
  const [hello] = page.open();
  assert.deepEqual([hello.nick, hello.resume, hello.join], ["zoe", undefined, { lobby: { last: 50 } }]);
  page.hear(line(1));
});
