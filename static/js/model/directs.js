/**
 * Conversations with one person. Pure.
 *
 * The hub hands direct messages over and keeps none, so each conversation is a
 * small log that the page keeps itself: a room that has a `peer`, whose lines
 * are numbered here. No room of the hub begins with an @.
 */

import * as rooms from "./room.js";
import { changeRoom } from "./update.js";

/** So many lines of a conversation are kept on the page. */
export const TALK_LINES = 500;

export function talkName(nick) {
  return `@${nick}`;
}

/** Return the conversation with `nick`, in whatever case, or undefined. */
export function talkWith(state, nick) {
  const name = nick.toLowerCase();
  return [...state.rooms.values()].find((room) => room.peer?.toLowerCase() === name);
}

/** Return [the conversation with `nick`, the state that has it]. */
export function withTalk(state, nick) {
  const known = talkWith(state, nick);
  if (known) return [known, state];
  const talk = {
    ...rooms.newRoom(talkName(nick)),
    peer: nick, joined: true, exhausted: true, newest: 0, read: 0, mark: 0, head: 0,
  };
  return [talk, changeRoom(state, talk.name, talk)];
}

/** Add what was said to or by a person; what is there already is not added again. */
export function addDirect(state, nick, { id, at, from, text, action }) {
  const own = from === state.nick;
  const [talk, next] = withTalk(state, nick);
  const double = id !== undefined
    && talk.entries.some((entry) => entry.id === id && entry.nick === from);
  if (double) return state;
  const message = {
    seq: talk.newest + 1, id, at, nick: from, text, kind: action ? "action" : undefined,
  };
  const grown = rooms.append(talk, [message], false);
  // Who answers has read what was said before.
  const read = own ? grown.newest : grown.read;
  return changeRoom(next, talk.name, { ...grown, read, entries: grown.entries.slice(-TALK_LINES) });
}

/** A person has another nick: the conversation goes on under it. */
export function renameTalk(state, nick, to) {
  const talk = talkWith(state, nick);
  if (!talk || talkWith(state, to)) return state;
  const name = talkName(to);
  const swap = (one) => (one === talk.name ? name : one);
  const renamed = [...state.rooms].map(
    ([key, room]) => (room === talk ? [name, { ...room, name, peer: to }] : [key, room]),
  );
  const outbox = state.outbox.map((item) => (item.shown === talk.name
    ? { ...item, to, shown: name } : item));
  return { ...state, rooms: new Map(renamed), current: swap(state.current), outbox };
}

/** Return what is worth keeping while the tab is open, as plain values. */
export function keptTalks(state) {
  return [...state.rooms.values()].filter((room) => room.peer !== null).map((room) => ({
    peer: room.peer, read: room.read, newest: room.newest,
    messages: room.entries.filter((entry) => entry.kind === "message").slice(-TALK_LINES),
  }));
}

/** Return the state with the conversations that were kept, as far as they make sense. */
export function restoreTalks(state, kept) {
  if (!Array.isArray(kept)) return state;
  return kept.filter(isWhole).reduce((before, { peer, read, newest, messages }) => {
    const [talk, next] = withTalk(before, peer);
    if (talk.entries.length) return next;
    const entries = messages.filter((entry) => entry?.kind === "message" && typeof entry.text === "string"
      && typeof entry.nick === "string" && Number.isInteger(entry.seq) && entry.seq <= newest);
    return changeRoom(next, talk.name, { ...talk, entries, newest, read: Math.min(read, newest) });
  }, state);
}

function isWhole(talk) {
  return typeof talk?.peer === "string" && Number.isInteger(talk.newest)
    && Number.isInteger(talk.read) && Array.isArray(talk.messages);
}
