import assert from "node:assert/strict";
import test from "node:test";

import * as connections from "../../static/js/model/connection.js";
import { inLobby, joined, numbers, welcome } from "./support.mjs";

function live(now = 0) {
  return connections.welcomed(connections.opened(connections.dial(connections.initialConnection, now), now), now);
}

/** Let a deadline pass, and the grace after it. */
function patient(connection, now) {
  const [late, pings] = connections.tick(connection, now, 0.5);
  assert.deepEqual([late.phase, late.dial, pings], [connection.phase, connection.dial, false]);
  return connections.tick(late, now + connections.GRACE_MS, 0.5);
}

test("every try waits longer, up to half a minute, and never at a fixed time", () => {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const [soon, late] = [connections.retryDelay(attempt, 0), connections.retryDelay(attempt, 1)];
    assert.ok(soon > 0 && soon < late && late <= connections.RETRY_MOST_MS);
    assert.ok(late >= connections.retryDelay(Math.max(0, attempt - 1), 1));
  }
  assert.equal(connections.retryDelay(19, 1), connections.RETRY_MOST_MS);
});

test("a lost connection is tried again when its time comes, not before", () => {
  const waiting = connections.lost(live(), 1000, 0.5);
  assert.equal(waiting.phase, "waiting");
  assert.equal(waiting.dial, 0);
  const [early] = connections.tick(waiting, waiting.retryAt - 1, 0.5);
  assert.equal(early, waiting);
  const [again] = connections.tick(waiting, waiting.retryAt, 0.5);
  assert.equal(again.phase, "connecting");
  assert.equal(again.dial, 2);
});

test("a welcome begins the counting anew", () => {
  const tired = { ...live(), attempt: 9 };
  assert.equal(connections.welcomed(tired, 0).attempt, 0);
});

test("silence is asked about, and no answer ends the connection", () => {
  const quiet = live();
  assert.equal(connections.due(quiet), connections.QUIET_MS);
  const [asked, pings] = connections.tick(quiet, connections.QUIET_MS, 0.5);
  assert.ok(pings);
  const answered = connections.heard(asked, connections.QUIET_MS + 10);
  assert.equal(connections.due(answered), 2 * connections.QUIET_MS + 10);
  const [given] = patient(asked, connections.QUIET_MS + connections.PONG_WAIT_MS);
  assert.equal(given.phase, "connecting");
  assert.notEqual(given.dial, quiet.dial);
});

test("a dead connection is found in less than 20 seconds", () => {
  assert.ok(connections.QUIET_MS + connections.PONG_WAIT_MS < 20_000);
});

test("a socket that nobody welcomes is given up", () => {
  const dialled = connections.dial(connections.initialConnection, 0);
  const [gone] = patient(dialled, connections.WELCOME_WAIT_MS);
  assert.equal(gone.phase, "waiting");
});

test("coming back tries at once, or makes sure of what claims to be alive", () => {
  const waiting = connections.lost({ ...live(), attempt: 6 }, 0, 1);
  const [tried] = connections.wake(waiting, 5);
  assert.equal(tried.phase, "connecting");
  const [asked, pings] = connections.wake(live(), 5);
  assert.ok(pings);
  assert.equal(asked.deadline, 5 + connections.PONG_WAIT_MS);
  const [twice] = connections.wake(asked, 4000);
  assert.equal(twice.deadline, asked.deadline, "asking again gives a dead socket no more time");
});

test("whoever was replaced does not come back by itself", () => {
  const gone = connections.replaced(live());
  assert.equal(gone.dial, 0);
  assert.equal(connections.due(gone), null);
  assert.equal(connections.lost(gone, 0, 0.5).phase, "replaced");
  assert.equal(connections.wake(gone, 0)[0], gone);
});

