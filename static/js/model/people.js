/**
 * Who is in which room.
 *
 * `names` is null where the hub gives counts only, as it does in large rooms;
 * joins and leaves are then not reported one by one, and not shown. It knows no
 * list on the screen.
 */

/** @import { Presence, Room, State } from "./types.js" */

import * as rooms from "./room.js";
import { changeRoom } from "./update.js";

/**
 * @param {State} state
 * @param {{ room: string, nicks?: string[], count: number }} event
 * @returns {State}
 */
export function setMembers(state, event) {
  const room = state.rooms.get(event.room);
  if (!room) return state;
  const names = event.nicks ? sorted(event.nicks) : null;
  return changeRoom(state, room.name, { ...room, names, count: event.count });
}

/**
 * @param {State} state
 * @param {{ room: string, nick: string, at: number }} event
 * @returns {State}
 */
export function someoneJoined(state, { room: name, nick, at }) {
  const room = state.rooms.get(name);
  if (!room || nick === state.nick || room.names?.includes(nick)) return state;
  const names = room.names && sorted([...room.names, nick]);
  return noted(state, withNames(room, names), { what: "joined", nick, at });
}

/**
 * @param {State} state
 * @param {{ room: string, nick: string, at: number }} event
 * @returns {State}
 */
export function someoneLeft(state, { room: name, nick, at }) {
  const room = state.rooms.get(name);
  if (!room || (room.names && !room.names.includes(nick))) return state;
  const names = room.names && room.names.filter((one) => one !== nick);
  return noted(state, withNames(room, names), { what: "left", nick, at });
}

/** @param {State} state @param {{ nick: string, to: string, at: number }} event @returns {State} */
export function someoneRenamed(state, { nick, to, at }) {
  return [...state.rooms.values()].reduce((next, room) => {
    if (!room.names?.includes(nick)) return next;
    const names = sorted(room.names.map((one) => (one === nick ? to : one)));
    return noted(next, withNames(room, names), { what: "renamed", nick, to, at });
  }, state);
}

/** @param {Room} room @param {string[]|null} names @returns {Room} */
function withNames(room, names) {
  return names ? { ...room, names, count: names.length } : room;
}

/** @param {State} state @param {Room} room @param {Omit<Presence, "tone">} what @returns {State} */
function noted(state, room, what) {
  return changeRoom(state, room.name, rooms.note(room, { tone: "presence", ...what }));
}

/**
 * The order does not depend on where the reader lives, so nothing jumps.
 * @param {string[]} names
 * @returns {string[]}
 */
function sorted(names) {
  return [...names].sort((one, other) => {
    const [a, b] = [one.toLowerCase(), other.toLowerCase()];
    return a < b ? -1 : a > b ? 1 : 0;
  });
}
