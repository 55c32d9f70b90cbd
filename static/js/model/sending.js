/**
 * When lines of the outbox are sent: in order, once, and only while connected.
 *
 * It knows no socket: requests are put into the state.
 */

/** @import { Item, State } from "./types.js" */

import * as outboxes from "./outbox.js";
import * as rooms from "./room.js";
import { WORDS } from "./strings.js";
import { send } from "./update.js";

/** How far a browser's clock and the hub's may differ. */
const CLOCKS_APART_MS = 60_000;

/**
 * Send waiting lines, in order, as soon as they may be sent.
 * @param {State} state
 * @returns {State}
 */
export function flush(state) {
  if (state.connection.phase !== "live" || state.restoring || !state.outbox.length) return state;
  const ready = sendable(state);
  const unsure = ready.find((item) => isUnsure(state, item));
  if (unsure) return flush({ ...state, outbox: outboxes.refuse(state.outbox, unsure.id, "unsure", WORDS.unsure) });
  if (!ready.length) return state;
  const ids = new Set(ready.map((item) => item.id));
  const outbox = outboxes.sent(state.outbox, ids, outboxes.sessionMark(state.session));
  return send({ ...state, outbox }, ...ready.map(outboxes.request));
}

/**
 * Return the lines that may be sent now; none overtakes another in its room.
 * @param {State} state
 * @returns {Item[]}
 */
function sendable(state) {
  const held = new Set();
  return state.outbox.filter((item) => {
    if (item.status !== "waiting" || held.has(item.room)) return false;
    if (maySend(state, item)) return true;
    held.add(item.room);
    return false;
  });
}

/**
 * The hub knows the ids of its session, and drops the doubles. It does not know
 * those of another: a line that was on its way in one waits until the log has
 * been read, because it may turn out to be in it already.
 * @param {State} state
 * @param {Item} item
 * @returns {boolean}
 */
function maySend(state, item) {
  if (!outboxes.isForeign(item, state.session)) return true;
  if (item.to !== undefined || !state.wanted.includes(item.room)) return true;
  const room = state.rooms.get(item.room);
  return room !== undefined && rooms.caughtUp(room);
}

/**
 * Whether a line of an earlier visit may be in the log, above what is read of it.
 *
 * Its ack was lost, the session that would tell is gone, and nobody but its
 * writer can find out: so it is not said twice, nor dropped without a word.
 * @param {State} state
 * @param {Item} item
 * @returns {boolean}
 */
function isUnsure(state, item) {
  if (!item.old || !outboxes.isForeign(item, state.session) || item.to !== undefined) return false;
  const room = state.rooms.get(item.room);
  const first = room?.entries.find((entry) => entry.kind === "message");
  return room !== undefined && first !== undefined && rooms.hasOlder(room) && first.at > item.at - CLOCKS_APART_MS;
}
