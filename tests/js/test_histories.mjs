import assert from "node:assert/strict";
import test from "node:test";

import { STRETCH } from "../../static/js/model/room.js";
import { ModelHub } from "./model.mjs";
import { numbers, Page } from "./support.mjs";

/** A page and a hub with random delays and cuts between them. */
class World {
  constructor(seed) {
    this.random = numbers(seed);
    this.hub = new ModelHub(this.random);
    this.page = new Page();
    this.texts = 0;
    this.dial = 0;
    this.took = [];
  }

  pick(list) {
    return list[Math.floor(this.random() * list.length)];
  }

  /** Dispatch, and put what the page sends on the wire it belongs to. */
  tell(send) {
    const sent = send(this.page) || [];
    const { dial } = this.page.state.connection;
    if (dial !== this.dial) {
      this.dial = dial;
      this.hub.cut();
    }
    if (dial) this.hub.toHub.push(...sent);
    this.check();
  }

  /** Let some of what is on its way arrive. */
  arrive(most) {
    const { toPage } = this.hub;
    const some = toPage.splice(0, 1 + Math.floor(this.random() * most));
    if (some.length && this.dial) this.tell((page) => page.hear(...some));
  }

  say() {
    this.texts += 1;
    const text = `own ${this.texts}`;
    const before = this.page.state.accepted;
    this.tell((page) => page.type(text));
    if (this.page.state.accepted !== before) this.took.push([this.page.state.current, text]);
  }

  burst(lines) {
    for (let number = 0; number < lines; number += 1) this.hub.say("lobby", "bob", `burst ${number}`);
  }

  check() {
    for (const room of this.page.state.rooms.values()) {
      let last = 0;
      let hole = true;
      for (const entry of room.entries) {
        if (entry.kind === "gap" || entry.tone === "hole") hole = true;
        if (entry.kind !== "message") continue;
        assert.ok(entry.seq > last, `${entry.seq} stands behind ${last}`);
        assert.ok(hole || entry.seq === last + 1, `nothing says what is missing before ${entry.seq}`);
        assert.equal(entry.text, this.hub.log.get(room.name)[entry.seq - 1].text);
        last = entry.seq;
        hole = false;
      }
      assert.ok(room.entries.length <= STRETCH + 300);
      const { read, newest } = room;
      assert.ok(read === null || newest === null || read <= Math.max(newest, room.head), "nothing is read before it came");
    }
  }

  /** A good connection, for as long as it takes. */
  settle() {
    for (let step = 0; step < 3_000; step += 1) {
      const { connection } = this.page.state;
      if (connection.phase === "waiting") this.tell((page) => page.retry());
      else if (connection.phase === "connecting") this.tell((page) => page.open());
      else if (this.hub.toHub.length) this.hub.take();
      else if (this.hub.toPage.length) this.arrive(50);
      else return;
    }
    assert.fail("it never comes to rest");
  }
}

const STEPS = [
  ...Array(6).fill((world) => world.hub.take()),
  ...Array(6).fill((world) => world.arrive(20)),
  (world) => world.say(),
  (world) => world.say(),
  (world) => world.hub.say("lobby", "bob", `b${world.hub.log.get("lobby").length}`),
  (world) => world.hub.say("tea", "bob", `t${world.hub.log.get("tea").length}`),
  (world) => world.burst(world.pick([3, 120, 1_500])),
  (world) => world.dial && world.tell((page) => page.lose()),
  (world) => world.pick([false, false, true]) && world.hub.forget(),
  (world) => world.page.state.connection.phase === "connecting" && world.tell((page) => page.open()),
  (world) => world.page.state.connection.phase === "waiting" && world.tell((page) => page.retry()),
  (world) => world.tell((page) => page.send({ type: "look", atEnd: world.pick([true, false]) })),
  (world) => world.tell((page) => page.send({ type: "look", visible: world.pick([true, false]) })),
  (world) => world.tell((page) => page.send({ type: world.pick(["older", "newer", "newest", "seen"]) })),
  (world) => world.tell((page) => page.send({ type: "visit", room: "lobby", seq: world.pick([1, 30, 200]) })),
  (world) => world.tell((page) => page.send({ type: "open", room: world.pick(["lobby", "tea"]) })),
  (world) => world.tell((page) => page.send({ type: world.pick(["wake", "online", "offline", "tick"]) })),
  (world) => { world.page.now += world.pick([1, 500, 6_000]); },
];

test("whatever happens to the connection, all is in order, nothing twice, nothing missing", () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const world = new World(seed);
    world.settle();
    world.tell((page) => page.send({ type: "join", room: "tea" }));
    world.settle();
    for (let step = 0; step < 250; step += 1) world.pick(STEPS)(world);
    world.settle();
    // Behind a line that was left out another one must come, or nobody could tell.
    for (const name of world.hub.log.keys()) world.hub.say(name, "bob", "the last", null, true);
    world.settle();
    const { outbox, connection, rooms } = world.page.state;
    assert.equal(connection.phase, "live", `seed ${seed}`);
    assert.deepEqual(outbox, [], `seed ${seed}: all that was written has been said`);
    for (const [name, log] of world.hub.log) {
      const own = log.filter(({ nick }) => nick === "ann").map(({ text }) => text);
      const wanted = world.took.filter(([room]) => room === name).map(([, text]) => text);
      assert.deepEqual(own, wanted, `seed ${seed}: once each, in the order of writing`);
      const room = rooms.get(name);
      assert.equal(room.newest, log.length, `seed ${seed}: the page knows the newest line`);
      if (!room.detached && log.length) assert.equal(room.entries.findLast(({ seq }) => seq).seq, log.length);
      assert.ok(!room.entries.some(({ kind }) => kind === "gap"), `seed ${seed}: what can be had is had`);
    }
  }
});
