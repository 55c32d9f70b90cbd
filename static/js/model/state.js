/**
 * The page's state and everything that can happen to it: (state, event) -> state.
 *
 * It knows no DOM, no socket and no clock. An event carries the times, ids and
 * random numbers that it needs. What is to be sent is put into `outgoing`, which
 * app.js empties after every event; which socket should be open is
 * `connection.dial`.
 */

/** @import { Connection, EventOf, Moment, Page, PageEvent, Room, State, Times } from "./types.js" */

import { join, leave, openDirect, openRoom, rename, typed, undoLeave } from "./actions.js";
import { markRead, prefer, withAlerts } from "./alerts.js";
import * as connections from "./connection.js";
import { restoreDirects, withDirect } from "./directs.js";
import { applyHubEvents } from "./events.js";
import { called, gated, goOn, greet, passed, passGiven } from "./gate.js";
import { takeOver } from "./handoff.js";
import * as outboxes from "./outbox.js";
import { seek } from "./people.js";
import { firstPrefs, withIgnored } from "./prefs.js";
import * as rooms from "./room.js";
import { goTo, noSearch, reach, search, searchDisconnected, searchMore, unreached } from "./search.js";
import { flush } from "./sending.js";
import { malformedWords } from "./strings.js";
import { askFirst, goToFirst, isNews, sawFirst } from "./unread.js";
import {
  addNote, ask, changeRoom, currentRoom, DEFAULT_ROOM, isLooking, isReading, send, toEnd, withWanted,
} from "./update.js";

/** @type {State} */
export const initialState = {
  nick: "",
  session: { resume: null, log: null, server: "" },
  limits: { text: 32768, nick: 24, room: 48, history: 200 },
  // How long the hub keeps messages.
  keeps: { disk: true },
  connection: connections.initialConnection,
  // By name. A map, since a room may have the name of a property of every object.
  rooms: new Map(),
  // Rooms to be in, in the order of the list; asked for again at each hello.
  wanted: [],
  // The room that is shown.
  current: null,
  opening: null,
  // What was read in rooms of an earlier visit, by name.
  marks: new Map(),
  outbox: [],
  // What an earlier visit or another tab left unsent is being looked up; it
  // goes before what is written now.
  restoring: false,
  asks: {},
  refs: 0,
  directory: null,
  renames: [],
  // The list of rooms was asked for by a command, and is to be opened.
  listing: false,
  // The help was asked for, and is to be opened.
  helping: false,
  // How others come in, once somebody has asked; the room that was left last.
  invitation: null,
  left: null,
  // Whether this browser is here for the first time, and has not been told where it is.
  fresh: false,
  error: null,
  // Whether the hub has said something that the page cannot read, which is told once.
  malformed: false,
  nickPrompt: null,
  // The passphrase, whether the browser keeps it, and what is asked of it: see gate.js.
  pass: "",
  remember: false,
  tried: "",
  passPrompt: null,
  accepted: 0,
  // A line that somebody wants to see, and what somebody looks for.
  goal: null,
  search: noSearch,
  look: { visible: true, focused: true, atEnd: true, held: false },
  prefs: firstPrefs,
  outgoing: [],
  // What is to be told by a notification or a sound; emptied as `outgoing` is.
  alerts: [],
};

/**
 * Return the state after `event`. Unknown events change nothing.
 * @param {State} state
 * @param {PageEvent & Moment} event
 * @returns {State}
 */
export function reduce(state, event) {
  /** @type {((state: State, event: any) => State) | null} */
  const handler = Object.hasOwn(handlers, event.type) ? handlers[event.type] : null;
  return handler ? settle(handler(state, event)) : state;
}

/**
 * Apply the rules that hold after every event.
 * @param {State} state
 * @returns {State}
 */
function settle(state) {
  return flush(reach(askFirst(fillGaps(markShownRead(state)))));
}

/** @param {State} state @returns {State} */
function markShownRead(state) {
  const room = currentRoom(state);
  if (!room || !isLooking(state) || room.detached || state.look.held || isNews(room)) return state;
  if (room.newest === null) return state;
  // Another tab may have read on, to lines that are not here yet.
  const read = Math.max(room.read ?? 0, room.newest);
  if (room.read === read && !room.mentions && !room.alerted) return state;
  return markRead(state, { ...room, read });
}

/**
 * Ask for what is missing between two lines, one page at a time.
 * @param {State} state
 * @returns {State}
 */
function fillGaps(state) {
  if (state.connection.phase !== "live") return state;
  for (const room of [...state.rooms.values()]) {
    if (!room.joined || room.filling) continue;
    const gap = rooms.firstGap(room);
    if (!gap) continue;
    const marked = changeRoom(state, room.name, { ...room, filling: true });
    const { limits: { history: limit } } = state;
    state = ask(marked, "gap", { type: "history", room: room.name, after: gap.after, limit });
  }
  return state;
}

