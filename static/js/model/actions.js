/**
 * What a person types and chooses, and the state after it.
 *
 * It knows no text box and no buttons: commands and names in, the next state out.
 */

/**
 * @import { Draft, State, Words } from "./types.js"
 * @import { Command } from "../text/commands.js"
 */

import { parse } from "../text/commands.js";
import { byteLength, foldCase } from "../text/wire.js";
import { prefer } from "./alerts.js";
import { joinTalks, withDirect } from "./directs.js";
import * as outboxes from "./outbox.js";
import { ignoring, withIgnored } from "./prefs.js";
import * as rooms from "./room.js";
import { goTo, search } from "./search.js";
import {
  fullWords, ignoredWords, ignoringWords, notIgnoredWords, quitWords, seenAgainWords, tooLongWords, unknownWords, usageWords, WORDS,
} from "./strings.js";
import { addAnswer, ask, changeRoom, currentRoom, FIRST_PAGE, toEnd, withError, withWanted } from "./update.js";

/**
 * Take what was typed. `accepted` grows if it was, so that the box may empty;
 * otherwise `error` says why not, and the text stays where it is.
 * @param {State} state
 * @param {{ text: string, id: string, at: number, web: string }} event
 * @returns {State}
 */
export function typed(state, { text, id, at, web }) {
  const command = parse(text);
  if (!command) return state;
  /** @type {(state: State, command: any, stamp: Stamp, web: string) => State | string} */
  const act = acts[command.do];
  const next = act(state, command, { id, at }, web);
  if (typeof next === "string") return withError(state, next);
  return { ...next, error: null, accepted: state.accepted + 1 };
}

/**
 * @typedef {{ id: string, at: number }} Stamp
 * @typedef {{
 *   [D in Command["do"]]:
 *     (state: State, command: Command & { do: D }, stamp: Stamp, web: string) => State | string
 * }} Acts
 */

/**
 * Each returns the next state, or a sentence that says what is wrong.
 * @type {Acts}
 */
const acts = {
  say(state, { text, kind }, stamp) {
    const peer = peerOf(state);
    if (peer !== null) return enqueue(state, { to: peer, shown: state.current, text, kind, ...stamp });
    return enqueue(state, { room: state.current, text, kind, ...stamp });
  },

  direct(state, { to, text }, stamp) {
    const opened = openDirect(state, to);
    return text ? enqueue(opened, { to, text, shown: opened.current, ...stamp }) : opened;
  },

  search: (state, { text }) => search(state, text),
  show: (state, { seq }) => (state.current === null ? state : goTo(state, { room: state.current, seq })),

  nick: (state, { nick }) => (isLive(state) ? ask(state, "typed-nick", { type: "nick", nick }) : WORDS.notNow),
  join: (state, { room }) => join(state, room),
  leave: (state) => leave(state, state.current),
  rooms: (state) => (isLive(state) ? ask({ ...state, listing: true }, "rooms", { type: "rooms" }) : WORDS.notNow),

  who(state) {
    if (state.current === null) return WORDS.nowhere;
    if (peerOf(state) !== null) return WORDS.noRoom;
    return isLive(state) ? ask(state, "who", { type: "members", room: state.current }) : WORDS.notNow;
  },

  // Others can use the address that this page was loaded from.
  invite: (state, _, stamp, web) => (isLive(state) ? ask(state, "invite", { type: "invite", web }) : WORDS.notNow),

  topic(state, { text, removes }) {
    if (state.current === null) return WORDS.nowhere;
    if (peerOf(state) !== null) return WORDS.noRoom;
    if (!isLive(state)) return WORDS.notNow;
    const room = state.current;
    return ask(state, "topic", text || removes ? { type: "topic", room, text } : { type: "topic", room });
  },

  ignore(state, { nick }, { at }) {
    const { ignored } = state.prefs;
    if (!nick) return notice(state, ignoringWords(ignored), at);
    if (foldCase(nick) === foldCase(state.nick)) return WORDS.notYourself;
    const next = prefer(state, { ignored: withIgnored(ignored, nick, true) });
    return notice(next, ignoredWords(nick), at);
  },

  unignore(state, { nick }, { at }) {
    if (!ignoring(state.prefs)(nick)) return notIgnoredWords(nick);
    const next = prefer(state, { ignored: withIgnored(state.prefs.ignored, nick, false) });
    return notice(next, seenAgainWords(nick), at);
  },

  since(state, { ago }, { at }) {
    const room = currentRoom(state);
    if (!room) return WORDS.nowhere;
    if (room.peer !== null) return WORDS.noRoom;
    if (!isLive(state)) return WORDS.notNow;
    return ask(state, "since", { type: "history", room: room.name, since: Math.max(0, at - ago), limit: 1 });
  },

  // A page cannot close itself.
  quit: (state, _, { at }) => notice(state, quitWords(), at),

  help: (state) => ({ ...state, helping: true }),
  problem: (_, { usage, example, unknown }) => (unknown === undefined ? usageWords(usage, example) : unknownWords(unknown)),
};

