/**
 * The connection as a value: its phase, and when what is due.
 *
 * It knows no socket and no clock. `dial` is the number of the socket that should
 * be open now, 0 for none; app.js opens and closes sockets until that is so. Times
 * are milliseconds of a monotonic clock and are passed in.
 *
 * Phases: idle (nobody has a nick yet), connecting, greeting (hello is sent),
 * nickPrompt (the nick or the passphrase was refused, and the person is asked), live,
 * waiting (for the next attempt), replaced (another tab owns the session, until
 * this one takes it over).
 *
 * Something is always scheduled: connecting and greeting have a deadline, live has
 * a deadline or a time for the next ping, waiting has a time for the next attempt.
 * Idle, nickPrompt and replaced wait for a person or for another tab.
 */

/** @import { Connection } from "./types.js" */

export const RETRY_FIRST_MS = 2_000;
export const RETRY_MOST_MS = 30_000;

/** A socket without a welcome by then is closed. */
export const WELCOME_WAIT_MS = 15_000;

/** So long nothing may be heard before the page asks whether anyone is there.
 * Together with PONG_WAIT_MS a dead connection is found in under 20 s. */
export const QUIET_MS = 12_000;
export const PONG_WAIT_MS = 5_000;

/** A timer may come before messages that have been there for longer: after a
 * deadline they get this long to be handled before the connection is judged. */
export const GRACE_MS = 250;

/** A try that is older than this when the network comes back was made without
 * it, and would only find out at its deadline. */
export const STALE_MS = 3_000;

/** A hub that stops says when to come back; everybody at once would hurt it. */
const COME_BACK_SPREAD_MS = 4_000;

/** @type {Connection} */
export const initialConnection = {
  phase: "idle",
  dial: 0,
  dials: 0,
  attempt: 0,
  retryAt: null,
  pingAt: null,
  deadline: null,
  // Whether the deadline has passed and only GRACE_MS is left.
  late: false,
  online: true,
  hintMs: null,
  // The reason in the hub's `bye`, until the next welcome.
  why: "",
  // What a hub that starts says of itself.
  said: "",
  // What keeps sockets from being opened, as far as somebody said, until one is.
  blocked: "",
  noUpgrade: false,
};

/**
 * Whether this tab owns the session: it has a socket, or is trying to get one.
 * @param {Connection} connection
 * @returns {boolean}
 */
export function ownsSession(connection) {
  return connection.phase !== "idle" && connection.phase !== "replaced";
}

/**
 * Return how long to wait before the next attempt, after `attempt` failed ones.
 * @param {number} attempt
 * @param {number} random
 * @returns {number}
 */
export function retryDelay(attempt, random) {
  const most = Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** attempt);
  // The whole range is used but for its start: thousands of pages that lost
  // the same server come back spread out, and none knocks without a pause.
  return Math.round(most * (0.1 + 0.9 * random));
}

/** @param {Connection} connection @param {number} now @returns {Connection} */
export function dial(connection, now) {
  const number = connection.dials + 1;
  return {
    ...connection, phase: "connecting", dial: number, dials: number,
    retryAt: null, pingAt: null, deadline: now + WELCOME_WAIT_MS, late: false, hintMs: null,
  };
}

/** @param {Connection} connection @param {number} now @returns {Connection} */
export function opened(connection, now) {
  return {
    ...connection, phase: "greeting", deadline: now + WELCOME_WAIT_MS, late: false,
    blocked: "", noUpgrade: false,
  };
}

/** @param {Connection} connection @param {number} now @returns {Connection} */
export function welcomed(connection, now) {
  return heard({ ...connection, phase: "live", attempt: 0, why: "" }, now);
}

/**
 * The hub refused the nick or the passphrase: the socket stays open, without a deadline.
 * @param {Connection} connection
 * @returns {Connection}
 */
export function named(connection) {
  return { ...connection, phase: "nickPrompt", deadline: null, late: false, pingAt: null };
}

