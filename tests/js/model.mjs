/**
 * A hub by its rules, and a wire to it that may be cut at any moment.
 *
 * What the page sends is taken from `toHub` one by one, and what the hub says
 * from `toPage`; a cut drops what is on its way in both. `log` is each room's log.
 * It does worse than a hub may: it says some lines again, and leaves others out.
 */

const LIMIT = 200;

export class ModelHub {
  constructor(random) {
    this.random = random;
    this.log = new Map([["lobby", []], ["tea", []]]);
    this.known = new Map();
    this.sessions = 0;
    this.handlers = {
      hello: (request) => this.hello(request),
      join: (request) => this.join(request),
      leave: (request) => this.leave(request),
      say: (request) => this.said(request),
      history: (request) => this.history(request),
      ping: () => this.toPage.push({ type: "pong", at: 1 }),
    };
    this.cut();
  }

  cut() {
    this.toHub = [];
    this.toPage = [];
    this.inside = new Set();
  }

  /** Have somebody say something. */
  say(room, nick, text, id = null, surely = id !== null) {
    const log = this.log.get(room);
    const message = { type: "message", room, seq: log.length + 1, at: 1_000 + log.length, nick, text };
    log.push(id === null ? message : { ...message, id });
    // What is left out of the stream is still in the log. One's own lines never are.
    if (this.inside.has(room) && (surely || this.random() > 0.02)) this.toPage.push(log.at(-1));
    return message.seq;
  }

  /** Take the next request of the page, if there is one. */
  take() {
    const request = this.toHub.shift();
    if (request) this.handlers[request.type](request);
  }

  /** A hub that was away for long knows no session any more. */
  forget() {
    this.known.clear();
  }

  hello({ nick, resume, join }) {
    if (!this.known.has(resume)) {
      this.sessions += 1;
      resume = `token-${this.sessions}`;
      this.known.set(resume, new Map());
    }
    this.ids = this.known.get(resume);
    this.toPage.push({
      type: "welcome", protocol: 1, server: "hubbub", log: "log-1", nick, resume,
      limits: { text: 32_768, nick: 24, room: 48, history: LIMIT },
    });
    for (const [room, from] of Object.entries(join)) this.enter(room, nick, from);
  }

  enter(room, nick, { last, after }, ref) {
    const log = this.log.get(room);
    this.inside.add(room);
    this.toPage.push({ type: "joined", room, nick, at: 1, seq: log.length, ref });
    this.toPage.push({ type: "members", room, nicks: [nick, "bob"], count: 2 });
    const again = this.random() < 0.3 ? 3 : 0;
    this.toPage.push(...log.slice(Math.max(0, (after ?? log.length - last) - again)));
  }

  join({ room, last = 0, after, ref }) {
    this.enter(room, "ann", { last, after }, ref);
  }

  leave({ room, ref }) {
    this.inside.delete(room);
    this.toPage.push({ type: "left", room, nick: "ann", at: 1, ref });
  }

  said({ room, text, id }) {
    if (!this.ids.has(id)) this.ids.set(id, this.say(room, "ann", text, id));
    this.toPage.push({ type: "ack", id, room, seq: this.ids.get(id) });
  }

  history({ room, before = Infinity, after, limit, ref }) {
    const log = this.log.get(room);
    const fitting = log.filter((one) => one.seq < before && one.seq > (after ?? 0));
    const messages = after === undefined ? fitting.slice(-limit) : fitting.slice(0, limit);
    this.toPage.push({ type: "history", room, ref, messages, more: messages.length < fitting.length });
  }
}
