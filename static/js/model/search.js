/**
 * Finding a line: by its number, or by its words.
 *
 * `goal` is a line that a person wants to see, {room, seq}, until it is on the
 * screen; a room's `aim` is the line that the screen is to show and mark. It knows
 * no panel and no scrolling.
 */

/**
 * @import { Room, Search, State } from "./types.js"
 * @import { HubMessage } from "../text/wire.js"
 */

import { parseQuery } from "../text/query.js";
import { foldCase } from "../text/wire.js";
import * as rooms from "./room.js";
import { goneWords, noLineWords, WORDS } from "./strings.js";
import { ask, changeRoom, currentRoom, withError } from "./update.js";

/** How many lines are loaded before and after a line. */
const AROUND = 50;

/** @type {Search} */
export const noSearch = {
  open: false, ref: 0, room: null, text: "", all: false, phase: "idle", results: [], more: false, next: null,
  problem: "",
};

/**
 * Show a line of a room that is open.
 * @param {State} state
 * @param {{ room: string, seq: number }} place
 * @returns {State}
 */
export function goTo(state, { room, seq }) {
  return reach({ ...state, goal: { room, seq } });
}

/**
 * Go to the goal as soon as its room has caught up, so that its numbers are known.
 * @param {State} state
 * @returns {State}
 */
export function reach(state) {
  const { goal } = state;
  const room = goal && state.rooms.get(goal.room);
  if (!room || goal.asked || goal.room !== state.current) return state;
  if (has(room, goal.seq)) return aimed(state, room, goal.seq);
  if (room.peer !== null || !rooms.caughtUp(room) || state.connection.phase !== "live") return state;
  if (room.newest !== null && goal.seq > room.newest) {
    return withError({ ...state, goal: null }, noLineWords(goal.seq, room.name));
  }
  const asked = { ...state, goal: { ...goal, asked: true } };
  const before = goal.seq + AROUND + 1;
  return ask(
    changeRoom(asked, room.name, { ...room, loading: "around" }), "around",
    { type: "history", room: room.name, before, limit: 2 * AROUND },
  );
}

/**
 * The page around the goal is there.
 * @param {State} state
 * @param {Room} room
 * @param {HubMessage[]} messages
 * @param {boolean} more
 * @returns {State}
 */
export function around(state, room, messages, more) {
  const { goal } = state;
  const page = rooms.replace(room, messages, more);
  if (!goal || goal.room !== room.name) return changeRoom(state, room.name, { ...room, loading: null });
  if (has(page, goal.seq)) return aimed(state, page, goal.seq);
  // Of a long page the hub sends the newest part: ask for the rest before it.
  const first = rooms.firstSeq(page);
  if (first !== null && first > goal.seq && more) {
    return ask(changeRoom(state, room.name, { ...page, loading: "around" }), "around", {
      type: "history", room: room.name, before: Math.min(first, goal.seq + 2), limit: AROUND,
    });
  }
  const told = withError({ ...state, goal: null }, goneWords(goal.seq, room.name));
  return changeRoom(told, room.name, { ...room, loading: null });
}

/** @param {Room} room @param {number} seq @returns {boolean} */
function has(room, seq) {
  return room.entries.some((entry) => entry.kind === "message" && entry.seq === seq);
}

/** @param {State} state @param {Room} room @param {number} seq @returns {State} */
function aimed(state, room, seq) {
  const look = { ...state.look, atEnd: false };
  return changeRoom({ ...state, look, goal: null }, room.name, { ...room, aim: { seq } });
}

/**
 * Look for words in the room that is open; without words just show where to write them.
 * @param {State} state
 * @param {string} text
 * @returns {State}
 */
export function search(state, text = "") {
  const room = currentRoom(state);
  const words = text.trim();
  const { all } = parseQuery(words);
  const begun = { ...noSearch, open: true, room: room?.name ?? null, text: words, all };
  if (!words || !room) return { ...state, search: begun };
  if (room.peer !== null && !all) return { ...state, search: { ...begun, ...inDirect(room, words) } };
  if (state.connection.phase !== "live") {
    const problem = WORDS.noSearch;
    return { ...state, search: { ...begun, phase: "failed", problem } };
  }
  return question(state, begun, all ? {} : { room: room.name });
}

/** @param {State} state @returns {State} */
export function searchMore(state) {
  const { next, more, phase } = state.search;
  if (!next || !more || phase === "asking" || state.connection.phase !== "live") return state;
  return question(state, state.search, { rooms: next });
}

/**
 * Only the answer to the last question counts, so its number is remembered.
 * @param {State} state
 * @param {Search} asking
 * @param {{ room?: string, rooms?: Record<string, number | null> }} where
 * @returns {State}
 */
function question(state, asking, where) {
  const { text, nick, since, until } = parseQuery(asking.text);
  const of = { ...(nick === undefined ? {} : { nick }), ...(since === undefined ? {} : { since, until }) };
  const asked = ask(state, "search", { type: "search", ...where, text, limit: 50, ...of });
  return { ...asked, search: { ...asking, phase: "asking", ref: asked.refs } };
}

/**
 * The hub's answer, newest last; the page shows the newest first.
 * @param {State} state
 * @param {{ ref?: number, messages: HubMessage[], more: boolean, next?: Record<string, number | null> }} results
 * @returns {State}
 */
export function found(state, { ref, messages, more, next = {} }) {
  if (ref !== state.search.ref) return state;
  const results = [...state.search.results, ...messages.toReversed()];
  return { ...state, search: { ...state.search, phase: "done", results, more, next } };
}

/** @param {State} state @param {string} problem @returns {State} */
export function searchFailed(state, problem) {
  return { ...state, search: { ...state.search, phase: "failed", problem } };
}

/**
 * A lost connection ends its search; the person may repeat it.
 * @param {State} state
 * @returns {State}
 */
export function searchDisconnected(state) {
  if (state.search.phase !== "asking") return state;
  return searchFailed(state, WORDS.searchLost);
}

/** @param {Room} room @param {string} words @returns {Partial<Search>} */
function inDirect(room, words) {
  const { text, nick, since = 0, until = Infinity } = parseQuery(words);
  const all = text.toLowerCase().split(/\s+/u);
  const results = room.entries.filter((entry) => entry.kind === "message")
    .filter((entry) => entry.at >= since && entry.at < until && (!nick || foldCase(entry.nick) === foldCase(nick)))
    .filter((entry) => all.every((word) => entry.text.toLowerCase().includes(word)))
    .toReversed();
  return { phase: "done", results };
}

/**
 * Allow the request that a lost connection interrupted to be sent again.
 * @param {State} state
 * @returns {State}
 */
export function unreached(state) {
  return state.goal?.asked ? { ...state, goal: { room: state.goal.room, seq: state.goal.seq } } : state;
}

