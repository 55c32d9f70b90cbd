/**
 * What the hub may say to the page: the one inlet for its messages.
 *
 * Behind it every field is what the types in wire.js say, so that nothing malformed
 * can stop the page: an event that lacks what it needs is left out, and a field that
 * it can do without is taken away. Types that are not known here pass: the page
 * does nothing with them. It knows no socket and no state.
 */

/** @typedef {(value: any) => boolean} Is */

/** Beyond this there is no date (ECMA-262, 21.4.1.1). */
const MOST_MS = 8.64e15;

/** Half a pair of surrogates is no text: no address can be made of it. @type {Is} */
const text = (value) => typeof value === "string" && (value.isWellFormed?.() ?? true);
/** @type {Is} */
const name = (value) => text(value) && value !== "";
/** @type {Is} */
const count = (value) => Number.isSafeInteger(value) && value >= 0;
/** @type {Is} */
const time = (value) => Number.isFinite(value) && Math.abs(value) <= MOST_MS;
/** @type {Is} */
const flag = (value) => typeof value === "boolean";
/** @type {(each: Is) => Is} */
const list = (each) => (value) => Array.isArray(value) && value.every(each);

/** The fields that an event needs, and those that it may have. */
class Shape {
  /** @param {Record<string, Is>} needs @param {Record<string, Is>} [may] */
  constructor(needs, may = {}) {
    this.needs = Object.entries(needs);
    this.may = Object.entries(may);
  }

  /** @param {any} value @returns {boolean} */
  fits(value) {
    return value !== null && typeof value === "object" && this.needs.every(([field, is]) => is(value[field]));
  }

  /** Take away what does not belong; return the names of it. @param {any} value @returns {string[]} */
  clean(value) {
    const wrong = this.may.filter(([field, is]) => value[field] !== undefined && !is(value[field]));
    for (const [field] of wrong) delete value[field];
    return wrong.map(([field]) => field);
  }
}

/** @param {any} value Rooms, each with a place in it or null. @returns {boolean} */
const places = (value) => value !== null && typeof value === "object"
  && Object.values(value).every((one) => one === null || count(one));

const said = { at: time, nick: name, text };
const MESSAGE = new Shape({ ...said, room: name, seq: count }, { id: name, kind: name });
const ROOM = new Shape({ room: name, count }, { topic: text });
const LIMITS = new Shape({ text: count, nick: count, room: count, history: count });
const KEEPS = new Shape({}, { days: time, messages: count, disk: flag });
const PAGE = new Shape({ room: name, messages: Array.isArray }, { more: flag, ref: count });

/** @type {Record<string, Shape>} */
const SHAPES = {
  message: MESSAGE,
  direct: new Shape({ ...said, to: name }, { id: name, kind: name }),
  welcome: new Shape(
    { log: name, resume: name, nick: name },
    { server: text, limits: (value) => LIMITS.fits(value), keeps: (value) => KEEPS.fits(value) },
  ),
  joined: new Shape({ room: name, nick: name, at: time }, { seq: count, spoke: flag, ref: count }),
  left: new Shape({ room: name, nick: name, at: time }, { ref: count }),
  renamed: new Shape({ nick: name, to: name, at: time }, { ref: count }),
  members: new Shape({ room: name, count }, { nicks: list(name), text, matching: count, watching: count, ref: count }),
  topic: new Shape({ room: name, text }, { nick: name, at: time, ref: count }),
  rooms: new Shape({ rooms: Array.isArray }, { ref: count }),
  history: PAGE,
  // Of several rooms, each message has its own.
  results: new Shape({ messages: Array.isArray }, { room: name, more: flag, ref: count, next: places }),
  ack: new Shape({}, { id: name, room: name, seq: count, to: name, ref: count }),
  invitation: new Shape({ lines: list(text) }, { web: list(name), passphrase: name, ref: count }),
  reset: new Shape({ room: name, next: count, missed: count, reason: text }),
  error: new Shape({ code: text, text }, { id: name, room: name, ref: count }),
  notice: new Shape({ text }),
  bye: new Shape({ reason: text }, { text, retry_ms: count }),
};

/** @type {Map<string, [string, Shape]>} */
const LISTS = new Map([
  ["history", ["messages", MESSAGE]], ["results", ["messages", MESSAGE]], ["rooms", ["rooms", ROOM]],
]);

/**
 * Return {event, wrong}: the event without what is malformed in it, null where nothing
 * is left of it, and the names of what was left out.
 * @param {any} event
 * @returns {{ event: any, wrong: string[] }}
 */
export function admit(event) {
  const shape = Object.hasOwn(SHAPES, event.type) ? SHAPES[event.type] : null;
  if (!shape) return { event, wrong: [] };
  if (!shape.fits(event)) return { event: null, wrong: [event.type] };
  const wrong = shape.clean(event).map((field) => `${event.type}.${field}`);
  const [field, each] = LISTS.get(event.type) ?? [];
  if (field && each) {
    /** @type {any[]} */
    const all = event[field];
    const whole = all.filter((one) => each.fits(one));
    if (whole.length < event[field].length) wrong.push(`${event.type}.${field}`);
    for (const one of whole) each.clean(one);
    event[field] = whole;
  }
  if (event.keeps) KEEPS.clean(event.keeps);
  return { event, wrong };
}
