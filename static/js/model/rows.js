/**
 * What a room looks like, as a list of rows from top to bottom.
 *
 * A row is {kind, key, …}. Keys are unique and stay with what they stand for, so
 * that the view touches only what changed. Two rows of one key that are equal by
 * `sameRow` look the same. It knows no elements.
 */

/** @import { GapEntry, MessageEntry, NoteEntry, PendingEntry, PresenceEntry, Row, State } from "./types.js" */

import { mentions } from "../text/markup.js";
import { whoMoved } from "./comings.js";
import { hiding } from "./prefs.js";
import { currentRoom } from "./update.js";

/** After such a pause a line has its name again, and at each half hour. */
export const GROUP_MS = 5 * 60_000;
const STRETCH_MS = 30 * 60_000;

/**
 * Return the rows of the room that is looked at, with its lines not confirmed yet.
 * @param {State} state
 * @returns {Row[]}
 */
export function rowsOf({ rooms, current, outbox, nick, connection, prefs }) {
  const room = currentRoom({ rooms, current });
  if (!room) return [];
  const live = connection.phase === "live";
  const hidden = hiding({ prefs, nick });
  /** @type {Row[]} */
  const rows = [];
  const days = new Map();
  let day = "";
  let [since, until] = [0, 0];
  let before = null;
  let mark = room.mark ?? Infinity;
  for (const entry of room.entries) {
    if (hidden(entry)) continue;
    if (entry.kind !== "message") {
      addOther(rows, entry);
      before = null;
      continue;
    }
    const today = entry.at >= since && entry.at < until ? day : dayOf(entry.at);
    if (today !== day) {
      // Made once for each day, not for each of a thousand lines.
      since = new Date(entry.at).setHours(0, 0, 0, 0);
      until = new Date(since).setHours(24);
      rows.push(dayRow(days, today, entry.at));
      day = today;
      before = null;
    }
    if (entry.seq > mark && entry.nick !== nick) {
      rows.push({ kind: "new", key: "new" });
      mark = Infinity;
      before = null;
    }
    const leads = !follows(entry, before);
    const own = entry.nick === nick;
    const mentioned = !own && isMention(entry, nick);
    rows.push({ kind: "message", key: entry.key, entry, leads, own, mentioned });
    before = entry;
  }
  for (const item of outbox) {
    if ((item.room ?? item.shown) !== room.name) continue;
    const entry = { ...item, nick, action: item.kind === "action" };
    const leads = !follows(entry, before);
    rows.push({ kind: "pending", key: `p${item.id}`, entry, item, leads, live, own: true });
    before = entry;
  }
  return rows.filter((row) => row.kind !== "presence" || whoMoved(row.entries).length > 0);
}

/** @param {Map<string, number>} days @param {string} today @param {number} at @returns {Row} */
function dayRow(days, today, at) {
  const times = (days.get(today) ?? 0) + 1;
  days.set(today, times);
  return { kind: "day", key: `d${today}.${times}`, at };
}

/**
 * Consecutive joins and leaves become one row.
 * @param {Row[]} rows
 * @param {GapEntry|NoteEntry|PresenceEntry} entry
 * @returns {void}
 */
function addOther(rows, entry) {
  const last = rows.at(-1);
  if (entry.kind === "gap") {
    rows.push({ kind: "gap", key: entry.key, entry });
  } else if (entry.tone !== "presence") {
    rows.push({ kind: "note", key: entry.key, entry });
  } else if (last?.kind === "presence") {
    rows[rows.length - 1] = { ...last, entries: [...last.entries, entry] };
  } else {
    rows.push({ kind: "presence", key: entry.key, entries: [entry] });
  }
}

/**
 * Whether a line stands under the name of the one before. It depends on these two
 * alone: otherwise a page that loads above would change the heights of lines below.
 * @param {MessageEntry|PendingEntry} entry
 * @param {MessageEntry|PendingEntry|null} before
 * @returns {boolean}
 */
function follows(entry, before) {
  return before !== null && before.nick === entry.nick && !before.action && !entry.action
    && entry.at - before.at < GROUP_MS
    && Math.floor(entry.at / STRETCH_MS) === Math.floor(before.at / STRETCH_MS);
}

/** Each text is searched once, not at each rendering. */
const looked = new WeakMap();

/** @param {MessageEntry} entry @param {string} nick @returns {boolean} */
function isMention(entry, nick) {
  const known = looked.get(entry);
  if (known?.nick === nick) return known.found;
  const found = mentions(entry.text, nick);
  looked.set(entry, { nick, found });
  return found;
}

/**
 * Whether a row may stay on the screen as it is.
 * @param {Row} one
 * @param {Row} other
 * @returns {boolean}
 */
export function sameRow(one, other) {
  return one.kind === other.kind && one.leads === other.leads && one.own === other.own
    && one.mentioned === other.mentioned
    && (one.item ? one.item === other.item : one.entry === other.entry)
    && one.entries?.length === other.entries?.length && one.live === other.live;
}

/**
 * Return a day in the reader's zone, as a key.
 * @param {number} at
 * @returns {string}
 */
export function dayOf(at) {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

/**
 * Return one of `hues` numbers for a nick, the same at every visit.
 * @param {string} nick
 * @param {number} hues
 * @returns {number}
 */
export function hueOf(nick, hues = 12) {
  let hash = 0x811c9dc5;
  for (const character of nick.toLowerCase()) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return ((hash ^ (hash >>> 15)) >>> 0) % hues;
}
