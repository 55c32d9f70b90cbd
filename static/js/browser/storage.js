/**
 * What the browser keeps between visits.
 *
 * For the person (localStorage): nick, rooms, the session, what is read, and the
 * passphrase if it is to be remembered. All tabs of a browser share one session, which
 * one of them owns at a time; only the owner writes it. For the tab (sessionStorage):
 * which room it shows, its drafts, what was sent from it, and the passphrase. Unacknowledged lines are in a database of their own
 * (outboxdb.js). Storage may be forbidden, full, or hold anything at all; the page
 * then works and forgets. It knows names and shapes of values, no DOM.
 */

/** @import { Kept, Prefs, State } from "../model/types.js" */

/** @typedef {Storage | null} Place */

import { ownsSession } from "../model/connection.js";
import { keptDirects } from "../model/directs.js";
import { keptHistory, readHistory } from "../model/inputhistory.js";
import { readPrefs } from "../model/prefs.js";
import { position } from "../model/room.js";
import { makeOutboxDb } from "./outboxdb.js";

const PREFIX = "hubbub.";

/** More rooms than a hub lets anybody be in. */
const MOST_ROOMS = 200;

/** @param {Place} local @param {Place} session @param {IDBFactory|null} factory */
export function makeStorage(local, session, factory) {
  const outboxDb = makeOutboxDb(factory, {
    read: () => read(local, "outbox"),
    write(items) {
      if (!local) throw new Error("storage is forbidden");
      local.setItem(`${PREFIX}outbox`, JSON.stringify(items));
    },
  });
  const left = entriesOf(read(session, "drafts"), "string");
  const opened = read(session, "drafts") === null;
  let saved = new Map(left);
  let forgotten = false;
  return {
    load: () => load(local, session),
    restore: outboxDb.load,

    /** @param {State} state @param {State} before */
    save(state, before) {
      if (forgotten) return;
      if (state.outbox !== before.outbox) outboxDb.sync(state.outbox);
      if (state.current !== before.current) write(session, "current", state.current);
      if (state.rooms !== before.rooms) saveDirects(session, state, before);
      if (state.pass !== before.pass) write(session, "pass", state.pass);
      if (ownsSession(state.connection)) save(local, state, before);
    },

    drafts: () => new Map(left),

    /** @param {Map<string, string>} drafts */
    saveDrafts(drafts) {
      if (forgotten) return;
      write(session, "drafts", Object.fromEntries(drafts));
      shareDrafts(local, saved, drafts);
      saved = new Map(drafts);
    },

    /** What was said from this tab, to be called back. */
    history: () => readHistory(read(session, "said")),

    /** @param {Map<string, string[]>} history */
    saveHistory(history) {
      if (!forgotten) write(session, "said", keptHistory(history));
    },

    /** Return what was being written when the browser closed; nothing after a reload. */
    leftDrafts: () => (opened ? entriesOf(read(local, "drafts"), "string") : new Map()),

    /** Whether tabs can know of each other's session. */
    isShared() {
      write(local, "works", 1);
      return read(local, "works") === 1;
    },

    /** Keep nothing any more, and remove what there is. */
    async forget() {
      forgotten = true;
      const all = () => [local, session].forEach(wipe);
      all();
      await outboxDb.clear();
      // What the database was writing may have gone into one of them.
      all();
    },
  };
}

/**
 * Return what a person has chosen about the page.
 * @param {Place} local
 * @returns {Prefs}
 */
export function loadPrefs(local) {
  return readPrefs(read(local, "prefs"));
}

/** @param {Place} local @param {Prefs} prefs @returns {void} */
export function savePrefs(local, prefs) {
  write(local, "prefs", prefs);
}

/**
 * Whether a change of storage that another tab made is about the choices.
 * @param {{ key: string | null }} event
 * @returns {boolean}
 */
export function concernsPrefs({ key }) {
  return key === `${PREFIX}prefs` || key === null;
}

/** @param {Place} local @param {Place} session @returns {Kept} */
function load(local, session) {
  const rooms = read(local, "rooms");
  const kept = objectOf(read(local, "session"));
  const remembered = read(local, "pass");
  const named = Array.isArray(rooms) ? rooms.filter(stringOf) : [];
  return {
    nick: stringOf(read(local, "nick")) ?? "",
    rooms: [...new Set(named)].slice(0, MOST_ROOMS),
    current: stringOf(read(session, "current")) ?? stringOf(read(local, "current")),
    session: { resume: stringOf(kept.resume), log: stringOf(kept.log) },
    marks: entriesOf(read(local, "marks"), "number"),
    directs: read(session, "talks"),
    pass: stringOf(remembered) ?? stringOf(read(session, "pass")) ?? "",
    remember: Boolean(remembered),
  };
}

