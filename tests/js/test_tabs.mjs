import assert from "node:assert/strict";
import test from "node:test";

import { ANSWER_MS, CHECK_MS, Tabs } from "../../static/js/browser/tabs.js";
import { numbers } from "./support.mjs";

/** A browser with tabs, whose time is told by hand, and a hub that lets in one of them. */
class Browser {
  constructor(seed = 1) {
    this.now = 1_000_000;
    this.plans = [];
    this.tabs = [];
    this.takings = 0;
    this.hub = null;
    this.delay = () => 1;
    this.random = numbers(seed);
  }

  later(ms, what) {
    this.plans.push({ at: this.now + ms, what, order: this.plans.length });
  }

  /** Let time pass; what is due happens in its order, with the promises in between. */
  async pass(ms) {
    const end = this.now + ms;
    for (;;) {
      const [next] = this.plans.filter((plan) => plan.at <= end).sort((a, b) => a.at - b.at || a.order - b.order);
      if (!next) break;
      this.plans.splice(this.plans.indexOf(next), 1);
      this.now = Math.max(this.now, next.at);
      next.what();
      await new Promise(setImmediate);
    }
    this.now = end;
  }

  open({ visible = true } = {}) {
    const tab = new Tab(this, visible);
    this.tabs.push(tab);
    if (visible || this.tabs.length === 1) tab.take();
    else tab.tabs.ask().then((found) => (["none", "alone"].includes(found) ? tab.take() : null));
    return tab;
  }

  holders() {
    return this.tabs.filter((tab) => tab.open && tab.ownsSession);
  }
}

class Tab {
  constructor(browser, visible) {
    Object.assign(this, { browser, visible, ownsSession: false, open: true, frozen: false, missed: [], heard: [] });
    this.channel = {
      postMessage: (data) => {
        const message = structuredClone(data);
        for (const other of browser.tabs) if (other !== this) browser.later(browser.delay(), () => other.hear(message));
      },
    };
    const clock = {
      // A frozen page's timers wait, like everything else in it.
      later: (ms, what) => browser.later(ms, () => this.open && this.run(what)),
      now: () => browser.now,
      random: browser.random,
    };
    this.tabs = new Tabs(this.channel, clock, {
      state: () => ({ ownsSession: this.ownsSession, waits: !this.ownsSession, visible: this.visible }),
      take: () => this.take(),
      yield: () => { this.ownsSession = false; },
      given: (directs, pass) => Object.assign(this, { directs, pass }),
      heard: (events) => this.heard.push(...events),
      forget: () => { this.forgot = true; },
    });
  }

  run(what) {
    if (this.frozen) this.missed.push(what);
    else what();
  }

  hear(data) {
    if (this.open) this.run(() => this.channel.onmessage({ data }));
  }

  take() {
    const { browser } = this;
    this.ownsSession = true;
    browser.takings += 1;
    this.tabs.took();
    // The hub hears of it some time later, and tells the one before.
    browser.later(browser.delay() * 3, () => {
      const before = browser.hub;
      if (browser.offline || !this.ownsSession || !this.open) return;
      browser.hub = this;
      if (before && before !== this && before.open) browser.later(browser.delay(), () => before.run(() => before.bye()));
    });
  }

  bye() {
    if (this.browser.hub === this) return;
    this.ownsSession = false;
    this.tabs.replaced();
  }

  look(visible) {
    if (visible === this.visible || !this.open) return;
    this.visible = visible;
    this.run(() => (visible ? this.tabs.turned() : this.tabs.hid()));
  }

  thaw() {
    this.frozen = false;
    for (const what of this.missed.splice(0)) what();
  }

  close() {
    this.run(() => this.tabs.closes());
    this.open = false;
  }

  crash() {
    this.open = false;
  }
}

test("the tab that a person turns to has the conversation", async () => {
  const browser = new Browser();
  const one = browser.open();
  await browser.pass(1_000);
  one.look(false);
  const two = browser.open();
  await browser.pass(1_000);
  assert.deepEqual([one.ownsSession, two.ownsSession], [false, true]);
  // Whichever of the two hears of it first.
  one.look(true);
  two.look(false);
  await browser.pass(1_000);
  assert.deepEqual([one.ownsSession, two.ownsSession, browser.takings], [true, false, 3]);
  one.look(false);
  await browser.pass(50);
  two.look(true);
  await browser.pass(1_000);
  assert.deepEqual([one.ownsSession, two.ownsSession, browser.takings], [false, true, 4]);
});

test("two windows side by side leave each other alone", async () => {
  const browser = new Browser();
  const [one, two] = [browser.open(), browser.open()];
  await browser.pass(1_000);
  const { takings } = browser;
  for (let turn = 0; turn < 5; turn += 1) {
    one.tabs.turned();
    two.tabs.turned();
    await browser.pass(CHECK_MS);
  }
  assert.deepEqual([one.ownsSession, two.ownsSession, browser.takings], [false, true, takings]);
  two.look(false);
  await browser.pass(1_000);
  assert.ok(one.ownsSession, "the one that is seen goes on");
});

test("when the tab closes another one goes on, and one that is seen goes first", async () => {
  const browser = new Browser();
  const [hidden, seen] = [browser.open({ visible: false }), browser.open()];
  await browser.pass(1_000);
  const last = browser.open();
  await browser.pass(1_000);
  last.close();
  await browser.pass(5_000);
  assert.deepEqual([hidden.ownsSession, seen.ownsSession, browser.takings], [false, true, 4]);
  seen.close();
  await browser.pass(5_000);
  assert.deepEqual([hidden.ownsSession, browser.takings], [true, 5]);
});