test("a hub that stops says when to come back, and not all come at once", () => {
  const told = { ...live(), hintMs: 1500 };
  const [first, last] = [connections.lost(told, 0, 0), connections.lost(told, 0, 1)];
  assert.equal(first.retryAt, 1500);
  assert.ok(last.retryAt - first.retryAt >= 4000);
});

test("an answer that a late timer overtook still counts", () => {
  const [asked] = connections.tick(live(), connections.QUIET_MS, 0.5);
  const woken = connections.QUIET_MS + 60_000;
  const [late] = connections.tick(asked, woken, 0.5);
  const answered = connections.heard(late, woken + 1);
  assert.deepEqual([answered.phase, answered.deadline, answered.late], ["live", null, false]);
  const [next] = connections.tick(answered, woken + connections.GRACE_MS, 0.5);
  assert.equal(next.dial, asked.dial);
});

test("a try that was made without the network is made again with it", () => {
  const dialled = connections.dial({ ...connections.initialConnection, attempt: 3 }, 0);
  assert.equal(connections.wake(dialled, connections.STALE_MS - 1)[0], dialled, "a young one has its chance");
  const [again] = connections.wake(dialled, connections.STALE_MS);
  assert.deepEqual([again.phase, again.dial, again.attempt], ["connecting", dialled.dial + 1, 0]);
});

/** Whatever the connection waits for must come, unless it waits for somebody. */
function check(connection) {
  const { phase, dial, deadline, pingAt, retryAt } = connection;
  const open = ["connecting", "greeting", "live"].includes(phase);
  if (open) assert.ok(dial > 0, phase);
  if (["idle", "waiting", "replaced"].includes(phase)) assert.equal(dial, 0, phase);
  if (["connecting", "greeting"].includes(phase)) assert.notEqual(deadline, null, phase);
  if (phase === "live") assert.ok(deadline !== null || pingAt !== null);
  assert.equal(retryAt !== null, phase === "waiting", phase);
  if (!open) assert.deepEqual([deadline, pingAt], [null, null], phase);
  assert.ok(dial <= connection.dials);
}

test("whatever happens in whatever order, there is a plan and at most one socket", () => {
  const random = numbers(7);
  const pick = (list) => list[Math.floor(random() * list.length)];
  for (let run = 0; run < 300; run += 1) {
    const page = inLobby();
    let dials = page.state.connection.dials;
    for (let step = 0; step < 60; step += 1) {
      page.now += pick([0, 1, 200, 4_000, 13_000, 3_600_000]);
      pick(EVENTS)(page);
      const { connection } = page.state;
      check(connection);
      assert.ok(connection.dials - dials <= 1, "one event opens one socket at most");
      dials = connection.dials;
      const sent = page.state.outbox.some((item) => item.status === "sent");
      assert.ok(!sent || connection.phase === "live", "nothing is on its way without a connection");
    }
  }
});

/** A socket that is not open says nothing. */
const said = (...events) => (page) => page.state.connection.dial && page.hear(...events);

const EVENTS = [
  (page) => page.state.connection.phase === "connecting" && page.open(),
  (page) => page.state.connection.dial && page.lose(),
  said(welcome(), joined(0)),
  said({ type: "pong", at: 1 }),
  said({ type: "error", code: "nick_taken", text: "no" }),
  said({ type: "bye", reason: "replaced" }),
  said({ type: "bye", reason: "stopping", retry_ms: 500 }),
  (page) => page.send({ type: "closed", dial: page.state.connection.dial - 1 }),
  (page) => page.send({ type: "tick" }),
  (page) => { page.now = connections.due(page.state.connection) ?? page.now; page.send({ type: "tick" }); },
  (page) => page.send({ type: "wake" }),
  (page) => page.send({ type: "online" }),
  (page) => page.send({ type: "offline" }),
  (page) => page.send({ type: "connect" }),
  (page) => page.send({ type: "yielded" }),
  (page) => page.send({ type: "named", nick: "zoe" }),
  (page) => page.send({ type: "forget" }),
  (page) => page.type("hello"),
];
