import assert from "node:assert/strict";
import test from "node:test";

import * as links from "../../static/js/model/connection.js";
import { inLobby, joined, numbers, welcome } from "./support.mjs";

function live(now = 0) {
  return links.welcomed(links.opened(links.dial(links.initialLink, now), now), now);
}

/** Let a deadline pass, and the grace after it. */
function patient(link, now) {
  const [late, pings] = links.tick(link, now, 0.5);
  assert.deepEqual([late.phase, late.dial, pings], [link.phase, link.dial, false]);
  return links.tick(late, now + links.GRACE_MS, 0.5);
}

test("every try waits longer, up to half a minute, and never at a fixed time", () => {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const [soon, late] = [links.retryDelay(attempt, 0), links.retryDelay(attempt, 1)];
    assert.ok(soon > 0 && soon < late && late <= links.RETRY_MOST_MS);
    assert.ok(late >= links.retryDelay(Math.max(0, attempt - 1), 1));
  }
  assert.equal(links.retryDelay(19, 1), links.RETRY_MOST_MS);
});

test("a lost connection is tried again when its time comes, not before", () => {
  const waiting = links.lost(live(), 1000, 0.5);
  assert.equal(waiting.phase, "waiting");
  assert.equal(waiting.dial, 0);
  const [early] = links.tick(waiting, waiting.retryAt - 1, 0.5);
  assert.equal(early, waiting);
  const [again] = links.tick(waiting, waiting.retryAt, 0.5);
  assert.equal(again.phase, "connecting");
  assert.equal(again.dial, 2);
});

test("a welcome begins the counting anew", () => {
  const tired = { ...live(), attempt: 9 };
  assert.equal(links.welcomed(tired, 0).attempt, 0);
});

test("silence is asked about, and no answer ends the connection", () => {
  const quiet = live();
  assert.equal(links.due(quiet), links.QUIET_MS);
  const [asked, pings] = links.tick(quiet, links.QUIET_MS, 0.5);
  assert.ok(pings);
  const answered = links.heard(asked, links.QUIET_MS + 10);
  assert.equal(links.due(answered), 2 * links.QUIET_MS + 10);
  const [given] = patient(asked, links.QUIET_MS + links.PONG_WAIT_MS);
  assert.equal(given.phase, "connecting");
  assert.notEqual(given.dial, quiet.dial);
});

test("a dead connection is found in less than 20 seconds", () => {
  assert.ok(links.QUIET_MS + links.PONG_WAIT_MS < 20_000);
});

test("a socket that nobody welcomes is given up", () => {
  const dialled = links.dial(links.initialLink, 0);
  const [gone] = patient(dialled, links.WELCOME_WAIT_MS);
  assert.equal(gone.phase, "waiting");
});

test("coming back tries at once, or makes sure of what claims to be alive", () => {
  const waiting = links.lost({ ...live(), attempt: 6 }, 0, 1);
  const [tried] = links.wake(waiting, 5);
  assert.equal(tried.phase, "connecting");
  const [asked, pings] = links.wake(live(), 5);
  assert.ok(pings);
  assert.equal(asked.deadline, 5 + links.PONG_WAIT_MS);
  const [twice] = links.wake(asked, 4000);
  assert.equal(twice.deadline, asked.deadline, "asking again gives a dead socket no more time");
});

test("whoever was replaced does not come back by itself", () => {
  const gone = links.replaced(live());
  assert.equal(gone.dial, 0);
  assert.equal(links.due(gone), null);
  assert.equal(links.lost(gone, 0, 0.5).phase, "replaced");
  assert.equal(links.wake(gone, 0)[0], gone);
});

test("a hub that stops says when to come back, and not all come at once", () => {
  const told = { ...live(), hintMs: 1500 };
  const [first, last] = [links.lost(told, 0, 0), links.lost(told, 0, 1)];
  assert.equal(first.retryAt, 1500);
  assert.ok(last.retryAt - first.retryAt >= 4000);
});

test("an answer that a late timer overtook still counts", () => {
  const [asked] = links.tick(live(), links.QUIET_MS, 0.5);
  const woken = links.QUIET_MS + 60_000;
  const [late] = links.tick(asked, woken, 0.5);
  const answered = links.heard(late, woken + 1);
  assert.deepEqual([answered.phase, answered.deadline, answered.late], ["live", null, false]);
  const [next] = links.tick(answered, woken + links.GRACE_MS, 0.5);
  assert.equal(next.dial, asked.dial);
});

test("a try that was made without the network is made again with it", () => {
  const dialled = links.dial({ ...links.initialLink, attempt: 3 }, 0);
  assert.equal(links.wake(dialled, links.STALE_MS - 1)[0], dialled, "a young one has its chance");
  const [again] = links.wake(dialled, links.STALE_MS);
  assert.deepEqual([again.phase, again.dial, again.attempt], ["connecting", dialled.dial + 1, 0]);
});

/** Whatever the link waits for must come, unless it waits for somebody. */
function check(link) {
  const { phase, dial, deadline, pingAt, retryAt } = link;
  const open = ["connecting", "greeting", "live"].includes(phase);
  if (open) assert.ok(dial > 0, phase);
  if (["idle", "waiting", "replaced"].includes(phase)) assert.equal(dial, 0, phase);
  if (["connecting", "greeting"].includes(phase)) assert.notEqual(deadline, null, phase);
  if (phase === "live") assert.ok(deadline !== null || pingAt !== null);
  assert.equal(retryAt !== null, phase === "waiting", phase);
  if (!open) assert.deepEqual([deadline, pingAt], [null, null], phase);
  assert.ok(dial <= link.dials);
}

test("whatever happens in whatever order, there is a plan and at most one socket", () => {
  const random = numbers(7);
  const pick = (list) => list[Math.floor(random() * list.length)];
  for (let run = 0; run < 300; run += 1) {
    const page = inLobby();
    let dials = page.state.link.dials;
    for (let step = 0; step < 60; step += 1) {
      page.now += pick([0, 1, 200, 4_000, 13_000, 3_600_000]);
      pick(EVENTS)(page);
      const { link } = page.state;
      check(link);
      assert.ok(link.dials - dials <= 1, "one event opens one socket at most");
      dials = link.dials;
      const sent = page.state.outbox.some((item) => item.status === "sent");
      assert.ok(!sent || link.phase === "live", "nothing is on its way without a connection");
    }
  }
});

/** A socket that is not open says nothing. */
const said = (...events) => (page) => page.state.link.dial && page.hear(...events);

const EVENTS = [
  (page) => page.state.link.phase === "connecting" && page.open(),
  (page) => page.state.link.dial && page.lose(),
  said(welcome(), joined(0)),
  said({ type: "pong", at: 1 }),
  said({ type: "error", code: "nick_taken", text: "no" }),
  said({ type: "bye", reason: "replaced" }),
  said({ type: "bye", reason: "stopping", retry_ms: 500 }),
  (page) => page.send({ type: "closed", dial: page.state.link.dial - 1 }),
  (page) => page.send({ type: "tick" }),
  (page) => { page.now = links.due(page.state.link) ?? page.now; page.send({ type: "tick" }); },
  (page) => page.send({ type: "wake" }),
  (page) => page.send({ type: "online" }),
  (page) => page.send({ type: "offline" }),
  (page) => page.send({ type: "connect" }),
  (page) => page.send({ type: "yielded" }),
  (page) => page.send({ type: "named", nick: "zoe" }),
  (page) => page.send({ type: "forget" }),
  (page) => page.type("hello"),
];