test("a tab that died without a word is missed after a while", async () => {
  const browser = new Browser();
  const [one, two] = [browser.open({ visible: false }), browser.open()];
  await browser.pass(1_000);
  two.crash();
  await browser.pass(CHECK_MS + 1_000);
  assert.deepEqual([one.ownsSession, browser.takings], [true, 3]);
});

test("a frozen tab counts as one that nobody sees, and gives way when it wakes", async () => {
  const browser = new Browser();
  const [one, two] = [browser.open({ visible: false }), browser.open()];
  await browser.pass(1_000);
  two.frozen = true;
  one.look(true);
  await browser.pass(ANSWER_MS + 100);
  assert.ok(one.ownsSession);
  two.thaw();
  await browser.pass(1_000);
  assert.deepEqual([one.ownsSession, two.ownsSession], [true, false]);
});

test("a session that goes on in another browser is not fetched back", async () => {
  const browser = new Browser();
  const one = browser.open();
  await browser.pass(1_000);
  browser.hub = null;
  one.bye();
  await browser.pass(10 * CHECK_MS);
  assert.equal(browser.takings, 1);
});

test("of two that take it in the same moment one has it", async () => {
  const browser = new Browser();
  const tabs = [browser.open(), browser.open(), browser.open()];
  await browser.pass(1_000);
  const { takings } = browser;
  tabs[0].take();
  tabs[1].take();
  await browser.pass(100);
  assert.deepEqual([browser.holders().length, browser.takings], [1, takings + 2]);
});

test("where the hub chose the tab that gave way, one of them goes on all the same", async () => {
  const browser = new Browser();
  const [one, two] = [browser.open(), browser.open()];
  await browser.pass(1_000);
  one.take();
  await browser.pass(100);
  // The other's taking was on its way, and the hub heard of it last.
  one.channel.onmessage({ data: { what: "took", stamp: [1, 0] } });
  assert.ok(one.ownsSession && !two.ownsSession);
  browser.hub = two;
  one.bye();
  await browser.pass(CHECK_MS / 5);
  assert.equal(browser.holders().length, 1);
});

test("the end of one question is not the end of the next", async () => {
  const browser = new Browser();
  const [one] = [browser.open(), browser.open()];
  await browser.pass(1_000);
  const { takings } = browser;
  browser.delay = () => ANSWER_MS / 5;
  one.tabs.turned();
  await browser.pass(ANSWER_MS * 0.7);
  one.tabs.turned();
  await browser.pass(1_000);
  assert.equal(browser.takings, takings);
});

test("a clock that was set back does not give the conversation to two", async () => {
  const browser = new Browser();
  browser.offline = true;
  const one = browser.open({ visible: false });
  await browser.pass(1_000);
  const two = browser.open();
  await browser.pass(10);
  two.tabs.clock.now = () => 5;
  one.look(true);
  two.look(false);
  await browser.pass(1_000);
  one.look(false);
  two.look(true);
  await browser.pass(1_000);
  assert.deepEqual(browser.holders(), [two]);
});

test("whether anybody else is there can be asked", async () => {
  const browser = new Browser();
  const one = browser.open();
  let found = null;
  one.tabs.ask().then((answer) => { found = answer; });
  await browser.pass(1_000);
  assert.equal(found, "alone");
  browser.open();
  await browser.pass(1_000);
  one.tabs.ask().then((answer) => { found = answer; });
  await browser.pass(1_000);
  assert.equal(found, "seen");
});

test("whatever people do, one tab has it in the end, and nobody takes without a cause", async () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const browser = new Browser(seed);
    const random = numbers(seed + 1000);
    browser.delay = () => 1 + Math.floor(random() * 20);
    const pick = (list) => list[Math.floor(random() * list.length)];
    browser.open();
    let causes = 1;
    for (let step = 0; step < 40; step += 1) {
      const alive = browser.tabs.filter((tab) => tab.open);
      const tab = pick(alive);
      causes += 1;
      const roll = random();
      if (roll < 0.15 && alive.length < 5) browser.open({ visible: random() < 0.7 });
      else if (roll < 0.25 && alive.length > 1) tab.close();
      else if (roll < 0.3 && alive.length > 1) tab.crash();
      else if (roll < 0.4) tab.frozen = !tab.visible;
      else if (roll < 0.5 && tab.visible && !tab.ownsSession) tab.take();
      else {
        if (tab.frozen) tab.thaw();
        tab.look(!tab.visible);
      }
      await browser.pass(pick([0, 1, 5, 50, 400, 3_000]));
    }
    for (const tab of browser.tabs) if (tab.open && tab.frozen) tab.thaw();
    await browser.pass(3 * CHECK_MS);
    const settled = browser.takings;
    assert.equal(browser.holders().length, 1, `seed ${seed}`);
    const seen = browser.tabs.filter((tab) => tab.open && tab.visible);
    if (seen.length) assert.ok(seen.includes(browser.holders()[0]), `seed ${seed}: somebody sees it`);
    // Each cause may make every tab that is open take it, at the very most.
    assert.ok(settled <= causes * 5, `seed ${seed}: ${settled} takings for ${causes} causes`);
    await browser.pass(50 * CHECK_MS);
    assert.equal(browser.takings, settled, `seed ${seed}: quiet once nobody does anything`);
  }
});
