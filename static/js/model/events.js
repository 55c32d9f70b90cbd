/**
 * What the hub sends, and the state after it.
 *
 * There is one handler for each type of event; types that this page does not know
 * change nothing. Messages that arrive together are handled together, since a page
 * that catches up receives thousands at once. It knows no socket.
 */

/**
 * @import { Goal, Question, Room, State, Times } from "./types.js"
 * @import { HubEvent, HubMessage } from "../text/wire.js"
 */

import { forget, join, leaveCurrent } from "./actions.js";
import * as connections from "./connection.js";
import { addDirectMessage, directWith, renameDirect } from "./directs.js";
import { passRefused, passRenewed } from "./gate.js";
import * as outboxes from "./outbox.js";
import * as people from "./people.js";
import { ignoring } from "./prefs.js";
import * as rooms from "./room.js";
import { around, found, goTo, searchFailed } from "./search.js";
import { errorWords, hereWords, nothingSinceWords } from "./strings.js";
import { knowFirst } from "./unread.js";
import {
  addAnswer, addNote, answered, changeRoom, currentRoom, DEFAULT_ROOM, isReading, renameRoom, settleItem, toEnd, withError,
} from "./update.js";

/**
 * Return the state after `events`; `times` are {now, at} of their arrival.
 * @param {State} state
 * @param {HubEvent[]} events
 * @param {Times} times
 * @returns {State}
 */
export function applyHubEvents(state, events, times) {
  /** @type {HubMessage[]} */
  let run = [];
  const takeRun = () => {
    if (run.length) state = messages(state, run);
    run = [];
  };
  for (const event of events) {
    if (event.type === "message" && (!run.length || run[0].room === event.room)) {
      run.push(event);
      continue;
    }
    takeRun();
    if (event.type === "message") run.push(event);
    else state = handled(state, event, times);
  }
  takeRun();
  return told(state, times);
}

/** @param {State} state @param {HubEvent} event @param {Times} times @returns {State} */
function handled(state, event, times) {
  /** @type {((state: State, event: any, times: Times) => State) | undefined} */
  const handler = Object.hasOwn(handlers, event.type) ? handlers[event.type] : undefined;
  return handler ? handler(state, event, times) : state;
}

/** @param {State} state @param {HubMessage[]} run @returns {State} */
function messages(state, run) {
  const room = state.rooms.get(run[0].room);
  if (!room) return state;
  const next = rooms.append(room, run, isReading(state, room.name));
  // What is in the log needs no ack any more.
  const kept = new Set(run.map((message) => message.id));
  const outbox = state.outbox.filter((item) => !kept.has(item.id));
  const settled = outbox.length === state.outbox.length ? state : { ...state, outbox };
  return changeRoom(settled, room.name, next);
}

/**
 * @type {{
 *   [T in HubEvent["type"]]?: (state: State, event: HubEvent & { type: T }, times: Times) => State
 * }}
 */
