/**
 * The page's state and everything that can happen to it: (state, event) -> state.
 *
 * Pure: no DOM, no socket, no clock. An event carries the times, ids and random
 * numbers that it needs. What is to be sent is put into `outgoing`, which the
 * centre empties after every event; which socket should be open is `link.dial`.
 */

import { goTo, noSearch, reach, search, searchDisconnected, searchMore, unreached } from "./search.js";
import { hubSaid } from "./events.js";
import * as links from "./connection.js";
import * as outboxes from "./outbox.js";
import { firstPrefs, withIgnored } from "./prefs.js";
import * as rooms from "./room.js";
import { flush } from "./sending.js";
import { ask, changeRoom, helloRequest, isLooking, isReading, send, toEnd } from "./update.js";
import { takeOver } from "./handoff.js";
import { restoreTalks, withTalk } from "./directs.js";
import { prefer, read, told } from "./alerts.js";
import { join, leave, openRoom, openTalk, rename, typed } from "./actions.js";

export const DEFAULT_ROOM = "lobby";



export const initialState = {
  nick: "",
  session: { resume: null, log: null, server: "" },
  limits: { text: 32768, nick: 24, room: 48, history: 200 },
  // How long the hub keeps messages.
  keeps: { disk: true },
  link: links.initialLink,
  // By name. A map, since a room may be called like a property of every object.
  rooms: new Map(),
  // Rooms to be in, in the order of the list; asked for again at each hello.
  wanted: [],
  // The last looked at, so that leaving a room shows the one before it.
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
  // The list of rooms was asked for by a command, and is to be opened.
  listing: false,
  error: null,
  nickPrompt: null,
  accepted: 0,
  // A line that somebody wants to see, and what somebody looks for.
  goal: null,
  search: noSearch,
  look: { visible: true, focused: true, atEnd: true },
  prefs: firstPrefs,
  outgoing: [],
  // What is to be told by a notification or a sound; emptied as `outgoing` is.
  signals: [],
};

/** Return the state after `event`. Unknown events change nothing. */
export function reduce(state, event) {
  const handler = Object.hasOwn(handlers, event.type) ? handlers[event.type] : null;
  return handler ? settle(handler(state, event)) : state;
}

/** What follows from any state, whatever led to it. */
function settle(state) {
  return flush(reach(fillHoles(markRead(state))));
}

function markRead(state) {
  const room = state.rooms.get(state.current);
  if (!room || !isLooking(state) || room.detached) return state;
  if (room.newest === null || (room.read === room.newest && !room.mentions && !room.told)) return state;
  return read(state, { ...room, read: room.newest });
}

/** Ask for what is missing between two lines, one page at a time. */
function fillHoles(state) {
  if (state.link.phase !== "live") return state;
  for (const room of [...state.rooms.values()]) {
    if (!room.joined || room.filling) continue;
    const gap = rooms.firstGap(room);
    if (!gap) continue;
    const marked = changeRoom(state, room.name, { ...room, filling: true });
    const request = { type: "history", room: room.name, after: gap.after };
    state = ask(marked, "gap", { ...request, limit: state.limits.history });
  }
  return state;
}

