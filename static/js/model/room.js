/**
 * One room as the page knows it: a window on the room's log.
 *
 * `entries` are messages in the order of `seq`, with notes (joins, hints) and gaps
 * between them where they happened. `newest` is the last seq that the stream
 * delivered; `head` was the newest when we joined. `read` is the last seq that was
 * looked at, and `mark` what it was when the reader last looked away: new lines
 * begin after it. While `unseen`, the first of them has not been on the screen, and
 * none of them counts as read; `first` is what the hub says of it where it is not in the
 * window. `up` says that a reader left the room further up. `aim` is a line that the screen is to show. `peer` is set in
 * conversations with one person.
 *
 * The window is bounded. For a reader at the end the oldest entries are dropped;
 * for a reader further up the window stays and ends before the newest line: it is
 * `detached`, and newer pages load on scrolling down. It knows no screen and no
 * socket.
 */

/**
 * @import { Entry, GapEntry, Hole, MessageEntry, Note, Presence, Room } from "./types.js"
 * @import { HubMessage } from "../text/wire.js"
 */

export const WINDOW = 800;
export const STRETCH = 1_500;
const SLACK = 40;

/** @param {string} name @returns {Room} */
export function newRoom(name) {
  return {
    name, joined: false, head: null, newest: null, read: null, entries: [], notes: 0,
    since: null, names: null, sought: null, count: 0, topic: "", loading: null, filling: false,
    exhausted: false, detached: false, jump: 0,
    // Whether there is a gap; hardly ever, so most searches are skipped.
    gapped: false, mark: null, unseen: true, first: null, up: false, aim: null, peer: null,
    // Of what is unread: mentions, and lines of people who are ignored. What was
    // said up to `met` is older than the visit; `missed` is still to be told.
    mentions: 0, muted: 0, met: null, missed: null, alerted: false,
  };
}

/**
 * Return the seq behind which reading goes on after a lost connection, or null.
 * @param {Room} room
 * @returns {number|null}
 */
export function position(room) {
  return firstGap(room)?.after ?? room.newest;
}

/** @param {Room} room @returns {GapEntry|undefined} */
export function firstGap(room) {
  return room.gapped ? room.entries.find((entry) => entry.kind === "gap") : undefined;
}

/** @param {Room} room @returns {number} */
export function unread(room) {
  return room.newest === null || room.read === null ? 0 : Math.max(0, room.newest - room.read - room.muted);
}

/**
 * The reader looks away: later lines will be marked as new.
 * @param {Room} room
 * @returns {Room}
 */
export function leave(room) {
  return room.read === null ? room : { ...room, mark: room.read, unseen: true, first: null };
}

/**
 * The reader looks again. If nothing came meanwhile, nothing is marked as new.
 * @param {Room} room
 * @returns {Room}
 */
export function enter(room) {
  return room.mark !== null && unread(room) === 0 ? readUp(room) : room;
}

/**
 * Nothing is marked as new any more.
 * @param {Room} room
 * @returns {Room}
 */
export function readUp(room) {
  return { ...room, mark: null, unseen: true, first: null };
}

/**
 * Whether everything that was in the log at joining has arrived.
 * @param {Room} room
 * @returns {boolean}
 */
export function caughtUp(room) {
  return room.joined && (room.head === null || (position(room) ?? -1) >= room.head);
}

/**
 * Add messages of the stream.
 *
 * Doubles are dropped; where the numbers jump a gap is marked, to be filled.
 * `reading` says that somebody is reading further up, so nothing may move.
 * @param {Room} room
 * @param {HubMessage[]} messages
 * @param {boolean} reading
 * @returns {Room}
 */
export function append(room, messages, reading) {
  let { newest, gapped } = room;
  /** @type {Entry[]} */
  const fresh = [];
  const strays = [];
  for (const message of messages) {
    if (newest !== null && message.seq <= newest) {
      strays.push(message);
      continue;
    }
    if (newest !== null && message.seq > newest + 1) {
      gapped = true;
      fresh.push({ kind: "gap", key: `g${message.seq}`, after: newest, before: message.seq });
    }
    fresh.push(messageEntry(message));
    newest = message.seq;
  }
  const grown = attach({ ...room, newest, gapped }, fresh, reading);
  return trim(strays.length && gapped ? fillGap(grown, strays, true) : grown, reading);
}

/** @param {Room} room @param {Entry[]} fresh @param {boolean} reading @returns {Room} */
function attach(room, fresh, reading) {
  if (!fresh.length || room.detached) return room;
  if (reading && room.entries.length + fresh.length > STRETCH) return { ...room, detached: true };
  return { ...room, entries: room.entries.concat(fresh) };
}

/**
 * Forget the oldest entries beyond the window; they load again on scrolling up.
 * @param {Room} room
 * @param {boolean} reading
 * @returns {Room}
 */