/** @type {{ [T in PageEvent["type"]]: (state: State, event: EventOf<T>) => State }} */
const handlers = {
  start(state, { kept, room, seq, online, now, elsewhere = false, restoring = false }) {
    const outbox = outboxes.restore(kept.outbox);
    const place = room || kept.current || DEFAULT_ROOM;
    const open = place.startsWith("@") ? kept.rooms[0] ?? DEFAULT_ROOM : place;
    const wanted = kept.rooms.includes(open) ? kept.rooms : [...kept.rooms, open];
    const connection = { ...state.connection, online };
    const begun = withWanted({
      ...state, outbox, restoring, wanted, connection, nick: kept.nick, opening: open, marks: kept.marks,
      session: { ...state.session, ...kept.session },
      pass: kept.pass ?? "", remember: kept.remember ?? false,
      goal: seq ? { room: open, seq } : null,
      current: open,
    });
    const started = startDirect(restoreDirects(begun, kept.directs), place);
    if (!kept.nick) return { ...started, fresh: true, nickPrompt: { reason: "", renaming: false } };
    return { ...started, connection: elsewhere ? connections.replaced(connection) : connections.dial(connection, now) };
  },

  restored(state, { items, gone }) {
    return { ...state, restoring: false, outbox: outboxes.merge(state.outbox, items, gone) };
  },

  // --- the connection ---

  opened(state, { dial, now }) {
    if (dial !== state.connection.dial) return state;
    return greet(state, now);
  },

  lines(state, { dial, events, now, at }) {
    if (dial !== state.connection.dial) return state;
    const heard = { ...state, connection: connections.heard(state.connection, now) };
    const next = withAlerts(heard, applyHubEvents(heard, events, { now, at }), events);
    return next.connection.dial === dial ? next : disconnected(next, next.connection);
  },

  malformed(state, { wrong, at }) {
    if (state.malformed) return state;
    const told = { ...state, malformed: true };
    return addNote(told, state.current, { tone: "notice", text: malformedWords(wrong), at });
  },

  closed(state, { dial, now, random }) {
    if (dial !== state.connection.dial) return state;
    return disconnected(state, connections.lost(state.connection, now, random));
  },

  blocked(state, { blocked, upgrade }) {
    return { ...state, connection: connections.blocked(state.connection, blocked, upgrade) };
  },

  tick(state, { now, random }) {
    const [connection, pings] = connections.tick(state.connection, now, random);
    return moved(state, connection, pings);
  },

  wake,

  online(state, event) {
    return wake({ ...state, connection: { ...state.connection, online: true } }, event);
  },

  // The socket may still work (a hub on this machine): send a ping at once.
  offline(state, event) {
    const connection = { ...state.connection, online: false };
    if (connection.phase !== "live") return { ...state, connection };
    return wake({ ...state, connection }, event);
  },

  // The user wants it now, or this tab is to have it, with what was `kept`.
  connect(state, { now, kept, restoring = false }) {
    const { phase } = state.connection;
    const connection = { ...state.connection, attempt: 0 };
    if (phase === "waiting") return { ...state, connection: connections.dial(connection, now) };
    if (connections.ownsSession(connection) || (phase === "idle" && !kept?.nick)) return state;
    const next = { ...(kept ? withWanted(takeOver(state, kept)) : state), restoring };
    if (next.nick) return { ...next, connection: connections.dial(connection, now) };
    return { ...next, connection: { ...connection, phase: "idle" }, nickPrompt: { reason: "", renaming: false } };
  },

  // Another tab of this browser owns the session now.
  yielded(state) {
    if (state.connection.phase === "replaced") return state;
    return disconnected({ ...state, nickPrompt: null, passPrompt: null }, connections.replaced(state.connection));
  },

  // Events that only the owning tab's connection got, passed on by that tab.
  overheard(state, { events, now, at }) {
    return state.connection.phase === "replaced" ? applyHubEvents(state, events, { now, at }) : state;
  },

  // The direct conversations of another tab. Those that are here stay.
  given: (state, { directs }) => restoreDirects(state, directs),

  // Forget everything, as at the first visit.
  forget({ connection, look, directory, accepted }) {
    return {
      ...initialState, look, accepted, directory: directory && [],
      connection: { ...connections.initialConnection, dials: connection.dials, online: connection.online },
      wanted: [DEFAULT_ROOM], opening: DEFAULT_ROOM, nickPrompt: { reason: "", renaming: false },
    };
  },

  // --- the person ---

  named(state, { nick, now }) {
    if (state.connection.phase === "live") return rename(state, nick);
    return goOn(called({ ...state, nickPrompt: null }, nick), now);
  },

  gated,
  passed,
  passGiven,

  askNick: (state) => ({ ...state, nickPrompt: { reason: "", renaming: true } }),
  keepNick: (state) => (state.nickPrompt?.renaming ? { ...state, nickPrompt: null } : state),
  typed,
  clearError: (state) => (state.error ? { ...state, error: null } : state),

  again(state, { id, freshId }) {
    return { ...state, outbox: outboxes.again(state.outbox, id, freshId) };
  },

  drop: (state, { id }) => ({ ...state, outbox: outboxes.remove(state.outbox, id) }),
  open: (state, { room }) => openRoom(state, room),
  openDirect: (state, { nick }) => openDirect(state, nick),
  // An address names a room, a conversation, or a line in one of them.
  visit(state, { room, seq }) {
    const next = room.startsWith("@") ? openDirect(state, room.slice(1)) : join(state, room);
    const shown = next.opening ?? next.current;
    return seq && shown !== null ? goTo(next, { room: shown, seq }) : next;
  },
  join: (state, { room }) => join(state, room),
  leave: (state, { room }) => leave(state, room),
  undoLeave,
  prefer: (state, { changes }) => prefer(state, changes),
  ignore: (state, { nick, on }) => prefer(state, { ignored: withIgnored(state.prefs.ignored, nick, on) }),
  listed: (state) => (state.listing ? { ...state, listing: false } : state),
  helped: (state) => (state.helping ? { ...state, helping: false } : state),
  directory: (state) => (state.connection.phase === "live" ? ask(state, "rooms", { type: "rooms" }) : state),

  look(state, { visible, focused, atEnd, held }) {
    const before = state.look;
    const look = {
      visible: visible ?? before.visible, focused: focused ?? before.focused, atEnd: atEnd ?? before.atEnd,
      held: held ?? before.held,
    };
    const room = currentRoom(state);
    const next = { ...state, look };
    if (!room) return next;
    const marked = turned(room, isLooking(state), isLooking(next));
    return changeRoom(next, room.name, rooms.trim(marked, isReading(next, room.name)));
  },

  // Remove the mark of new lines and show the newest line.
  seen(state) {
    const room = currentRoom(state);
    if (!room) return state;
    return showNewest(changeRoom(state, room.name, rooms.readUp(room)));
  },

  sawFirst,
  firstUnread: goToFirst,

  search: (state, { text }) => search(state, text),
  seek: (state, { text }) => seek(state, text),
  searchMore,
  closeSearch: (state) => ({ ...state, search: noSearch }),

  older(state) {
    const room = currentRoom(state);
    if (!mayLoad(state, room) || !rooms.hasOlder(room)) return state;
    return load(state, room, "older", { before: rooms.firstSeq(room) ?? 0 });
  },

  newer(state) {
    const room = currentRoom(state);
    if (!mayLoad(state, room) || !room.detached) return state;
    return load(state, room, "newer", { after: rooms.lastSeq(room) ?? 0 });
  },

  newest: showNewest,
};