const handlers = {
  start(state, { kept, room, seq, online, now, elsewhere = false, restoring = false }) {
    const outbox = outboxes.restore(kept.outbox);
    const place = room || kept.current || DEFAULT_ROOM;
    const open = place.startsWith("@") ? kept.rooms[0] ?? DEFAULT_ROOM : place;
    const wanted = kept.rooms.includes(open) ? kept.rooms : [...kept.rooms, open];
    const link = { ...state.link, online };
    const begun = {
      ...state, outbox, restoring, wanted, link, nick: kept.nick, opening: open, marks: kept.marks,
      session: { ...state.session, ...kept.session },
      goal: seq ? { room: open, seq } : null,
    };
    const started = startTalk(restoreTalks(begun, kept.talks), place);
    if (!kept.nick) return { ...started, nickPrompt: { reason: "", renaming: false } };
    return { ...started, link: elsewhere ? links.replaced(link) : links.dial(link, now) };
  },

  restored(state, { items, gone }) {
    return { ...state, restoring: false, outbox: outboxes.merge(state.outbox, items, gone) };
  },

  // --- the connection ---

  opened(state, { dial, now }) {
    if (dial !== state.link.dial) return state;
    return send({ ...state, link: links.opened(state.link, now) }, helloRequest(state));
  },

  lines(state, { dial, events, now, at }) {
    if (dial !== state.link.dial) return state;
    const heard = { ...state, link: links.heard(state.link, now) };
    const next = told(heard, hubSaid(heard, events, { now, at }), events);
    return next.link.dial === dial ? next : disconnected(next, next.link);
  },

  closed(state, { dial, now, random }) {
    if (dial !== state.link.dial) return state;
    return disconnected(state, links.lost(state.link, now, random));
  },

  tick(state, { now, random }) {
    const [link, pings] = links.tick(state.link, now, random);
    return moved(state, link, pings);
  },

  wake(state, { now }) {
    const [link, pings] = links.wake(state.link, now);
    return moved(state, link, pings);
  },

  online(state, event) {
    return handlers.wake({ ...state, link: { ...state.link, online: true } }, event);
  },

  // The socket may well live on (a hub on this machine): it is asked at once.
  offline(state, event) {
    const link = { ...state.link, online: false };
    if (link.phase !== "live") return { ...state, link };
    return handlers.wake({ ...state, link }, event);
  },

  // The user wants it now, or this tab is to have it, with what was `kept`.
  connect(state, { now, kept, restoring = false }) {
    const { phase } = state.link;
    const link = { ...state.link, attempt: 0 };
    if (phase === "waiting") return { ...state, link: links.dial(link, now) };
    if (links.ownsSession(link) || (phase === "idle" && !kept?.nick)) return state;
    const next = { ...(kept ? takeOver(state, kept) : state), restoring };
    if (next.nick) return { ...next, link: links.dial(link, now) };
    return { ...next, link: { ...link, phase: "idle" }, nickPrompt: { reason: "", renaming: false } };
  },

  // Another tab of this browser has the conversation now.
  yielded(state) {
    if (state.link.phase === "replaced") return state;
    return disconnected({ ...state, nickPrompt: null }, links.replaced(state.link));
  },

  // What the hub tells one connection only, told on by the tab that has it.
  overheard(state, { events, now, at }) {
    return state.link.phase === "replaced" ? hubSaid(state, events, { now, at }) : state;
  },

  // What another tab has of conversations with one person. Those here are as new.
  given: (state, { talks }) => restoreTalks(state, talks),

  // This browser is to know nothing any more, as at the first visit.
  forget({ link, look, directory, accepted }) {
    return {
      ...initialState, look, accepted, directory: directory && [],
      link: { ...links.initialLink, dials: link.dials, online: link.online },
      wanted: [DEFAULT_ROOM], opening: DEFAULT_ROOM, nickPrompt: { reason: "", renaming: false },
    };
  },

  // --- the person ---

  named(state, { nick, now }) {
    if (state.link.phase === "live") return rename(state, nick);
    const next = { ...state, nick, nickPrompt: null };
    if (state.link.phase === "nickPrompt" && state.link.dial) {
      return send({ ...next, link: links.opened(state.link, now) }, helloRequest(next));
    }
    return { ...next, link: links.dial(state.link, now) };
  },

  askNick: (state) => ({ ...state, nickPrompt: { reason: "", renaming: true } }),
  keepNick: (state) => (state.nickPrompt?.renaming ? { ...state, nickPrompt: null } : state),
  typed,
  clearError: (state) => (state.error ? { ...state, error: null } : state),

  again(state, { id, freshId }) {
    return { ...state, outbox: outboxes.again(state.outbox, id, freshId) };
  },

  drop: (state, { id }) => ({ ...state, outbox: outboxes.remove(state.outbox, id) }),
  open: (state, { room }) => openRoom(state, room),
  talk: (state, { nick }) => openTalk(state, nick),
  // An address names a room, a conversation, or a line in one of them.
  visit(state, { room, seq }) {
    const next = room.startsWith("@") ? openTalk(state, room.slice(1)) : join(state, room);
    return seq ? goTo(next, { room: next.opening ?? next.current, seq }) : next;
  },
  join: (state, { room }) => join(state, room),
  leave: (state, { room }) => leave(state, room),
  prefer: (state, { changes }) => prefer(state, changes),
  ignore: (state, { nick, on }) => prefer(state, { ignored: withIgnored(state.prefs.ignored, nick, on) }),
  listed: (state) => (state.listing ? { ...state, listing: false } : state),
  directory: (state) => (state.link.phase === "live" ? ask(state, "rooms", { type: "rooms" }) : state),

  look(state, { visible, focused, atEnd }) {
    const before = state.look;
    const look = {
      visible: visible ?? before.visible, focused: focused ?? before.focused, atEnd: atEnd ?? before.atEnd,
    };
    const room = state.rooms.get(state.current);
    const next = { ...state, look };
    if (!room) return next;
    const marked = turned(room, isLooking(state), isLooking(next));
    return changeRoom(next, room.name, rooms.trim(marked, isReading(next, room.name)));
  },

  // Nothing is new any more: the mark goes, and the newest line is shown.
  seen(state) {
    const room = state.rooms.get(state.current);
    if (!room) return state;
    return handlers.newest(changeRoom(state, room.name, { ...room, mark: null }));
  },

  search: (state, { text }) => search(state, text),
  searchMore,
  closeSearch: (state) => ({ ...state, search: noSearch }),

  older(state) {
    const room = state.rooms.get(state.current);
    if (!mayLoad(state, room) || !rooms.hasOlder(room)) return state;
    return load(state, room, "older", { before: rooms.firstSeq(room) });
  },

  newer(state) {
    const room = state.rooms.get(state.current);
    if (!mayLoad(state, room) || !room.detached) return state;
    return load(state, room, "newer", { after: rooms.lastSeq(room) ?? 0 });
  },

  newest(state) {
    const room = state.rooms.get(state.current);
    if (!room) return state;
    if (!room.detached) return toEnd(state, room);
    return mayLoad(state, room) ? load(state, room, "newest", {}) : state;
  },
};