/** @param {State} state @param {string} text @param {number} at @returns {State} */
function notice(state, text, at) {
  return addAnswer(state, state.current, { tone: "notice", text, at });
}

/**
 * @param {State} state
 * @param {Draft | (Words & { room: null })} item
 * @returns {State|string}
 */
function enqueue(state, item) {
  if (item.room === null) return WORDS.nowhere;
  const size = byteLength(item.text);
  const most = state.limits.text;
  if (size > most) {
    return tooLongWords(size, most);
  }
  if (outboxes.isFull(state.outbox, item.text)) {
    return fullWords(state.outbox.length);
  }
  const shown = state.rooms.get(item.room ?? item.shown ?? "");
  // The window moves to the newest line, and everything before it counts as read.
  const jumped = shown ? toEnd(state, rooms.readUp(shown)) : state;
  return { ...jumped, outbox: outboxes.add(state.outbox, item) };
}

/** @param {State} state @param {string} nick @returns {State} */
export function rename(state, nick) {
  const next = { ...state, nickPrompt: null };
  return nick === state.nick ? next : ask(next, "nick", { type: "nick", nick });
}

/**
 * Return a room's name as the hub will most likely write it.
 * @param {string} raw
 * @returns {string}
 */
export function roomName(raw) {
  return raw.trim().replace(/^#/u, "").toLowerCase();
}

/** @param {State} state @param {string} raw @returns {State} */
export function join(state, raw) {
  const room = roomName(raw);
  if (!room || state.rooms.has(room)) return openRoom(state, room);
  const next = { ...state, opening: room };
  if (isLive(state)) return ask(next, "join", { type: "join", room, last: FIRST_PAGE });
  // Until the hub lets anybody in, what is written there waits there.
  const wanted = state.wanted.includes(room) ? state.wanted : [...state.wanted, room];
  return { ...openRoom(withWanted({ ...next, wanted }), room), opening: room };
}

/** @param {State} state @param {string} name @returns {State} */
export function openRoom(state, name) {
  const room = state.rooms.get(name);
  if (!room || name === state.current) return state;
  const left = leaveCurrent(state);
  // Whoever left it further up comes back to the same place.
  const look = { ...state.look, atEnd: !room.up };
  const next = { ...left, current: name, opening: null, look, error: null, goal: null };
  return changeRoom(next, name, rooms.enter({ ...room, aim: null }));
}

/**
 * Open the conversation with a person, or begin one.
 * @param {State} state
 * @param {string} nick
 * @returns {State}
 */
export function openDirect(state, nick) {
  const [direct, next] = withDirect(state, nick);
  return openRoom(next, direct.name);
}

/**
 * Leave the room that is shown, since another is about to be shown.
 * @param {State} state
 * @returns {State}
 */
export function leaveCurrent(state) {
  const room = currentRoom(state);
  return room ? changeRoom(state, room.name, { ...rooms.leave(room), up: !state.look.atEnd }) : state;
}

/** @param {State} state @returns {string|null} */
function peerOf(state) {
  return currentRoom(state)?.peer ?? null;
}

/** @param {State} state @param {string|null} name @returns {State} */
export function leave(state, name) {
  const room = name === null ? undefined : state.rooms.get(name);
  if (!room) return state;
  const left = { room, place: state.wanted.indexOf(room.name), shown: state.current === room.name };
  const next = { ...forget(state, room.name), left };
  return isLive(state) && room.peer === null ? ask(next, "leave", { type: "leave", room: room.name }) : next;
}

/**
 * Come back into the room that was left last: with its lines, where it stood.
 * @param {State} state
 * @returns {State}
 */
export function undoLeave(state) {
  if (!state.left) return state;
  const { room, place, shown } = state.left;
  const next = { ...state, left: null };
  const since = state.rooms.get(room.name);
  if (since && room.peer === null) return openRoom(next, room.name);
  if (since) return openRoom(changeRoom(next, room.name, joinTalks(since, room)), room.name);
  const joined = room.peer !== null;
  const wanted = joined ? state.wanted : state.wanted.toSpliced(place, 0, room.name);
  const back = changeRoom({ ...next, wanted }, room.name, { ...room, joined });
  const open = shown || state.current === null ? openRoom(back, room.name) : back;
  if (joined || !isLive(state)) return open;
  const after = rooms.position(room);
  const from = after === null ? { last: FIRST_PAGE } : { after };
  return ask(open, "join", { type: "join", room: room.name, ...from });
}

/**
 * Remove a room from the page. Lines that wait for it are still sent.
 * @param {State} state
 * @param {string} name
 * @returns {State}
 */
export function forget(state, name) {
  const left = new Map(state.rooms);
  left.delete(name);
  const wanted = state.wanted.filter((one) => one !== name);
  const open = wanted.filter((one) => left.has(one));
  const current = state.current === name ? open.at(-1) ?? null : state.current;
  const look = current === state.current ? state.look : { ...state.look, atEnd: true };
  return { ...state, rooms: left, wanted, current, look };
}

/** @param {State} state @returns {boolean} */
function isLive(state) {
  return state.connection.phase === "live";
}
