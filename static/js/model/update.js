/**
 * Small steps that several parts of the state's logic take. Pure.
 */

import * as outboxes from "./outbox.js";
import * as rooms from "./room.js";

/** How many lines a room shows at first. */
export const FIRST_PAGE = 50;

/** Put requests behind those that the centre is to send. */
export function send(state, ...requests) {
  return { ...state, outgoing: [...state.outgoing, ...requests] };
}

/** Send a request and remember what its reply is about. */
export function ask(state, what, request) {
  const ref = state.refs + 1;
  const asks = { ...state.asks, [ref]: { what, room: request.room } };
  return send({ ...state, refs: ref, asks }, { ...request, ref });
}

/** Return [what a reply answers, the state without that question]. */
export function answered(state, event) {
  const question = state.asks[event.ref];
  if (!question) return [null, state];
  const { [event.ref]: _, ...asks } = state.asks;
  return [question, { ...state, asks }];
}

export function changeRoom(state, name, room) {
  if (state.rooms.get(name) === room) return state;
  return { ...state, rooms: new Map(state.rooms).set(name, room) };
}

/** Add a line that is not in the log to a room, if the page has that room. */
export function addNote(state, name, what) {
  const room = state.rooms.get(name);
  return room ? changeRoom(state, name, rooms.note(room, what)) : state;
}

/**
 * Whether somebody reads the newest lines of the room that is shown. A window
 * beside the one that somebody works in is seen, but not read.
 */
export function isLooking({ look }) {
  return look.visible && look.focused && look.atEnd;
}

/** Whether somebody reads further up in this room, so that nothing may move. */
export function isReading(state, name) {
  return name === state.current && !state.look.atEnd;
}

/** Bring the reader to the end of the room's window. */
export function toEnd(state, room) {
  const look = room.name === state.current ? { ...state.look, atEnd: true } : state.look;
  return changeRoom({ ...state, look }, room.name, { ...room, jump: room.jump + 1, aim: null });
}

export function withError(state, text) {
  return { ...state, error: text };
}

export function settleItem(state, id) {
  return { ...state, outbox: outboxes.remove(state.outbox, id) };
}

/** Return the hello that begins or resumes the conversation. */
export function helloRequest(state) {
  const from = (name) => {
    const room = state.rooms.get(name);
    const after = room ? rooms.position(room) : null;
    return after === null ? { last: FIRST_PAGE } : { after };
  };
  const join = Object.fromEntries(state.wanted.map((name) => [name, from(name)]));
  const hello = { type: "hello", nick: state.nick, join };
  if (state.session.resume) hello.resume = state.session.resume;
  if (state.session.log) hello.log = state.session.log;
  return hello;
}
