/**
 * The connection as a value: what phase it is in and when to do what next.
 *
 * Knows no socket and no clock. `dial` is the number of the socket that should
 * be open now, 0 for none; the centre opens and closes sockets until that is
 * so. Times are milliseconds of a clock that never goes back, handed in.
 *
 * Phases: idle (nobody has a nick yet), connecting, greeting (hello is sent),
 * nickPrompt (the nick was refused), live, waiting (for the next try), replaced
 * (the session goes on in another tab, until this one takes it over).
 *
 * There is always a plan: connecting and greeting have a deadline, live has one
 * or a time for the next ping, waiting a time for the next try; idle, nickPrompt
 * and replaced wait for a person or for another tab.
 */

export const RETRY_FIRST_MS = 2_000;
export const RETRY_MOST_MS = 30_000;

/** A socket that is not welcomed by then is given up. */
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

export const initialLink = {
  phase: "idle",
  dial: 0,
  dials: 0,
  attempt: 0,
  retryAt: null,
  pingAt: null,
  deadline: null,
  // Whether the deadline has passed, and only the grace is left.
  late: false,
  online: true,
  hintMs: null,
  // What the hub gave as its reason when it said good-bye, until the next welcome.
  why: "",
};

/** Whether this page has the conversation: a socket, or the will to get one. */
export function ownsSession(link) {
  return link.phase !== "idle" && link.phase !== "replaced";
}

/** Return how long to wait before the try after `attempt` failed ones. */
export function retryDelay(attempt, random) {
  const most = Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** attempt);
  // The whole range is used but for its start: thousands of pages that lost
  // the same server come back spread out, and none knocks without a pause.
  return Math.round(most * (0.1 + 0.9 * random));
}

export function dial(link, now) {
  const number = link.dials + 1;
  return {
    ...link, phase: "connecting", dial: number, dials: number,
    retryAt: null, pingAt: null, deadline: now + WELCOME_WAIT_MS, late: false, hintMs: null,
  };
}

export function opened(link, now) {
  return { ...link, phase: "greeting", deadline: now + WELCOME_WAIT_MS, late: false };
}

export function welcomed(link, now) {
  return heard({ ...link, phase: "live", attempt: 0, why: "" }, now);
}

/** The hub refused the nick: the socket stays, the user has all the time. */
export function named(link) {
  return { ...link, phase: "nickPrompt", deadline: null, late: false, pingAt: null };
}

export function heard(link, now) {
  if (link.phase !== "live") return link;
  return { ...link, deadline: null, late: false, pingAt: now + QUIET_MS };
}

export function replaced(link) {
  return { ...parted(link), phase: "replaced", retryAt: null, hintMs: null, why: "" };
}

/** The hub says good-bye: why, and when it is worth coming back. */
export function parting(link, { reason, retry_ms: hint }) {
  return { ...link, why: reason, hintMs: hint ?? null };
}

function parted(link) {
  return { ...link, dial: 0, pingAt: null, deadline: null, late: false };
}

/** The socket is gone, or is to be gone: decide when to try again. */
export function lost(link, now, random) {
  const gone = parted(link);
  if (["idle", "nickPrompt", "replaced"].includes(link.phase)) return gone;
  const delay = link.hintMs === null
    ? retryDelay(link.attempt, random)
    : Math.min(RETRY_MOST_MS, link.hintMs) + COME_BACK_SPREAD_MS * random;
  return {
    ...gone, phase: "waiting", attempt: link.attempt + 1, retryAt: now + delay, hintMs: null,
  };
}

/** Do what is due. Returns [link, whether a ping is to be sent]. */
export function tick(link, now, random) {
  if (link.phase === "waiting" && now >= link.retryAt) return [dial(link, now), false];
  if (link.deadline !== null && now >= link.deadline) {
    if (!link.late) return [{ ...link, late: true, deadline: now + GRACE_MS }, false];
    const next = lost(link, now, random);
    // A connection that was good until it fell silent is worth a try at once.
    return [link.phase === "live" ? dial(next, now) : next, false];
  }
  if (link.pingAt !== null && now >= link.pingAt) return ping(link, now);
  return [link, false];
}

/**
 * The network or the person came back: try at once, or make sure.
 *
 * After sleep a socket claims to be open long after its peer forgot it, so a
 * live one is asked. Returns [link, whether a ping is to be sent].
 */
export function wake(link, now) {
  const since = now + WELCOME_WAIT_MS - (link.deadline ?? Infinity);
  const stale = ["connecting", "greeting"].includes(link.phase) && (link.late || since >= STALE_MS);
  if (link.phase === "waiting" || stale) return [dial({ ...link, attempt: 0 }, now), false];
  return link.phase === "live" ? ping(link, now) : [link, false];
}

function ping(link, now) {
  const deadline = Math.min(link.deadline ?? Infinity, now + PONG_WAIT_MS);
  return [{ ...link, pingAt: null, deadline }, true];
}

/** Return when `tick` is wanted next, or null. */
export function due(link) {
  const times = [link.retryAt, link.pingAt, link.deadline].filter((time) => time !== null);
  return times.length ? Math.min(...times) : null;
}