const handlers = {
  welcome(state, event, { now }) {
    const { log, resume, server, nick } = event;
    const marks = state.session.log && log !== state.session.log ? new Map() : state.marks;
    return {
      ...state, nick, marks, nickPrompt: null, passPrompt: null,
      session: { resume, log, server },
      limits: { ...state.limits, ...event.limits },
      keeps: event.keeps ?? state.keeps,
      connection: connections.welcomed(state.connection, now),
    };
  },

  joined: (state, event) => (event.seq === undefined
    ? people.someoneJoined(state, event)
    : ownJoined(state, { ...event, seq: event.seq })),

  left(state, event) {
    const [question, next] = answered(state, event);
    // Whoever has come back meanwhile is on the way in again.
    const returns = Object.values(next.asks).some(({ what, room }) => what === "join" && room === event.room);
    if (question && returns) return next;
    if (question || event.nick === state.nick) return forget(next, event.room);
    return people.someoneLeft(next, event);
  },

  renamed(state, event) {
    const [, next] = answered(state, event);
    const nick = event.nick === state.nick ? event.to : state.nick;
    return renameDirect(people.someoneRenamed({ ...next, nick }, event), event.nick, event.to);
  },

  members(state, event, { at }) {
    const [question, next] = answered(state, event);
    const known = people.setMembers(next, event);
    if (question?.what !== "who") return known;
    return addAnswer(known, event.room, { tone: "who", names: people.sorted(event.nicks ?? []), count: event.count, at });
  },

  topic(state, event, { at }) {
    const [question, next] = answered(state, event);
    const room = next.rooms.get(event.room);
    if (!room) return next;
    const known = changeRoom(next, room.name, { ...room, topic: event.text });
    const asked = question?.what === "topic";
    // The topic that comes with joining is shown above the room; only a change
    // that one was there for is part of the conversation.
    if (!asked && !(event.nick && (event.at ?? 0) > (room.since ?? Infinity))) return known;
    return (asked ? addAnswer : addNote)(known, room.name, {
      tone: "topic", nick: event.nick, text: event.text, at: event.at ?? at,
    });
  },

  rooms(state, event) {
    const [, next] = answered(state, event);
    return { ...next, directory: event.rooms };
  },

  history(state, event, { at }) {
    const [question, next] = answered(state, event);
    const room = question && next.rooms.get(event.room);
    if (!room) return next;
    if (question.what === "first") return knowFirst(next, room, event.messages);
    if (question.what === "since") {
      const [first] = event.messages;
      if (first) return goTo(next, { room: room.name, seq: first.seq });
      return addAnswer(next, room.name, { tone: "notice", text: nothingSinceWords(), at });
    }
    if (question.what === "around") return around(next, room, event.messages, event.more);
    const known = changeRoom(next, room.name, page(room, question.what, event));
    return question.what === "newest" ? toEnd(known, known.rooms.get(room.name) ?? room) : known;
  },

  results(state, event) {
    const [, next] = answered(state, event);
    return found(next, event);
  },

  direct(state, { id, at, nick, to, text, kind }) {
    const own = nick === state.nick;
    // An ignored person cannot open a conversation.
    if (!own && ignoring(state.prefs)(nick) && !directWith(state, nick)) return state;
    const settled = own ? settleItem(state, id) : state;
    return addDirectMessage(settled, own ? to : nick, { id, at, from: nick, text, action: kind === "action" });
  },

  ack(state, event, { at }) {
    const item = outboxes.find(state.outbox, event.id);
    if (!item) return state;
    const settled = settleItem(state, item.id);
    if (event.to !== undefined) {
      const { id, text, kind } = item;
      return addDirectMessage(settled, event.to, { id, at, from: state.nick, text, action: kind === "action" });
    }
    const room = item.room === undefined ? undefined : state.rooms.get(item.room);
    // The message itself follows and replaces the pending line.
    return room?.joined && (event.seq ?? 0) > (room.newest ?? 0) ? state : settled;
  },

  invitation(state, event) {
    const [, next] = answered(state, event);
    const { lines, web = [], passphrase = "" } = event;
    return { ...next, invitation: { room: next.current, lines, web, passphrase } };
  },

  reset(state, event) {
    const room = state.rooms.get(event.room);
    return room ? changeRoom(state, room.name, rooms.reset(room, event)) : state;
  },

  error: failed,

  notice: (state, event, { at }) => addNote(state, state.current, { tone: "notice", text: event.text, at }),

  pong(state) {
    // A room whose log has nothing for us (all of it was pruned) never shows a
    // line that says we caught up; an answered ping does.
    const silent = [...state.rooms.values()].filter((room) => room.joined && room.newest === null);
    return silent.reduce(
      (next, room) => changeRoom(next, room.name, { ...room, newest: room.head }), state,
    );
  },

  bye(state, event) {
    if (event.reason === "replaced") return { ...state, connection: connections.replaced(state.connection) };
    if (event.reason === "passphrase") return passRenewed(state, event.text ?? "");
    return { ...state, connection: connections.parting(state.connection, event) };
  },
};

/**
 * @param {State} state
 * @param {{ room: string, at: number, seq: number, ref?: number }} event
 * @returns {State}
 */
function ownJoined(state, event) {
  const [question, before] = answered(state, event);
  const name = event.room;
  const asked = question?.what === "join" ? question.room : before.wanted.find((one) => one === name)
    // The hub answers in the order of the hello: another name than ours is the
    // proper form of the first room that has not been answered yet.
    ?? before.wanted.find((one) => !before.rooms.get(one)?.joined);
  const waited = asked === undefined || before.rooms.has(name) ? undefined : before.rooms.get(asked);
  const next = waited && isUnmet(waited) ? renameRoom(before, waited, name) : before;
  const wanted = next.wanted.filter((one) => one !== asked && one !== name);
  const place = Math.max(0, next.wanted.findIndex((one) => one === asked || one === name));
  wanted.splice(next.wanted.some((one) => one === asked) ? place : wanted.length, 0, name);
  const read = firstRead(next.marks.get(name), event.seq);
  const shown = next.opening === null ? next.current === null : [asked, name].includes(next.opening);
  const mark = shown && read === event.seq ? null : read;
  const there = next.rooms.get(name) ?? rooms.newRoom(name);
  const known = isUnmet(there) ? { ...there, read, mark } : there;
  const newest = event.seq === 0 ? 0 : known.newest;
  const met = Math.min(known.met ?? event.seq, event.seq);
  const room = { ...known, joined: true, head: event.seq, newest, since: event.at, met };
  const left = shown ? leaveCurrent(next) : next;
  const opened = shown
    ? { current: name, opening: null, look: { ...next.look, atEnd: true }, goal: renamedGoal(next.goal, asked, name) }
    : {};
  return { ...left, ...opened, wanted, rooms: new Map(left.rooms).set(name, room) };
}

