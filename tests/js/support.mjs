/** A page without a screen: state, what it sent, and a hub that answers by hand. */

import { initialState, reduce } from "../../static/js/model/state.js";

export class Page {
  constructor(kept = {}, room = "") {
    this.state = initialState;
    this.now = 0;
    this.ids = 0;
    // On its screen there is room for all lines, unless it is small.
    this.small = false;
    this.send({
      type: "start", room, online: true,
      kept: { nick: "ann", rooms: [], current: null, session: {}, marks: new Map(), outbox: [], ...kept },
    });
  }

  /** Dispatch an event; return what the page sends because of it. */
  send(event) {
    const moment = { now: this.now, at: 1_000_000 + this.now, random: 0.5 };
    this.state = reduce(this.state, { ...moment, ...event });
    if (!this.small) this.state = reduce(this.state, { ...moment, type: "sawFirst" });
    const { outgoing } = this.state;
    this.state = { ...this.state, outgoing: [] };
    return outgoing;
  }

  open() {
    return this.send({ type: "opened", dial: this.state.connection.dial });
  }

  hear(...events) {
    return this.send({ type: "lines", dial: this.state.connection.dial, events });
  }

  lose() {
    return this.send({ type: "closed", dial: this.state.connection.dial });
  }

  /** Let the time come that the page waits for. */
  retry() {
    this.now = this.state.connection.retryAt;
    return this.send({ type: "tick" });
  }

  type(text) {
    this.ids += 1;
    return this.send({ type: "typed", text, id: `id-${this.ids}` });
  }

  room(name = "lobby") {
    return this.state.rooms.get(name);
  }

  texts(name) {
    return this.room(name).entries.filter((entry) => entry.kind === "message").map((entry) => entry.text);
  }

  notes(name) {
    return this.room(name).entries.filter((entry) => entry.kind !== "message");
  }
}

/** A page that is in the lobby, whose log has `seq` messages (numbered texts). */
export function inLobby(seq = 0, kept = {}) {
  const page = new Page(kept);
  page.open();
  page.hear(welcome(), joined(seq), members("ann", "bob"), ...lines(Math.max(1, seq - 49), seq));
  return page;
}

export function welcome(more = {}) {
  return {
    type: "welcome", protocol: 1, server: "hubbub", log: "log-1", nick: "ann", resume: "token-1",
    limits: { text: 32768, nick: 24, room: 48, history: 200 }, ...more,
  };
}

export function joined(seq, room = "lobby", more = {}) {
  return { type: "joined", room, nick: "ann", at: 1, seq, ...more };
}

export function members(...nicks) {
  return { type: "members", room: "lobby", nicks, count: nicks.length };
}

export function line(seq, more = {}) {
  return { type: "message", room: "lobby", seq, at: 1_000 + seq, nick: "bob", text: `line ${seq}`, ...more };
}

export function lines(from, to) {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, place) => line(from + place));
}

export function numbered(from, to) {
  return lines(from, to).map((message) => message.text);
}

/** Numbers from 0 to 1 that are the same in every run (xorshift). */
export function numbers(seed) {
  let x = seed;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) / 2 ** 32;
  };
}