export function trim(room, reading) {
  if (reading || room.entries.length <= WINDOW + SLACK) return room;
  return { ...room, entries: room.entries.slice(-WINDOW), exhausted: false };
}

/**
 * Put a page of older messages before the window.
 * @param {Room} room
 * @param {HubMessage[]} messages
 * @param {boolean} more
 * @returns {Room}
 */
export function prepend(room, messages, more) {
  const first = firstSeq(room) ?? Infinity;
  const older = messages.filter((message) => message.seq < first).map(messageEntry);
  const entries = [...older, ...room.entries];
  const known = { ...room, exhausted: !more, loading: null };
  if (entries.length <= STRETCH) return { ...known, entries };
  return { ...known, entries: entries.slice(0, STRETCH), detached: true };
}

/**
 * Put a page of newer messages behind a detached window.
 * @param {Room} room
 * @param {HubMessage[]} messages
 * @returns {Room}
 */
export function extend(room, messages) {
  if (!room.detached) return { ...room, loading: null };
  const last = lastSeq(room) ?? 0;
  const newer = messages.filter((message) => message.seq > last).map(messageEntry);
  const entries = room.entries.concat(newer);
  const cut = entries.length > STRETCH ? entries.slice(-WINDOW) : entries;
  const end = newer.at(-1)?.seq ?? last;
  // An empty page ends it, too: asking again would not bring more.
  const detached = newer.length > 0 && end < (room.newest ?? 0);
  const newest = Math.max(room.newest ?? 0, end);
  return {
    ...room, entries: cut, detached, newest, loading: null,
    exhausted: room.exhausted && cut === entries,
  };
}

/**
 * Show the newest page in place of the window.
 * @param {Room} room
 * @param {HubMessage[]} messages
 * @param {boolean} more
 * @returns {Room}
 */
export function replace(room, messages, more) {
  const entries = messages.map(messageEntry);
  const end = messages.at(-1)?.seq ?? 0;
  const newest = Math.max(room.newest ?? 0, end);
  return {
    ...room, entries, newest, detached: end < newest, exhausted: !more, loading: null,
  };
}

/**
 * Put messages into their gaps; where none exist any more, a note says so.
 * @param {Room} room
 * @param {HubMessage[]} messages
 * @param {boolean} more
 * @returns {Room}
 */
export function fillGap(room, messages, more) {
  /** @type {Entry[]} */
  const entries = [];
  for (const entry of room.entries) {
    if (entry.kind !== "gap") {
      entries.push(entry);
      continue;
    }
    let after = entry.after;
    for (const message of messages) {
      if (message.seq <= after || message.seq >= entry.before) continue;
      entries.push(messageEntry(message));
      after = message.seq;
    }
    if (after + 1 >= entry.before) continue;
    const missed = entry.before - after - 1;
    entries.push(after > entry.after || more
      ? { ...entry, after }
      : { kind: "note", key: entry.key, tone: "hole", missed, reason: "pruned" });
  }
  return { ...room, entries, gapped: entries.some((entry) => entry.kind === "gap") };
}

/**
 * Continue at `reset.next`: the hub sends nothing before it.
 * @param {Room} room
 * @param {{ next: number, missed: number, reason: string }} event
 * @returns {Room}
 */
export function reset(room, event) {
  /** @type {Hole} */
  const hole = { tone: "hole", missed: event.missed, reason: event.reason };
  if (event.reason !== "other_log") return note({ ...room, newest: event.next - 1 }, hole);
  // Another log has other numbers: what is on the screen is not in it.
  const newest = event.next - 1;
  const empty = { ...room, entries: [], newest, read: newest, mentions: 0, muted: 0 };
  return note({ ...readUp(empty), detached: false, exhausted: false }, hole);
}

/**
 * Add a line that is not in the log, where the conversation is now.
 * @param {Room} room
 * @param {Note|Presence} what
 * @returns {Room}
 */
export function note(room, what) {
  const number = room.notes + 1;
  /** @type {Entry} */
  const entry = { kind: "note", key: `n${number}`, ...what };
  return trim({ ...room, notes: number, entries: [...room.entries, entry] }, room.detached);
}

/** @param {Room} room @returns {number|null} */
export function firstSeq(room) {
  return room.entries.find((entry) => entry.kind === "message")?.seq ?? null;
}

/** @param {Room} room @returns {number|null} */
export function lastSeq(room) {
  return room.entries.findLast((entry) => entry.kind === "message")?.seq ?? null;
}

/**
 * Whether there is something older to load. Numbers begin at 1.
 * @param {Room} room
 * @returns {boolean}
 */
export function hasOlder(room) {
  return !room.exhausted && (firstSeq(room) ?? 0) > 1;
}

/** @param {HubMessage} message @returns {MessageEntry} */
function messageEntry(message) {
  const { seq, id, at, nick, text } = message;
  return { kind: "message", key: `m${seq}`, seq, id, at, nick, text, action: message.kind === "action" };
}