/**
 * Tell who is here for the first time where that is, behind the lines that are there.
 * @param {State} state
 * @param {Times} times
 * @returns {State}
 */
function told(state, { at }) {
  const room = currentRoom(state);
  if (!state.fresh || !room?.joined || !room.count || !rooms.caughtUp(room)) return state;
  const text = hereWords(room.count, state.keeps);
  return addNote({ ...state, fresh: false }, room.name, { tone: "notice here", text, at });
}

/**
 * Whether the hub has not let us in yet: the page has made the room by itself.
 * @param {Room} room
 * @returns {boolean}
 */
function isUnmet(room) {
  return room.head === null && room.read === null;
}

/**
 * The hub may write a room's name differently: the goal follows it.
 * @param {Goal|null} goal
 * @param {string|undefined} asked
 * @param {string} name
 * @returns {Goal|null}
 */
function renamedGoal(goal, asked, name) {
  return goal && goal.room === asked ? { ...goal, room: name } : goal;
}

/**
 * What was read before a reload stays read; what came before joining counts as read.
 * @param {number|undefined} mark
 * @param {number} seq
 * @returns {number}
 */
function firstRead(mark, seq) {
  return mark === undefined ? seq : Math.min(mark, seq);
}

/**
 * @param {Room} room
 * @param {Question["what"]} what
 * @param {{ messages: HubMessage[], more: boolean }} event
 * @returns {Room}
 */
function page(room, what, event) {
  const { more } = event;
  if (what === "older") return rooms.prepend(room, event.messages, more);
  if (what === "newer") return rooms.extend(room, event.messages);
  if (what === "newest") return rooms.replace(room, event.messages, more);
  return { ...rooms.fillGap(room, event.messages, more), filling: false };
}

/**
 * @param {State} state
 * @param {HubEvent & { type: "error" }} event
 * @param {Times} times
 * @returns {State}
 */
function failed(state, event, times) {
  const words = errorWords(event);
  if (event.id !== undefined && outboxes.find(state.outbox, event.id)) {
    return { ...state, outbox: outboxes.refuse(state.outbox, event.id, event.code, words) };
  }
  const [question, next] = answered(state, event);
  const greeting = next.connection.phase === "greeting";
  if (greeting && event.code === "passphrase") return passRefused(next, words, times);
  if (greeting && ["nick_taken", "bad_nick"].includes(event.code)) {
    const nickPrompt = { reason: words, renaming: false };
    return { ...next, connection: connections.named(next.connection), nickPrompt, passPrompt: null };
  }
  if (question?.what === "nick") return { ...next, nickPrompt: { reason: words, renaming: true } };
  if (question?.what === "leave" || question?.what === "people") return next;
  if (question?.what === "search") return event.ref === next.search.ref ? searchFailed(next, words) : next;
  const without = notOpened({ ...withoutRefused(next, event, question), goal: null });
  return withError(loaded(question ? without : somewhere(without, event), question), words);
}

/**
 * A room that the hub does not let anybody into is no room of the page's, unless
 * there are lines in it that would go with it.
 * @param {State} state
 * @param {{ room?: string }} event
 * @param {Question|null} question
 * @returns {State}
 */
function withoutRefused(state, event, question) {
  const name = question?.what === "join" ? question.room ?? event.room : event.room;
  const room = name === undefined ? undefined : state.rooms.get(name);
  if (name === undefined || (room && !isUnmet(room))) return state;
  if (state.outbox.some((item) => item.room === name)) return state;
  return forget(state, name);
}

/**
 * If a room cannot be opened and none is shown, show another one.
 * @param {State} state
 * @returns {State}
 */
function notOpened(state) {
  if (state.opening === null || state.current !== null) return { ...state, opening: null };
  const current = state.wanted.find((name) => state.rooms.has(name)) ?? null;
  return { ...state, current, opening: null };
}

/**
 * Whoever came by a link to a room that cannot be, and has no other, comes to the first
 * room of all.
 * @param {State} state
 * @param {{ room?: string }} event
 * @returns {State}
 */
function somewhere(state, event) {
  const lost = event.room !== undefined && state.current === null && !state.wanted.length;
  return lost && event.room !== DEFAULT_ROOM ? join(state, DEFAULT_ROOM) : state;
}

/**
 * A page of history that was refused is no longer awaited.
 * @param {State} state
 * @param {Question|null} question
 * @returns {State}
 */
function loaded(state, question) {
  const room = question?.room === undefined ? undefined : state.rooms.get(question.room);
  if (!question || !room) return state;
  return changeRoom(state, room.name, { ...room, loading: null, exhausted: question.what === "older" });
}
