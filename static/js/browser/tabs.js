/**
 * Which tab of this browser owns the session.
 *
 * All tabs share one session, and the one that was looked at last owns it: a tab
 * that a person turns to takes it, unless another visible tab owns it. Tabs ask
 * each other over a BroadcastChannel; a tab that is frozen or dead does not answer
 * and counts as hidden. Every takeover is announced with its time. A tab that
 * hears of a later one yields at once, and no tab takes over without a cause of
 * its own (a person, or a tab that closed), so two never alternate. It knows no
 * state and no DOM.
 */

/**
 * @import { HubEvent } from "../text/wire.js"
 * @import { KeptDirect } from "../model/directs.js"
 */

/**
 * What tabs say to one another. A tab of another version may say other things.
 *
 * @typedef {[number, number]} Stamp
 * @typedef {{ what: "who" | "hid" | "gone" | "forget" }
 *   | { what: "here", holds: boolean, visible: boolean }
 *   | { what: "took", stamp: Stamp }
 *   | { what: "events", events: HubEvent[] }
 *   | { what: "talks", talks: KeptDirect[], pass?: string }
 * } Message
 * @typedef {"seen" | "hidden" | "none" | "alone"} Elsewhere
 *
 * @typedef {{
 *   postMessage(message: Message): void, onmessage?: ((event: any) => void) | null,
 * }} Channel
 * @typedef {{ later(ms: number, what: () => void): unknown, now(): number, random(): number }} Clock
 * @typedef {{
 *   state(): { ownsSession: boolean, waits: boolean, visible: boolean }, take(): void,
 *   yield(): void, heard(events: HubEvent[]): void, given(directs: KeptDirect[], pass?: string): void,
 *   forget(): void,
 * }} Mine
 */

/** A tab that is alive answers within a few milliseconds. */
export const ANSWER_MS = 300;

/** When a tab closes, those that are seen go first; a reload is back by then. */
const SEEN_FIRST_MS = 200;
const HIDDEN_NEXT_MS = 1_500;

/** How often a tab without the conversation makes sure that somebody has it. */
export const CHECK_MS = 10_000;

export class Tabs {
  /**
   * `channel` has postMessage and onmessage, `clock` has later(ms, what),
   * now() and random(). `mine` has state() -> {ownsSession, waits, visible}, take(),
   * yield(), heard(events), given(directs, pass) and forget().
   * @param {Channel} channel
   * @param {Clock} clock
   * @param {Mine} mine
   */
  constructor(channel, clock, mine) {
    this.channel = channel;
    this.clock = clock;
    this.mine = mine;
    /** @type {Stamp} */
    this.stamp = [0, clock.random()];
    this.latest = 0;
    // Whether a tab that has it has been heard of since this one has not.
    this.elsewhere = false;
    this.answered = false;
    /** @type {Promise<Elsewhere> | null} */
    this.asking = null;
    /** @type {((found: Elsewhere) => void) | null} */
    this.done = null;
    channel.onmessage = ({ data }) => this.heard(data);
    const check = () => {
      if (this.elsewhere) this.consider("hidden");
      clock.later(CHECK_MS, check);
    };
    clock.later(CHECK_MS, check);
  }

  /** This tab has the conversation from now on. */
  took() {
    this.elsewhere = false;
    // Later than every other taking, also if the clock was set back.
    this.latest = Math.max(this.clock.now(), this.latest + 1);
    this.stamp = [this.latest, this.stamp[1]];
    this.say({ what: "took", stamp: this.stamp });
  }

  /** A person turned to this tab. */
  turned() {
    this.consider("hidden");
  }

  /** Nobody sees this tab any more, which has the conversation. */
  hid() {
    if (this.mine.state().ownsSession) this.say({ what: "hid" });
  }

  /** This tab goes. */
  closes() {
    if (this.mine.state().ownsSession) this.say({ what: "gone" });
  }

  /** The hub gave the session to another connection. */
  replaced() {
    // If the other one gave way to this tab in the same moment, nobody has it.
    if (this.elsewhere) this.clock.later(ANSWER_MS, () => this.consider("none"));
  }

  /**
   * Tell the tabs without the conversation what only this one was told.
   * @param {HubEvent[]} events
   */
  tell(events) {
    this.say({ what: "events", events });
  }

  /**
   * Give what only tabs have to who takes over: the conversations with one person, and
   * the passphrase.
   * @param {KeptDirect[]} directs
   * @param {string} pass
   */
  handOver(directs, pass) {
    if (directs.length || pass) this.say({ what: "talks", talks: directs, pass });
  }

  forget() {
    this.say({ what: "forget" });
  }

  /** @param {Message} message */
  say(message) {
    this.channel.postMessage(message);
  }

  /**
   * Take the conversation if nobody sees it elsewhere.
   *
   * `most`: "hidden" takes it from a tab that nobody sees, "none" only where no
   * tab has it.
   * @param {"hidden" | "none"} most
   */
  async consider(most) {
    if (!this.mine.state().waits) return;
    const found = await this.ask();
    const { waits, visible } = this.mine.state();
    const unseen = most === "hidden" && found === "hidden" && visible;
    if (waits && (unseen || found === "none" || found === "alone")) this.mine.take();
  }

  /**
   * Return how the conversation is had elsewhere: "seen", "hidden", "none" or "alone".
   * @returns {Promise<Elsewhere>}
   */
  ask() {
    this.asking ??= new Promise((done) => {
      /** @param {Elsewhere} found */
      const finish = (found) => {
        this.done = null;
        this.asking = null;
        done(found);
      };
      const giveUp = () => this.done === finish && finish(this.answered ? "none" : "alone");
      this.answered = false;
      this.done = finish;
      this.say({ what: "who" });
      // Answers that wait to be handled when the time is up are handled first.
      this.clock.later(ANSWER_MS, () => this.clock.later(0, giveUp));
    });
    return this.asking;
  }

  /** @param {Message} message */
  heard(message) {
    const { ownsSession, visible } = this.mine.state();
    switch (message?.what) {
      case "who":
        this.say({ what: "here", holds: ownsSession, visible });
        break;
      case "here":
        if (this.done) this.answered = true;
        if (!message.holds) break;
        this.elsewhere = true;
        this.done?.(message.visible ? "seen" : "hidden");
        break;
      case "took":
        this.another(message.stamp, ownsSession);
        break;
      case "hid":
        if (visible) this.consider("hidden");
        break;
      case "gone":
        this.succeed(visible);
        break;
      case "events":
        this.mine.heard(message.events);
        break;
      case "talks":
        this.mine.given(message.talks, message.pass);
        break;
      case "forget":
        this.mine.forget();
        break;
    }
  }

  /**
   * Another tab has taken the conversation; the later of two has it.
   * @param {Stamp} stamp
   * @param {boolean} ownsSession
   */
  another([at, tie], ownsSession) {
    const [own, ownTie] = this.stamp;
    this.elsewhere = true;
    this.latest = Math.max(this.latest, at);
    if (ownsSession && (at < own || (at === own && tie < ownTie))) return;
    this.done?.("seen");
    this.mine.yield();
  }

  /** @param {boolean} visible */
  succeed(visible) {
    const wait = (visible ? SEEN_FIRST_MS : HIDDEN_NEXT_MS) * (1 + this.clock.random() / 2);
    this.clock.later(wait, () => this.consider("none"));
  }
}
