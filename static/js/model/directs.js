/**
 * Conversations with one person.
 *
 * The hub passes direct messages on and keeps none, so the page keeps each such
 * conversation as a small log of its own: a room that has a `peer`, whose lines
 * are numbered here. The hub has no room whose name begins with an @. It knows no
 * storage: what is kept is returned as plain values.
 */

/**
 * @import { MessageEntry, Room, State } from "./types.js"
 * @import { HubMessage } from "../text/wire.js"
 */

/**
 * A conversation as it is kept: by the tab, and for the tab that takes over.
 *
 * @typedef {{ peer: string, read: number, newest: number, messages: MessageEntry[] }} KeptDirect
 * @typedef {{ id?: string, at: number, from: string, text: string, action: boolean }} DirectMessage
 */

import * as rooms from "./room.js";
import { changeRoom, renameRoom } from "./update.js";

/** How many lines of a conversation are kept. */
export const DIRECT_LINES = 500;

/** @param {string} nick @returns {string} */
export function directName(nick) {
  return `@${nick}`;
}

/**
 * Return all conversations with one person.
 * @param {{ rooms: Map<string, Room> }} state
 * @returns {(Room & { peer: string })[]}
 */
export function directsOf(state) {
  return [...state.rooms.values()].filter(isDirect);
}

/** @param {Room} room @returns {room is Room & { peer: string }} */
function isDirect(room) {
  return room.peer !== null;
}

/**
 * Return the conversation with `nick`, in whatever case, or undefined.
 * @param {State} state
 * @param {string} nick
 * @returns {Room|undefined}
 */
export function directWith(state, nick) {
  const name = nick.toLowerCase();
  return directsOf(state).find((room) => room.peer.toLowerCase() === name);
}

/**
 * Return [the conversation with `nick`, the state that has it].
 * @param {State} state
 * @param {string} nick
 * @returns {[Room, State]}
 */
export function withDirect(state, nick) {
  const known = directWith(state, nick);
  if (known) return [known, state];
  const direct = {
    ...rooms.newRoom(directName(nick)),
    peer: nick, joined: true, exhausted: true, newest: 0, read: 0, mark: 0, head: 0,
  };
  return [direct, changeRoom(state, direct.name, direct)];
}

/**
 * Add a message to or from a person, unless it is there already.
 * @param {State} state
 * @param {string} nick
 * @param {DirectMessage} message
 * @returns {State}
 */
export function addDirectMessage(state, nick, { id, at, from, text, action }) {
  const own = from === state.nick;
  const [direct, next] = withDirect(state, nick);
  const double = id !== undefined
    && direct.entries.some(
      (entry) => entry.kind === "message" && entry.id === id && entry.nick === from,
    );
  if (double) return state;
  /** @type {HubMessage} */
  const message = {
    type: "message", room: direct.name, seq: (direct.newest ?? 0) + 1, id, at, nick: from, text,
    kind: action ? "action" : undefined,
  };
  const grown = rooms.append(direct, [message], false);
  // Replying counts as reading.
  const read = own ? grown.newest : grown.read;
  return changeRoom(next, direct.name, { ...grown, read, entries: grown.entries.slice(-DIRECT_LINES) });
}

/**
 * A person changed nick: the conversation continues under the new one, with what is
 * half written in it. Who has the old nick next is somebody else.
 * @param {State} state
 * @param {string} nick
 * @param {string} to
 * @returns {State}
 */
export function renameDirect(state, nick, to) {
  const direct = directWith(state, nick);
  if (!direct) return state;
  const there = directWith(state, to);
  const name = directName(to);
  const joint = there && there !== direct ? joined(there, direct) : direct;
  const others = new Map(state.rooms);
  if (there && there !== direct) others.delete(there.name);
  const from = direct.name;
  const outbox = state.outbox.map((item) => (item.shown === from || (there && item.shown === there.name)
    ? { ...item, to, shown: name } : item));
  const current = there && state.current === there.name ? name : state.current;
  const next = { ...state, rooms: others, outbox, current };
  return renameRoom(next, { ...joint, name: from, peer: to }, name);
}

/**
 * Take back the conversation that was closed last, to what came since.
 * @param {State} state
 * @returns {State}
 */
export function reopenDirect(state) {
  const { closed } = state;
  if (!closed) return state;
  const since = state.rooms.get(closed.name);
  const back = since ? joined(since, closed) : closed;
  return changeRoom({ ...state, closed: null }, closed.name, back);
}

/**
 * Join two conversations with one person, in the order of time.
 * @param {Room} one
 * @param {Room} other
 * @returns {Room}
 */
function joined(one, other) {
  const unread = rooms.unread(one) + rooms.unread(other);
  const entries = [...one.entries, ...other.entries]
    .filter((entry) => entry.kind === "message")
    .sort((before, after) => before.at - after.at)
    .map((entry, place) => ({ ...entry, seq: place + 1, key: `m${place + 1}` }));
  const newest = entries.length;
  const read = Math.max(0, newest - unread);
  return { ...other, entries, newest, read, mark: other.mark === null ? null : read };
}

/**
 * Return what is worth keeping while the tab is open, as plain values.
 * @param {State} state
 * @returns {KeptDirect[]}
 */
export function keptDirects(state) {
  return directsOf(state).map((room) => ({
    peer: room.peer, read: room.read ?? 0, newest: room.newest ?? 0,
    messages: room.entries.filter((entry) => entry.kind === "message").slice(-DIRECT_LINES),
  }));
}

/**
 * Return the state with the conversations that were kept; invalid ones are left out.
 * @param {State} state
 * @param {unknown} kept
 * @returns {State}
 */
export function restoreDirects(state, kept) {
  if (!Array.isArray(kept)) return state;
  return kept.filter(isWhole).reduce((before, { peer, read, newest, messages }) => {
    const [direct, next] = withDirect(before, peer);
    if (direct.entries.length) return next;
    const entries = messages.filter((entry) => entry?.kind === "message" && typeof entry.text === "string"
      && typeof entry.nick === "string" && Number.isInteger(entry.seq) && entry.seq <= newest);
    return changeRoom(next, direct.name, { ...direct, entries, newest, read: Math.min(read, newest) });
  }, state);
}

/** @param {any} direct @returns {direct is KeptDirect} */
function isWhole(direct) {
  return typeof direct?.peer === "string" && Number.isInteger(direct.newest)
    && Number.isInteger(direct.read) && Array.isArray(direct.messages);
}