/** @param {State} state @param {Times} event @returns {State} */
function wake(state, { now }) {
  const [connection, pings] = connections.wake(state.connection, now);
  return moved(state, connection, pings);
}

/** @param {State} state @returns {State} */
function showNewest(state) {
  const room = currentRoom(state);
  if (!room) return state;
  if (!room.detached) return toEnd(state, { ...room, unseen: false });
  return mayLoad(state, room) ? load(state, room, "newest", {}) : state;
}

/**
 * Open the direct conversation that the address names, beside a room.
 * @param {State} state
 * @param {string} place
 * @returns {State}
 */
function startDirect(state, place) {
  if (!place.startsWith("@") || place.length < 2) return state;
  const [direct, next] = withDirect(state, place.slice(1));
  return { ...next, current: direct.name, opening: null };
}

/** @param {Room} room @param {boolean} before @param {boolean} now @returns {Room} */
function turned(room, before, now) {
  if (before === now) return room;
  return now ? rooms.enter(room) : rooms.leave(room);
}

/** @param {State} state @param {Connection} connection @param {boolean} pings @returns {State} */
function moved(state, connection, pings) {
  if (connection === state.connection) return state;
  const next = connection.dial === state.connection.dial ? { ...state, connection } : disconnected(state, connection);
  return pings ? send(next, { type: "ping" }) : next;
}

/**
 * Return the state after its socket is gone.
 * @param {State} state
 * @param {Connection} connection
 * @returns {State}
 */
function disconnected(state, connection) {
  const left = [...state.rooms].map(
    /** @returns {[string, Room]} */
    ([name, room]) => [name, { ...room, joined: room.peer !== null, loading: null, filling: false }],
  );
  // What was being tried when the connection went is tried again by itself.
  const over = state.passPrompt?.trying ? { nickPrompt: null, passPrompt: null } : {};
  return searchDisconnected(unreached({
    ...state, ...over, connection, rooms: new Map(left), asks: {},
    outbox: outboxes.unsend(state.outbox),
  }));
}

/** @param {State} state @param {Room|undefined} room @returns {room is Room} */
function mayLoad(state, room) {
  return room !== undefined && room.joined && !room.loading && state.connection.phase === "live";
}

/**
 * @param {State} state
 * @param {Room} room
 * @param {Page} what
 * @param {{ before?: number, after?: number }} range
 * @returns {State}
 */
function load(state, room, what, range) {
  const loading = changeRoom(state, room.name, { ...room, loading: what });
  return ask(loading, what, { type: "history", room: room.name, limit: 100, ...range });
}
