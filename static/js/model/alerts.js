/**
 * What a person who may be looking elsewhere is told of.
 *
 * It judges what just came from the hub, counts unread mentions, and puts what
 * deserves a notification or a sound into `alerts`, which app.js empties after
 * every event. Lines from before a person first joined a room are not news; lines
 * that were missed while away are reported as one number. It knows no
 * notifications of the browser.
 */

/**
 * @import { Arrival, Notify, Prefs, Room, State } from "./types.js"
 * @import { HubDirect, HubEvent, HubMessage } from "../text/wire.js"
 */

import { mentions } from "../text/markup.js";
import { directWith } from "./directs.js";
import { ignoring, isMuted, notifyOf, readPrefs } from "./prefs.js";
import { unread } from "./room.js";
import { changeRoom } from "./update.js";

/** More alerts than this at once become one with their number. */
const EACH_MOST = 3;

const BODY_CHARACTERS = 200;

/**
 * Return how many unread mentions a room has. Every direct message counts as one.
 * @param {Room} room
 * @returns {number}
 */
export function unreadMentions(room) {
  return room.peer ? unread(room) : room.mentions;
}

/**
 * Return {lines, mentions}: what is unread in all rooms together that are not muted.
 * @param {{ rooms: Map<string, Room>, prefs: Prefs }} state
 * @returns {{ lines: number, mentions: number }}
 */
export function unreadTotals({ rooms, prefs }) {
  const sum = { lines: 0, mentions: 0 };
  for (const room of rooms.values()) {
    if (isMuted(prefs, room.name)) continue;
    sum.lines += unread(room);
    sum.mentions += unreadMentions(room);
  }
  return sum;
}

/**
 * Return `after`, the state that `events` made of `before`, with the alerts it
 * deserves.
 * @param {State} before
 * @param {State} after
 * @param {HubEvent[]} events
 * @returns {State}
 */
export function withAlerts(before, after, events) {
  const news = arrivals(before, after, events);
  let state = after;
  for (const [name, items] of news) state = counted(state, name, items);
  for (const [name, items] of news) state = alerted(state, name, items);
  return state;
}

/**
 * Return what came for each room, in order: {nick, text, seq, mention, ignored, missed, …}.
 * @param {State} before
 * @param {State} after
 * @param {HubEvent[]} events
 * @returns {Map<string, Arrival[]>}
 */
function arrivals(before, after, events) {
  /** @type {Map<string, Arrival[]>} */
  const news = new Map();
  const ignored = ignoring(after.prefs);
  const tops = new Map();
  /** @param {Room} room @param {Arrival} item */
  const add = ({ name }, item) => {
    const items = news.get(name);
    if (items) items.push(item);
    else news.set(name, [item]);
  };
  for (const event of events) {
    if (event.type === "message") {
      const room = after.rooms.get(event.room);
      if (!room || event.seq <= (tops.get(room.name) ?? topOf(before, room))) continue;
      tops.set(room.name, event.seq);
      if (event.nick !== after.nick) add(room, lineItem(event, room, ignored, after.nick));
    } else if (event.type === "direct") {
      const room = directWith(after, event.nick);
      if (!room || event.nick === after.nick || isKnown(before, event)) continue;
      add(room, { ...itemOf(event), direct: true, mention: true, ignored: ignored(event.nick) });
    }
  }
  // The last missed line may be no mention; the room's sum is due all the same.
  for (const { name, missed } of after.rooms.values()) if (missed && !news.has(name)) news.set(name, []);
  return news;
}

/**
 * @param {HubMessage} event
 * @param {Room} room
 * @param {(nick: string) => boolean} ignored
 * @param {string} nick
 * @returns {Arrival}
 */
function lineItem(event, room, ignored, nick) {
  return {
    ...itemOf(event), ignored: ignored(event.nick), mention: mentions(event.text, nick),
    unread: event.seq > (room.read ?? Infinity),
    old: event.seq <= (room.met ?? 0), missed: event.seq <= (room.head ?? 0),
  };
}

/** @param {HubMessage|HubDirect} event @returns {Arrival} */
function itemOf(event) {
  const { nick, text, kind } = event;
  return { nick, text, seq: "seq" in event ? event.seq : undefined, action: kind === "action" };
}

/**
 * The newest line that was there before; another log starts at 1 again.
 * @param {State} before
 * @param {Room} room
 * @returns {number}
 */
function topOf(before, room) {
  const newest = before.rooms.get(room.name)?.newest ?? 0;
  return (room.newest ?? 0) < newest ? 0 : newest;
}

/** @param {State} before @param {HubDirect} event @returns {boolean} */
function isKnown(before, { id, nick }) {
  return id !== undefined && [...before.rooms.values()].some(
    (room) => room.entries.some((entry) => entry.kind === "message" && entry.id === id && entry.nick === nick),
  );
}

/**
 * Count the unread mentions, and the unread lines of people who are ignored.
 * @param {State} state
 * @param {string} name
 * @param {Arrival[]} items
 * @returns {State}
 */
