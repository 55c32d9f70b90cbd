/**
 * The way to the first line that is new: which one it is, whether it was seen, and
 * going there.
 *
 * Nothing of a room counts as read before the first new line was on the screen,
 * the reader said so, or said something. It knows no screen and no socket.
 */

/**
 * @import { First, Room, State } from "./types.js"
 * @import { HubMessage } from "../text/wire.js"
 */

import { hiding } from "./prefs.js";
import * as rooms from "./room.js";
import { goTo } from "./search.js";
import { ask, changeRoom, currentRoom } from "./update.js";

/**
 * Return the first new line of a room as far as it is known; null if nothing is new
 * that one could go to. `at` is null until the hub has told it.
 * @param {State} state
 * @param {Room} room
 * @returns {First|null}
 */
export function firstUnread(state, room) {
  const { mark } = room;
  if (mark === null || rooms.unread(room) === 0) return null;
  const inWindow = room.peer !== null || (rooms.firstSeq(room) ?? Infinity) <= mark + 1;
  if (!inWindow) return room.first ?? { seq: mark + 1, at: null };
  const hidden = hiding(state);
  const found = room.entries.find((entry) => entry.kind === "message" && entry.seq > mark
    && entry.nick !== state.nick && !hidden(entry));
  return found?.kind === "message" ? { seq: found.seq, at: found.at } : null;
}

/**
 * Whether there are new lines of which the first has not been on the screen.
 * @param {Room} room
 * @returns {boolean}
 */
export function isNews(room) {
  return room.unseen && room.mark !== null && rooms.unread(room) > 0;
}

/**
 * Ask the hub for the first new line where it is not in the window.
 * @param {State} state
 * @returns {State}
 */
export function askFirst(state) {
  const room = currentRoom(state);
  if (!room || !isNews(room) || room.first || room.mark === null || room.peer !== null) return state;
  if (!rooms.caughtUp(room) || state.connection.phase !== "live") return state;
  const first = rooms.firstSeq(room);
  if (first === null || first <= room.mark + 1) return state;
  const asked = changeRoom(state, room.name, { ...room, first: { seq: room.mark + 1, at: null } });
  return ask(asked, "first", { type: "history", room: room.name, after: room.mark, limit: 1 });
}

/**
 * The hub's answer. What is not kept any more is not the first.
 * @param {State} state
 * @param {Room} room
 * @param {HubMessage[]} messages
 * @returns {State}
 */
export function knowFirst(state, room, [message]) {
  if (!message || !room.first) return state;
  return changeRoom(state, room.name, { ...room, first: { seq: message.seq, at: message.at } });
}

/**
 * The first new line is on the screen: that counts if somebody looks at it.
 * @param {State} state
 * @returns {State}
 */
export function sawFirst(state) {
  const room = currentRoom(state);
  const { visible, focused } = state.look;
  return room && visible && focused && isNews(room) ? changeRoom(state, room.name, { ...room, unseen: false }) : state;
}

/**
 * Show the first new line, if there is one.
 * @param {State} state
 * @returns {State}
 */
export function goToFirst(state) {
  const room = currentRoom(state);
  const first = room && firstUnread(state, room);
  return first ? goTo(state, { room: room.name, seq: first.seq }) : state;
}
