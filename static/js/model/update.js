/**
 * Steps that several parts of the model take: sending, asking, changing a room.
 *
 * It knows no events: each step takes a state and returns the next one.
 */

/**
 * @import { Look, Note, Purpose, Question, Room, State } from "./types.js"
 * @import { Hello, HubRequest, Query } from "../text/wire.js"
 */

import * as outboxes from "./outbox.js";
import * as rooms from "./room.js";

/** How many lines a room shows at first. */
export const FIRST_PAGE = 50;

/** Where a person is who comes without naming a room, or names none that there can be. */
export const DEFAULT_ROOM = "lobby";

/**
 * Append requests to those that app.js is to send.
 * @param {State} state
 * @param {...HubRequest} requests
 * @returns {State}
 */
export function send(state, ...requests) {
  return { ...state, outgoing: [...state.outgoing, ...requests] };
}

/**
 * Send a request and remember what its reply is about.
 * @param {State} state
 * @param {Purpose} what
 * @param {Query} request
 * @returns {State}
 */
export function ask(state, what, request) {
  const ref = state.refs + 1;
  const asks = { ...state.asks, [ref]: { what, room: "room" in request ? request.room : undefined } };
  return send({ ...state, refs: ref, asks }, { ...request, ref });
}

/**
 * Return [what a reply answers, the state without that question].
 * @param {State} state
 * @param {{ ref?: number }} event
 * @returns {[Question | null, State]}
 */
export function answered(state, event) {
  const { ref = 0 } = event;
  const question = state.asks[ref];
  if (!question) return [null, state];
  const { [ref]: _, ...asks } = state.asks;
  return [question, { ...state, asks }];
}

/** @param {State} state @param {string} name @param {Room} room @returns {State} */
export function changeRoom(state, name, room) {
  if (state.rooms.get(name) === room) return state;
  return { ...state, rooms: new Map(state.rooms).set(name, room) };
}

/**
 * Return the room that is shown, if any.
 * @param {{ rooms: Map<string, Room>, current: string | null }} state
 * @returns {Room|undefined}
 */
export function currentRoom({ rooms: all, current }) {
  return current === null ? undefined : all.get(current);
}

/**
 * Add a line that is not in the log to a room, if the page has that room.
 * @param {State} state
 * @param {string|null} name
 * @param {Note} what
 * @returns {State}
 */
export function addNote(state, name, what) {
  const room = name === null ? undefined : state.rooms.get(name);
  return room ? changeRoom(state, room.name, rooms.note(room, what)) : state;
}

/**
 * Add what somebody asked for, and bring it into sight.
 * @param {State} state
 * @param {string|null} name
 * @param {Note} what
 * @returns {State}
 */
export function addAnswer(state, name, what) {
  const noted = addNote(state, name, what);
  const room = noted.current === name ? currentRoom(noted) : undefined;
  return room ? toEnd(noted, room) : noted;
}

/**
 * Whether somebody reads the newest lines of the room that is shown. A window
 * beside the one that somebody works in is seen, but not read.
 * @param {{ look: Look }} state
 * @returns {boolean}
 */
export function isLooking({ look }) {
  return look.visible && look.focused && look.atEnd;
}

/**
 * Whether somebody reads further up in this room, or left it there, so that nothing
 * may move.
 * @param {State} state
 * @param {string} name
 * @returns {boolean}
 */
export function isReading(state, name) {
  return name === state.current ? !state.look.atEnd : Boolean(state.rooms.get(name)?.up);
}

/**
 * Bring the reader to the end of the room's window.
 * @param {State} state
 * @param {Room} room
 * @returns {State}
 */
export function toEnd(state, room) {
  const look = room.name === state.current ? { ...state.look, atEnd: true } : state.look;
  return changeRoom({ ...state, look }, room.name, { ...room, jump: room.jump + 1, aim: null, up: false });
}

/**
 * Add the rooms that are wanted, before the hub has let anybody in: what is written
 * meanwhile has a place. Nothing is known of such a room but its name.
 * @param {State} state
 * @returns {State}
 */
export function withWanted(state) {
  const missing = state.wanted.filter((name) => !state.rooms.has(name));
  if (!missing.length) return state;
  const fresh = missing.map(
    /** @returns {[string, Room]} */
    (name) => [name, rooms.newRoom(name)],
  );
  return { ...state, rooms: new Map([...state.rooms, ...fresh]) };
}

/** How many of the last renames are known; those before have been taken up long ago. */
const RENAMES = 50;

/**
 * Call a room otherwise, with all that waits for it.
 * @param {State} state
 * @param {Room} room
 * @param {string} to
 * @returns {State}
 */
export function renameRoom(state, room, to) {
  const from = room.name;
  if (from === to) return state;
  const renamed = [...state.rooms].filter(([name]) => name !== to).map(
    /** @returns {[string, Room]} */
    ([name, one]) => (name === from ? [to, { ...room, name: to }] : [name, one]),
  );
  return {
    ...state, rooms: new Map(renamed), current: state.current === from ? to : state.current,
    outbox: state.outbox.map((item) => (item.room === from ? { ...item, room: to } : item)),
    renames: [...state.renames, { from, to }].slice(-RENAMES),
  };
}

/** @param {State} state @param {string} text @returns {State} */
export function withError(state, text) {
  return { ...state, error: text };
}

/** @param {State} state @param {string|undefined} id @returns {State} */
export function settleItem(state, id) {
  return { ...state, outbox: outboxes.remove(state.outbox, id) };
}

/**
 * Return the hello that begins or resumes the conversation.
 * @param {State} state
 * @returns {Hello}
 */
export function helloRequest(state) {
  /** @param {string} name */
  const from = (name) => {
    const room = state.rooms.get(name);
    const after = room ? rooms.position(room) : null;
    return after === null ? { last: FIRST_PAGE } : { after };
  };
  const join = Object.fromEntries(state.wanted.map((name) => [name, from(name)]));
  const { pass, session: { resume, log } } = state;
  return {
    // Without a nick the hub gives one, as it does to whoever comes by nc.
    type: "hello", ...(state.nick ? { nick: state.nick } : {}), join, ...(resume ? { resume } : {}), ...(log ? { log } : {}),
    ...(pass ? { passphrase: pass } : {}),
  };
}