function counted(state, name, items) {
  const room = state.rooms.get(name);
  if (!room) return state;
  const mine = items.filter((item) => item.mention && !item.ignored && (item.unread || item.direct)).length;
  const muted = items.filter((item) => item.ignored && (item.unread || (item.direct && room.peer))).length;
  if (!mine && !muted) return state;
  return changeRoom(state, name, { ...room, mentions: room.mentions + mine, muted: room.muted + muted });
}

/** @param {State} state @param {string} name @param {Arrival[]} items @returns {State} */
function alerted(state, name, items) {
  const notify = notifyOf(state.prefs, name);
  const worth = items.filter(
    (item) => !item.ignored && !item.old && (notify === "all" || (notify === "mentions" && item.mention)),
  );
  const room = state.rooms.get(name);
  if (!room) return state;
  const late = worth.filter((item) => item.missed);
  const last = late.at(-1);
  const sum = last ? { count: (room.missed?.count ?? 0) + late.length, last } : room.missed;
  const waits = sum && (room.newest ?? 0) < (room.head ?? 0);
  let next = sum === room.missed && waits ? state : changeRoom(state, name, { ...room, missed: waits ? sum : null });
  if (sum && !waits) next = withAlert(next, name, sum.count, sum.last);
  const direct = worth.filter((item) => item.direct);
  const now = worth.filter((item) => !item.missed && !item.direct);
  for (const group of [direct, now]) {
    const newest = group.at(-1);
    if (newest && group.length > EACH_MOST) next = withAlert(next, name, group.length, newest);
    else for (const item of group) next = withAlert(next, name, 1, item);
  }
  return next;
}

/**
 * Add an alert for `count` lines, the newest of which is `item`, unless they are
 * being looked at.
 * @param {State} state
 * @param {string} name
 * @param {number} count
 * @param {Arrival} item
 * @returns {State}
 */
function withAlert(state, name, count, item) {
  const { visible, focused, atEnd } = state.look;
  const room = state.rooms.get(name);
  const looks = visible && focused;
  if (!room) return state;
  if (looks && name === state.current && atEnd && !room.detached) return state;
  const { sound } = state.prefs;
  // Of the room that is shown a screen reader says every line anyway.
  const spoken = looks && name !== state.current && Boolean(item.mention);
  if (looks && !sound && !spoken) return state;
  const what = { tag: name, room: name, seq: item.seq ?? null, newest: room.newest, shown: !looks, sound, spoken };
  const words = alertWords(name, count, item, notifyOf(state.prefs, name));
  const alerts = [...state.alerts, { ...what, ...words }];
  return changeRoom({ ...state, alerts }, name, { ...room, alerted: room.alerted || !looks });
}

/**
 * Return {title, body} of a notification.
 * @param {string} name
 * @param {number} count
 * @param {Arrival} item
 * @param {Notify} notify
 * @returns {{ title: string, body: string }}
 */
export function alertWords(name, count, item, notify) {
  const number = count.toLocaleString();
  const text = cut(item.text);
  const said = item.action ? `${item.nick} ${text}` : text;
  if (count === 1) {
    return { title: item.direct ? `${item.nick} to you alone` : `${item.nick} in #${name}`, body: said };
  }
  const title = item.direct ? `${number} direct messages`
    : `${number} ${notify === "all" ? "lines" : "mentions"} in #${name}`;
  return { title, body: item.action ? said : `${item.nick}: ${said}` };
}

/**
 * Shorten a text for a notification. Whole characters only.
 * @param {string} text
 * @returns {string}
 */
function cut(text) {
  const flat = Array.from(text.slice(0, BODY_CHARACTERS * 4).replace(/\s+/gu, " ").trim());
  if (flat.length <= BODY_CHARACTERS) return flat.join("");
  return `${flat.slice(0, BODY_CHARACTERS).join("").trimEnd()}…`;
}

/**
 * The room has been read: reset its counts and close its notification.
 * @param {State} state
 * @param {Room} room
 * @returns {State}
 */
export function markRead(state, room) {
  const next = changeRoom(state, room.name, { ...room, mentions: 0, muted: 0, alerted: false });
  return room.alerted ? { ...next, alerts: [...next.alerts, { tag: room.name, close: true }] } : next;
}

/**
 * Change preferences. Unread counts depend on who is ignored, so they are counted
 * again.
 * @param {State} state
 * @param {Partial<Prefs>} changes
 * @returns {State}
 */
export function prefer(state, changes) {
  const prefs = readPrefs({ ...state.prefs, ...changes });
  if (JSON.stringify(prefs) === JSON.stringify(state.prefs)) return state;
  const next = { ...state, prefs };
  if (JSON.stringify(prefs.ignored) === JSON.stringify(state.prefs.ignored)) return next;
  return [...next.rooms.values()].reduce(recounted, next);
}

/** @param {State} state @param {Room} room @returns {State} */
function recounted(state, room) {
  const ignored = ignoring(state.prefs);
  const from = room.read ?? Infinity;
  const fresh = room.entries.filter((entry) => entry.kind === "message")
    .filter((entry) => entry.seq > from && entry.nick !== state.nick);
  const muted = fresh.filter((entry) => ignored(entry.nick)).length;
  const mine = fresh.filter((entry) => !ignored(entry.nick) && mentions(entry.text, state.nick)).length;
  return changeRoom(state, room.name, { ...room, muted, mentions: mine });
}