/** Someone whose address names a conversation comes to it, beside a room. */
function startTalk(state, place) {
  if (!place.startsWith("@") || place.length < 2) return state;
  const [talk, next] = withTalk(state, place.slice(1));
  return { ...next, current: talk.name, opening: null };
}

function turned(room, before, now) {
  if (before === now) return room;
  return now ? rooms.enter(room) : rooms.leave(room);
}

function moved(state, link, pings) {
  if (link === state.link) return state;
  const next = link.dial === state.link.dial ? { ...state, link } : disconnected(state, link);
  return pings ? send(next, { type: "ping" }) : next;
}

/** What is left of the state when a socket is gone. */
function disconnected(state, link) {
  const left = [...state.rooms].map(
    ([name, room]) => [name, { ...room, joined: room.peer !== null, loading: null, filling: false }],
  );
  return searchDisconnected(unreached({
    ...state, link, rooms: new Map(left), asks: {},
    outbox: outboxes.unsend(state.outbox),
  }));
}

function mayLoad(state, room) {
  return room && room.joined && !room.loading && state.link.phase === "live";
}

function load(state, room, what, range) {
  const request = { type: "history", room: room.name, limit: 100, ...range };
  return ask(changeRoom(state, room.name, { ...room, loading: what }), what, request);
}
