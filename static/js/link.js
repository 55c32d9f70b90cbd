/**
 * The connection as a value: what phase it is in and when to do what next.
 *
 * Knows no socket and no clock. `dial` is the number of the socket that should
 * be open now, 0 for none; the centre opens and closes sockets until that is
 * so. Times are milliseconds of a clock that never goes back, handed in.
 *
 * Phases: idle (nobody has a nick yet), connecting, greeting (hello is sent),
 * naming (the nick was refused), live, waiting (for the next try), replaced
 * (the session goes on elsewhere; only the user brings it back here).
 */

export const RETRY_FIRST_MS = 2_000;
export const RETRY_MOST_MS = 30_000;

/** A socket that is not welcomed by then is given up. */
export const WELCOME_WAIT_MS = 15_000;

/** So long nothing may be heard before the page asks whether anyone is there.
 * Together with PONG_WAIT_MS a dead connection is found in under 20 s. */
export const QUIET_MS = 12_000;
export const PONG_WAIT_MS = 5_000;

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
  online: true,
  hintMs: null,
};

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
    retryAt: null, pingAt: null, deadline: now + WELCOME_WAIT_MS, hintMs: null,
  };
}

export function opened(link, now) {
  return { ...link, phase: "greeting", deadline: now + WELCOME_WAIT_MS };
}

export function welcomed(link, now) {
  return { ...link, phase: "live", attempt: 0, deadline: null, pingAt: now + QUIET_MS };
}

/** The hub refused the nick: the socket stays, the user has all the time. */
export function named(link) {
  return { ...link, phase: "naming", deadline: null, pingAt: null };
}

export function heard(link, now) {
  return link.phase === "live" ? { ...link, deadline: null, pingAt: now + QUIET_MS } : link;
}

export function replaced(link) {
  return { ...link, phase: "replaced", dial: 0, retryAt: null, pingAt: null, deadline: null };
}

/** The socket is gone, or is to be gone: decide when to try again. */
export function lost(link, now, random) {
  const gone = { ...link, dial: 0, pingAt: null, deadline: null };
  if (["idle", "naming", "replaced"].includes(link.phase)) return gone;
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
  if (link.phase === "waiting") return [dial({ ...link, attempt: 0 }, now), false];
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
