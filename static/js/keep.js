/**
 * What the browser keeps between visits. Knows the names and shapes, no DOM.
 *
 * For the person (localStorage): nick and rooms. For this tab alone, as two
 * tabs are two connections (sessionStorage): the session, what is read, what is
 * not sent yet, drafts. A tab that closes leaves its session behind for the
 * next one that opens, which otherwise would find its own nick still taken.
 * Storage may be forbidden or full; the page then works and forgets.
 */

import { position } from "./room.js";
import { keptTalks } from "./talks.js";

const PREFIX = "hubbub.";

export function makeKeep(local, session) {
  return {
    load: () => load(local, session),
    leaveBehind: (state) => write(local, "left", sessionOf(state)),
    save: (state, before) => save(local, session, state, before),
    drafts: () => new Map(Object.entries(objectOf(read(session, "drafts")))),
    saveDrafts: (drafts) => write(session, "drafts", Object.fromEntries(drafts)),
  };
}

function load(local, session) {
  const rooms = read(local, "rooms");
  const kept = objectOf(read(session, "session") ?? read(local, "left"));
  // Whoever reloads finds its own; whoever opens first takes what was left.
  write(local, "left", null);
  return {
    nick: stringOf(read(local, "nick")) ?? "",
    rooms: Array.isArray(rooms) ? rooms.filter((room) => typeof room === "string") : [],
    current: stringOf(read(local, "current")),
    session: { resume: stringOf(kept.resume), log: stringOf(kept.log) },
    marks: new Map(Object.entries(objectOf(read(session, "marks")))),
    talks: read(session, "talks"),
    outbox: read(session, "outbox"),
  };
}

function save(local, session, state, before) {
  const confirmed = state.link.phase === "live";
  if (confirmed && (state.nick !== before.nick || state.link.phase !== before.link.phase)) {
    write(local, "nick", state.nick);
  }
  if (state.wanted !== before.wanted) write(local, "rooms", state.wanted);
  if (state.current !== before.current) write(local, "current", state.current);
  if (state.outbox !== before.outbox) write(session, "outbox", state.outbox);
  if (state.session !== before.session) {
    write(session, "session", sessionOf(state));
  }
  if (state.rooms !== before.rooms) {
    saveMarks(session, state, before);
    saveTalks(session, state, before);
  }
}

function sessionOf({ session: { resume, log } }) {
  return { resume, log };
}

/** Positions change with every line, the set of rooms seldom: compare first. */
function saveMarks(session, state, before) {
  const same = [...state.rooms.values()].every((room) => before.rooms.get(room.name)?.read === room.read);
  if (same) return;
  const known = [...state.rooms.values()].filter((room) => room.read !== null && position(room) !== null);
  const marks = [...state.marks, ...known.map((room) => [room.name, room.read])];
  write(session, "marks", Object.fromEntries(marks));
}

/** What was written to one person is nowhere else: it outlives a reload, and no more. */
function saveTalks(session, state, before) {
  const changed = [...new Set([...state.rooms.keys(), ...before.rooms.keys()])].some(
    (name) => name.startsWith("@") && state.rooms.get(name) !== before.rooms.get(name),
  );
  if (changed) write(session, "talks", keptTalks(state));
}

function read(storage, name) {
  try {
    return JSON.parse(storage.getItem(PREFIX + name));
  } catch {
    return null;
  }
}

function write(storage, name, value) {
  try {
    storage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Full, or forbidden: the conversation goes on without it.
  }
}

function stringOf(value) {
  return typeof value === "string" && value ? value : null;
}

function objectOf(value) {
  return value && typeof value === "object" && !Array.isArray(value) ? value : {};
}
