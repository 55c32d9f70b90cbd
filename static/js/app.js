/**
 * The centre: the one place where state, socket, storage, clock and screen meet.
 *
 * Everything that happens becomes an event; the state after it says what is to
 * be sent, which socket is to be open, and what is on the screen.
 */

import { makeKeep } from "./keep.js";
import { due } from "./link.js";
import { lookForNewer, startShell } from "./shell.js";
import { openSocket, socketUrl } from "./socket.js";
import { initialState, reduce } from "./state.js";
import { roomName } from "./typed.js";
import { View } from "./view.js";
import { uuidFrom } from "./wire.js";

const keep = makeKeep(storage("localStorage"), storage("sessionStorage"));
let state = initialState;
let socket = { dial: 0, send() {}, close() {} };
let shown = { room: null, seq: undefined };
let timer = null;
let painting = false;
let took = 0;

/** A picture that takes longer to draw is followed by a pause. */
const HEAVY_MS = 16;

function dispatch(type, event = {}) {
  const before = state;
  const random = crypto.getRandomValues(new Uint32Array(1))[0] / 2 ** 32;
  state = reduce(state, { type, now: performance.now(), at: Date.now(), random, ...event });
  if (state === before) return;
  connect();
  const { outgoing } = state;
  state = { ...state, outgoing: [] };
  for (const request of outgoing) socket.send(request);
  keep.save(state, before);
  showAddress(before);
  if (state.link.phase === "live" && before.link.phase !== "live") lookForNewer();
  wait();
  paint();
}

/** Open and close sockets until the one that the state wants is there. */
function connect() {
  const { dial } = state.link;
  if (dial === socket.dial) return;
  socket.close();
  socket = { dial, send() {}, close() {} };
  if (!dial) return;
  const opened = openSocket(socketUrl(location), {
    opened: () => dispatch("opened", { dial }),
    lines: (events) => dispatch("lines", { dial, events }),
    closed: () => dispatch("closed", { dial }),
  });
  socket = { ...opened, dial };
}

/** Wake up when something is due, and every second while one is counted down. */
function wait() {
  clearTimeout(timer);
  const next = due(state.link);
  if (next === null) return;
  const left = Math.max(0, next - performance.now());
  const counting = state.link.phase === "waiting";
  timer = setTimeout(() => {
    dispatch("tick");
    wait();
    if (counting) paint();
  }, counting ? Math.min(left, 1000) : left);
}

/** Show the state once a frame, and seldom where nobody looks. */
function paint() {
  if (painting) return;
  painting = true;
  const show = () => {
    painting = false;
    const began = performance.now();
    view.render(state, began);
    took = performance.now() - began;
  };
  if (document.hidden) setTimeout(show, 250);
  else if (took < HEAVY_MS) requestAnimationFrame(show);
  // In a flood of lines the browser gets as much time for everything else.
  else setTimeout(() => requestAnimationFrame(show), took);
}

/** The address names the room, and the line that was gone to; "back" leads to the room before. */
function showAddress(before) {
  const aim = state.rooms.get(state.current)?.aim?.seq;
  if (!state.current || (state.current === shown.room && aim === shown.seq)) return;
  const moved = before.current !== null && state.current !== before.current;
  shown = { room: state.current, seq: aim };
  const there = addressed();
  if (there.room === shown.room && (there.seq ?? undefined) === aim) return;
  const hash = hashOf(state.current, aim);
  if (moved) history.pushState(null, "", hash);
  else history.replaceState(null, "", hash);
}

function hashOf(room, seq) {
  const name = encodeURIComponent(room).replace("%40", "@");
  return `#${name}${seq ? `/${seq}` : ""}`;
}

/** Return what the address names: {room, seq}; "" and null where it names nothing. */
function addressed() {
  const [name, number] = location.hash.slice(1).split("/");
  const seq = /^[1-9]\d{0,14}$/u.test(number ?? "") ? Number(number) : null;
  try {
    return { room: roomName(decodeURIComponent(name)), seq };
  } catch {
    return { room: "", seq: null };
  }
}

/** Storage may be forbidden, which shows at its first touch. */
function storage(name) {
  try {
    return window[name];
  } catch {
    return null;
  }
}

function freshId() {
  return uuidFrom(crypto.getRandomValues(new Uint8Array(16)));
}

const act = {
  typed(text) {
    const before = state.accepted;
    dispatch("typed", { text, id: freshId() });
    return state.accepted !== before;
  },
  again: (id) => dispatch("again", { id, freshId: freshId() }),
  drop: (id) => dispatch("drop", { id }),
  open: (room) => dispatch("open", { room }),
  talk: (nick) => dispatch("talk", { nick }),
  visit: (place) => dispatch("visit", place),
  address: (room, seq) => new URL(hashOf(room, seq), location.href).href,
  search: (text) => dispatch("search", { text }),
  searchMore: () => dispatch("searchMore"),
  closeSearch: () => dispatch("closeSearch"),
  seen: () => dispatch("seen"),
  join: (room) => dispatch("join", { room }),
  leave: (room) => dispatch("leave", { room }),
  look: (look) => dispatch("look", look),
  named: (nick) => dispatch("named", { nick }),
  askNick: () => dispatch("askNick"),
  keepNick: () => dispatch("keepNick"),
  directory: () => dispatch("directory"),
  listed: () => dispatch("listed"),
  connect: () => dispatch("connect"),
  older: () => dispatch("older"),
  newer: () => dispatch("newer"),
  newest: () => dispatch("newest"),
  calm: () => dispatch("calm"),
};

const view = new View(act, keep.drafts(), keep.saveDrafts);

addEventListener("online", () => dispatch("online"));
addEventListener("offline", () => dispatch("offline"));
addEventListener("hashchange", () => {
  const place = addressed();
  if (place.room && (place.room !== state.current || place.seq)) dispatch("visit", place);
});
document.addEventListener("visibilitychange", () => {
  // A frame that was asked for before is not shown while the tab is hidden.
  painting = false;
  dispatch("look", { visible: !document.hidden });
  if (!document.hidden) dispatch("wake");
});

// Not "unload", which would keep the page out of the browser's quick way back.
addEventListener("pagehide", () => {
  if (state.link.phase !== "replaced" && state.session.resume) keep.leaveBehind(state);
});

// A machine without a network may still reach a hub on itself: what the browser
// says about being online is shown, and never keeps the page from trying.
dispatch("start", { kept: keep.load(), ...addressed(), online: navigator.onLine });
startShell();