/** @param {Connection} connection @param {number} now @returns {Connection} */
export function heard(connection, now) {
  if (connection.phase !== "live") return connection;
  return { ...connection, deadline: null, late: false, pingAt: now + QUIET_MS };
}

/**
 * No socket could be opened: remember why, the gateway's words or that a proxy passes none on.
 * @param {Connection} connection
 * @param {string} words
 * @param {boolean} upgrade
 * @returns {Connection}
 */
export function blocked(connection, words, upgrade) {
  if (connection.blocked === words && connection.noUpgrade === upgrade) return connection;
  return { ...connection, blocked: words, noUpgrade: upgrade };
}

/** @param {Connection} connection @returns {Connection} */
export function replaced(connection) {
  return { ...parted(connection), phase: "replaced", retryAt: null, hintMs: null, why: "" };
}

/**
 * The hub sent `bye`: remember its reason and when to reconnect.
 * @param {Connection} connection
 * @param {{ reason: string, text?: string, retry_ms?: number }} bye
 * @returns {Connection}
 */
export function parting(connection, { reason, text = "", retry_ms: hint }) {
  return { ...connection, why: reason, said: reason === "starting" ? text : "", hintMs: hint ?? null };
}

/** @param {Connection} connection @returns {Connection} */
function parted(connection) {
  return { ...connection, dial: 0, pingAt: null, deadline: null, late: false };
}

/**
 * The socket is closed, or is to be: decide when to try again.
 * @param {Connection} connection
 * @param {number} now
 * @param {number} random
 * @returns {Connection}
 */
export function lost(connection, now, random) {
  const gone = parted(connection);
  if (["idle", "nickPrompt", "replaced"].includes(connection.phase)) return gone;
  const delay = connection.hintMs === null
    ? retryDelay(connection.attempt, random)
    : Math.min(RETRY_MOST_MS, connection.hintMs) + COME_BACK_SPREAD_MS * random;
  return {
    ...gone, phase: "waiting", attempt: connection.attempt + 1, retryAt: now + delay, hintMs: null,
  };
}

/**
 * Do what is due. Returns [connection, whether a ping is to be sent].
 * @param {Connection} connection
 * @param {number} now
 * @param {number} random
 * @returns {[Connection, boolean]}
 */
export function tick(connection, now, random) {
  if (connection.phase === "waiting" && now >= (connection.retryAt ?? 0)) return [dial(connection, now), false];
  if (connection.deadline !== null && now >= connection.deadline) {
    if (!connection.late) return [{ ...connection, late: true, deadline: now + GRACE_MS }, false];
    const next = lost(connection, now, random);
    // A live connection that fell silent is replaced at once, without a delay.
    return [connection.phase === "live" ? dial(next, now) : next, false];
  }
  if (connection.pingAt !== null && now >= connection.pingAt) return ping(connection, now);
  return [connection, false];
}

/**
 * The network or the person came back: try at once, or make sure.
 *
 * After sleep a socket claims to be open long after its peer forgot it, so a
 * live one is asked. Returns [connection, whether a ping is to be sent].
 * @param {Connection} connection
 * @param {number} now
 * @returns {[Connection, boolean]}
 */
export function wake(connection, now) {
  const since = now + WELCOME_WAIT_MS - (connection.deadline ?? Infinity);
  const stale = ["connecting", "greeting"].includes(connection.phase) && (connection.late || since >= STALE_MS);
  if (connection.phase === "waiting" || stale) return [dial({ ...connection, attempt: 0 }, now), false];
  return connection.phase === "live" ? ping(connection, now) : [connection, false];
}

/** @param {Connection} connection @param {number} now @returns {[Connection, boolean]} */
function ping(connection, now) {
  const deadline = Math.min(connection.deadline ?? Infinity, now + PONG_WAIT_MS);
  return [{ ...connection, pingAt: null, deadline }, true];
}

/**
 * Return when `tick` is wanted next, or null.
 * @param {Connection} connection
 * @returns {number|null}
 */
export function due(connection) {
  const times = [connection.retryAt, connection.pingAt, connection.deadline].filter((time) => time !== null);
  return times.length ? Math.min(...times) : null;
}