/** @param {Place} local @param {State} state @param {State} before */
function save(local, state, before) {
  const confirmed = state.connection.phase === "live";
  if (confirmed && (state.nick !== before.nick || state.connection.phase !== before.connection.phase)) {
    write(local, "nick", state.nick);
  }
  if (state.wanted !== before.wanted) write(local, "rooms", state.wanted);
  const came = confirmed && before.connection.phase !== "live";
  if (came || state.current !== before.current) write(local, "current", state.current);
  if (state.session !== before.session) {
    const { resume, log } = state.session;
    write(local, "session", { resume, log });
  }
  if (state.rooms !== before.rooms) saveMarks(local, state, before);
  if (came || state.pass !== before.pass) savePass(local, state);
}

/**
 * What lets one in is remembered if the person said so; what does not is forgotten.
 * @param {Place} local
 * @param {State} state
 */
function savePass(local, { pass, remember, connection }) {
  const keep = remember && pass;
  if (keep && connection.phase === "live") write(local, "pass", pass);
  else if (!keep && read(local, "pass")) write(local, "pass", "");
}

/**
 * Positions change with every line, the set of rooms seldom: compare first.
 * @param {Place} local
 * @param {State} state
 * @param {State} before
 */
function saveMarks(local, state, before) {
  const same = [...state.rooms.values()].every((room) => before.rooms.get(room.name)?.read === room.read);
  if (same) return;
  const known = [...state.rooms.values()].filter(
    (room) => room.read !== null && position(room) !== null && !room.name.startsWith("@"),
  );
  const marks = new Map(state.marks);
  for (const room of known) marks.set(room.name, room.read ?? 0);
  write(local, "marks", Object.fromEntries([...marks].slice(-MOST_ROOMS)));
}

/**
 * Tell the other tabs' successor what is being written here.
 *
 * Only the rooms whose draft changed in this tab: what another tab is writing
 * elsewhere stays.
 * @param {Place} local
 * @param {Map<string, string>} before
 * @param {Map<string, string>} drafts
 */
function shareDrafts(local, before, drafts) {
  const all = entriesOf(read(local, "drafts"), "string");
  const changed = [...new Set([...before.keys(), ...drafts.keys()])]
    .filter((room) => before.get(room) !== drafts.get(room));
  for (const room of changed) {
    all.delete(room);
    const draft = drafts.get(room);
    if (draft !== undefined) all.set(room, draft);
  }
  if (changed.length) write(local, "drafts", Object.fromEntries([...all].slice(-MOST_ROOMS)));
}

/** @param {Place} storage */
function wipe(storage) {
  if (!storage) return;
  try {
    const names = Object.keys(storage).filter((name) => name.startsWith(PREFIX));
    for (const name of names) storage.removeItem(name);
  } catch {
    // What may not be touched holds nothing of ours.
  }
}

/**
 * What was written to one person is nowhere else: it outlives a reload, and no more.
 * @param {Place} session
 * @param {State} state
 * @param {State} before
 */
function saveDirects(session, state, before) {
  const changed = [...new Set([...state.rooms.keys(), ...before.rooms.keys()])].some(
    (name) => name.startsWith("@") && state.rooms.get(name) !== before.rooms.get(name),
  );
  if (changed) write(session, "talks", keptDirects(state));
}

/** @param {Place} storage @param {string} name @returns {unknown} */
function read(storage, name) {
  try {
    return JSON.parse(storage?.getItem(PREFIX + name) ?? "null");
  } catch {
    return null;
  }
}

/** @param {Place} storage @param {string} name @param {unknown} value */
function write(storage, name, value) {
  try {
    storage?.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Full, or forbidden: the conversation goes on without it.
  }
}

/** @param {unknown} value @returns {string|null} */
function stringOf(value) {
  return typeof value === "string" && value ? value : null;
}

/** @param {unknown} value @returns {Record<string, unknown>} */
function objectOf(value) {
  return value && typeof value === "object" && !Array.isArray(value) ? Object(value) : {};
}

/** @param {unknown} value @param {string} type @returns {Map<string, any>} */
function entriesOf(value, type) {
  return new Map(Object.entries(objectOf(value)).filter(([, one]) => typeof one === type));
}
