/**
 * Who is in which room.
 *
 * In large rooms the hub names 200 people and reports joins and leaves as a number
 * only. `names` are then those that are known, fewer than `count`; who is looked
 * for by name, the hub is asked about (`sought`), and whom it names is known from
 * then on. It knows no list on the screen.
 */

/** @import { Presence, Room, State } from "./types.js" */

import { foldCase } from "../text/wire.js";
import * as rooms from "./room.js";
import { ask, changeRoom, currentRoom } from "./update.js";

/** So many names of a large room are kept at most. */
const KNOWN_MOST = 2_000;

/**
 * @param {State} state
 * @param {{ room: string, nicks?: string[], count: number, text?: string, matching?: number }} event
 * @returns {State}
 */
export function setMembers(state, { room: name, nicks, count, text, matching }) {
  const room = state.rooms.get(name);
  if (!room) return state;
  const whole = nicks !== undefined && text === undefined && nicks.length >= count;
  const names = whole ? nicks : joined(room.names ?? [state.nick], nicks ?? [], text, matching);
  const known = { ...room, count, names: nicks ? sorted(names) : room.names };
  if (whole) return changeRoom(state, name, { ...known, sought: null });
  if (text === undefined || text !== room.sought?.text) return changeRoom(state, name, known);
  return changeRoom(state, name, { ...known, sought: { text, count: matching ?? null } });
}

/**
 * Add those who were named to those who are known. If everybody who fits a text was
 * named, whoever else fits it has gone.
 * @param {string[]} known
 * @param {string[]} named
 * @param {string|undefined} text
 * @param {number|undefined} matching
 * @returns {string[]}
 */
function joined(known, named, text, matching) {
  const all = text !== undefined && matching === named.length;
  const kept = all ? known.filter((nick) => !fits(nick, text)) : known;
  return [...new Set([...named, ...kept])].slice(0, KNOWN_MOST);
}

/**
 * Whether a nick holds a text, in whatever case.
 * @param {string} nick
 * @param {string} text
 * @returns {boolean}
 */
export function fits(nick, text) {
  return foldCase(nick).includes(foldCase(text));
}

/**
 * Look for a person in the room that is shown: where not everybody is known, ask the hub.
 * @param {State} state
 * @param {string} raw
 * @returns {State}
 */
export function seek(state, raw) {
  const room = currentRoom(state);
  const text = raw.trim();
  if (!room || text === (room.sought?.text ?? "")) return state;
  if (!text || !isPartial(room)) return room.sought ? changeRoom(state, room.name, { ...room, sought: null }) : state;
  const next = changeRoom(state, room.name, { ...room, sought: { text, count: null } });
  if (state.connection.phase !== "live") return next;
  return ask(next, "people", { type: "members", room: room.name, text });
}

/**
 * Whether more people are in a room than are known.
 * @param {Room} room
 * @returns {boolean}
 */
export function isPartial({ names, count }) {
  return (names?.length ?? 0) !== count;
}

/**
 * @param {State} state
 * @param {{ room: string, nick: string, at: number }} event
 * @returns {State}
 */
export function someoneJoined(state, { room: name, nick, at }) {
  const room = state.rooms.get(name);
  if (!room || nick === state.nick || room.names?.includes(nick)) return state;
  return moved(state, room, [...room.names ?? [], nick], { what: "joined", nick, at });
}

/**
 * @param {State} state
 * @param {{ room: string, nick: string, at: number }} event
 * @returns {State}
 */
export function someoneLeft(state, { room: name, nick, at }) {
  const room = state.rooms.get(name);
  if (!room || (room.names && !room.names.includes(nick) && !isPartial(room))) return state;
  const names = (room.names ?? []).filter((one) => one !== nick);
  return moved(state, room, names, { what: "left", nick, at });
}

/** @param {State} state @param {{ nick: string, to: string, at: number }} event @returns {State} */
export function someoneRenamed(state, { nick, to, at }) {
  return [...state.rooms.values()].reduce((next, room) => {
    if (!room.names?.includes(nick)) return next;
    const names = sorted(room.names.map((one) => (one === nick ? to : one)));
    return noted(next, { ...room, names }, { what: "renamed", nick, to, at });
  }, state);
}

/**
 * Somebody came or went. That the hub says who means that the room is not large
 * (any more): if not everybody was known, the hub is asked who is there now.
 * @param {State} state
 * @param {Room} room
 * @param {string[]} names
 * @param {Omit<Presence, "tone">} what
 * @returns {State}
 */
function moved(state, room, names, what) {
  const partial = isPartial(room);
  const count = partial ? room.count : names.length;
  const next = noted(state, { ...room, names: sorted(names), count }, what);
  const asked = Object.values(state.asks).some((one) => one.what === "people" && one.room === room.name);
  if (!partial || asked || state.connection.phase !== "live") return next;
  return ask(next, "people", { type: "members", room: room.name });
}

/** @param {State} state @param {Room} room @param {Omit<Presence, "tone">} what @returns {State} */
function noted(state, room, what) {
  return changeRoom(state, room.name, rooms.note(room, { tone: "presence", ...what }));
}

/**
 * The order does not depend on the reader's locale.
 * @param {string[]} names
 * @returns {string[]}
 */
export function sorted(names) {
  return [...names].sort((one, other) => {
    const [a, b] = [one.toLowerCase(), other.toLowerCase()];
    return a < b ? -1 : a > b ? 1 : 0;
  });
}
