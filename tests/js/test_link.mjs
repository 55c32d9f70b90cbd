import assert from "node:assert/strict";
import test from "node:test";

import * as links from "../../static/js/link.js";

function live(now = 0) {
  return links.welcomed(links.opened(links.dial(links.initialLink, now), now), now);
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
  const [given] = links.tick(asked, links.QUIET_MS + links.PONG_WAIT_MS, 0.5);
  assert.equal(given.phase, "connecting");
  assert.notEqual(given.dial, quiet.dial);
});

test("a dead connection is found in less than 20 seconds", () => {
  assert.ok(links.QUIET_MS + links.PONG_WAIT_MS < 20_000);
});

test("a socket that nobody welcomes is given up", () => {
  const dialled = links.dial(links.initialLink, 0);
  const [gone] = links.tick(dialled, links.WELCOME_WAIT_MS, 0.5);
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
