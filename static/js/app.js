/**
 * The page's centre: it connects state, socket, storage, clock and screen.
 *
 * Everything that happens becomes an event. The state after it says what is to be
 * sent, which socket is to be open and what is on the screen. It decides nothing:
 * it knows no rule of the conversation and makes no element.
 */

/**
 * @import { Socket } from "./browser/socket.js"
 * @import { PageEvent } from "./model/types.js"
 * @import { HubEvent } from "./text/wire.js"
 * @import { PageActs } from "./view/types.js"
 */

import { WORDS } from "./model/strings.js";
import { uuidFrom } from "./text/wire.js";
import { due, ownsSession } from "./model/connection.js";
import { keptDirects } from "./model/directs.js";
import { initialState, reduce } from "./model/state.js";
import { currentRoom } from "./model/update.js";
import { closeTop, watchLayers } from "./view/overlay.js";
import { checkForUpdate, startWorker } from "./view/serviceworker.js";
import { View } from "./view/view.js";
import { Asking } from "./browser/asking.js";
import { Attention } from "./browser/attention.js";
import { copyText } from "./browser/clipboard.js";
import { Journey } from "./browser/journey.js";
import { askPermission, permission } from "./browser/permission.js";
import { addressOf, currentRoute, takePass } from "./browser/route.js";
import { watchSleep } from "./browser/sleep.js";
import { askGate, askWhy, openSocket, socketUrl } from "./browser/socket.js";
import { concernsPrefs, loadPrefs, makeStorage, savePrefs } from "./browser/storage.js";
import { Tabs } from "./browser/tabs.js";
import { watchViewport } from "./browser/viewport.js";

// Before anything else: it is to stand in the address for as short as can be.
const invited = takePass();
const asking = new Asking((request) => socket.send(request));
const local = allowed(() => localStorage);
const storage = makeStorage(local, allowed(() => sessionStorage), allowed(() => indexedDB));
const attention = new Attention((room, seq) => dispatch({ type: "visit", room, seq }), addressOf);
let state = initialState;
/** @type {Socket & { dial: number }} */
let socket = { dial: 0, send() {}, close() {} };
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let everOpened = false;
let painting = false;
let unseen = 0;
let took = 0;

/** A rendering that takes longer is followed by a pause. */
const HEAVY_MS = 16;

/** After so many sockets that were not opened the page asks why. */
const ASKS_AFTER = 2;

/** How long a database that does not answer may delay lines. */
const RESTORE_WAIT_MS = 2_000;

/** A server that does not answer by then counts as unreachable. */
const REPLY_WAIT_MS = 3_000;

/** @param {PageEvent} event */
function dispatch(event) {
  const before = state;
  const random = crypto.getRandomValues(new Uint32Array(1))[0] / 2 ** 32;
  state = reduce(state, { ...event, now: performance.now(), at: Date.now(), random });
  if (state === before) return;
  connect();
  const { outgoing, alerts } = state;
  state = { ...state, outgoing: [], alerts: [] };
  if (ownsSession(state.connection) && !ownsSession(before.connection)) tabs.took();
  for (const request of outgoing) socket.send(request);
  for (const alert of alerts) {
    attention.take(alert);
    view.speak(alert);
  }
  if (state.prefs !== before.prefs) savePrefs(local, state.prefs);
  storage.save(state, before);
  journey.shows(state.current, currentRoom(state)?.aim?.seq);
  if (state.connection.phase === "live" && before.connection.phase !== "live") {
    checkForUpdate();
    tabs.handOver([], state.pass);
  }
  wait();
  paint();
}

/** Open and close sockets until the one that the state wants is there. */
function connect() {
  const { dial } = state.connection;
  if (dial === socket.dial) return;
  socket.close();
  asking.lost();
  socket = { dial, send() {}, close() {} };
  if (!dial) return;
  const url = socketUrl(location);
  const opened = openSocket(url, {
    opened: () => {
      everOpened = true;
      dispatch({ type: "opened", dial });
    },
    lines: (events, wrong) => receive(dial, events, wrong),
    closed: () => {
      asking.lost();
      dispatch({ type: "closed", dial });
      // Where it has worked before, or fails for the first time, the server is away.
      if (everOpened || state.connection.attempt < ASKS_AFTER) return;
      askWhy(url, location.origin).then((why) => dispatch({ type: "blocked", ...why }));
    },
  });
  socket = { ...opened, dial };
}

/** @param {number} dial @param {HubEvent[]} events @param {string[]} wrong */
function receive(dial, events, wrong) {
  if (wrong.length) dispatch({ type: "malformed", wrong });
  dispatch({ type: "lines", dial, events: asking.take(events) });
  const directs = events.filter((event) => event.type === "direct");
  if (directs.length) tabs.tell(directs);
  if (state.connection.phase === "replaced") tabs.replaced();
}

/** Take the session over, with what another tab stored meanwhile. */
function takeSession() {
  if (state.connection.phase === "waiting") dispatch({ type: "connect" });
  if (ownsSession(state.connection)) return;
  dispatch({ type: "connect", kept: storage.load(), restoring: true });
  restore();
}

/**
 * What a person does in this tab happens here: the tab takes the session back first.
 * @param {PageEvent} event
 */
function takeAndDispatch(event) {
  if (state.connection.phase === "replaced") takeSession();
  dispatch(event);
}

/** Read the unsent lines; new lines wait for it for RESTORE_WAIT_MS at most. */
function restore() {
  const late = setTimeout(() => dispatch({ type: "restored", items: [], gone: [] }), RESTORE_WAIT_MS);
  storage.restore().catch(() => ({ items: [], gone: [] })).then((found) => {
    clearTimeout(late);
    dispatch({ type: "restored", ...found });
  });
}

/** Wake up when something is due, and every second while one is counted down. */
function wait() {
  clearTimeout(timer);
  const next = due(state.connection);
  if (next === null) return;
  const left = Math.max(0, next - performance.now());
  const counting = state.connection.phase === "waiting";
  timer = setTimeout(() => {
    dispatch({ type: "tick" });
    wait();
    if (counting) paint();
  }, counting ? Math.min(left, 1000) : left);
}

/** Render the state once a frame, and less often in a hidden tab. */
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
  // Under load, the browser gets as much time for everything else.
  else setTimeout(() => requestAnimationFrame(show), took);
}

/**
 * Storage may be forbidden: then the first access throws.
 * @template T
 * @param {() => T} touch
 * @returns {T | null}
 */
function allowed(touch) {
  try {
    return touch();
  } catch {
    return null;
  }
}

/** Return the channel to the other tabs, if storage is shared with them at all. */
function channel() {
  const alone = { postMessage() {} };
  try {
    return storage.isShared() ? new BroadcastChannel("hubbub") : alone;
  } catch {
    return alone;
  }
}

/** Show how much is unread. Its drawing is loaded once there is something. @param {number} count */
async function showCount(count) {
  if (!count && !unseen) return;
  unseen = count;
  const badge = await import("./browser/badge.js").catch(() => null);
  badge?.showCount(unseen);
}

function freshId() {
  return uuidFrom(crypto.getRandomValues(new Uint8Array(16)));
}

/** @type {PageActs} */
const act = {
  typed(text) {
    const before = state.accepted;
    if (text.trim() && state.connection.phase === "replaced") takeSession();
    dispatch({ type: "typed", text, id: freshId(), web: new URL(".", location.href).href });
    return state.accepted !== before;
  },
  again: (id) => takeAndDispatch({ type: "again", id, freshId: freshId() }),
  drop: (id) => takeAndDispatch({ type: "drop", id }),
  open: (room) => dispatch({ type: "open", room }),
  openDirect: (nick) => dispatch({ type: "openDirect", nick }),
  visit: (place) => dispatch({ type: "visit", ...place }),
  address: addressOf,
  search: (text) => dispatch({ type: "search", text }),
  seek: (text) => dispatch({ type: "seek", text }),
  searchMore: () => dispatch({ type: "searchMore" }),
  ask: (query) => (state.connection.phase === "live" ? asking.ask(query)
    : Promise.reject(new Error(WORDS.notNow))),
  closeSearch: () => dispatch({ type: "closeSearch" }),
  seen: () => dispatch({ type: "seen" }),
  sawFirst: () => dispatch({ type: "sawFirst" }),
  firstUnread: () => dispatch({ type: "firstUnread" }),
  join: (room) => takeAndDispatch({ type: "join", room }),
  leave: (room) => takeAndDispatch({ type: "leave", room }),
  undoLeave: () => takeAndDispatch({ type: "undoLeave" }),
  look: (look) => dispatch({ type: "look", ...look }),
  named: (nick) => takeAndDispatch({ type: "named", nick }),
  passed: (answer) => takeAndDispatch({ type: "passed", ...answer }),
  askNick: () => dispatch({ type: "askNick" }),
  keepNick: () => dispatch({ type: "keepNick" }),
  directory: () => dispatch({ type: "directory" }),
  listed: () => dispatch({ type: "listed" }),
  helped: () => dispatch({ type: "helped" }),
  connect: takeSession,
  forget,
  older: () => dispatch({ type: "older" }),
  newer: () => dispatch({ type: "newer" }),
  newest: () => dispatch({ type: "newest" }),
  clearError: () => dispatch({ type: "clearError" }),
  prefer: (changes) => dispatch({ type: "prefer", changes }),
  ignore: (nick, on) => dispatch({ type: "ignore", nick, on }),
  mayNotify: () => permission(),
  askToNotify: () => askPermission(),
  chime: () => attention.chime(),
  copy: copyText,
  showCount,
};

const tabs = new Tabs(channel(), {
  later: (ms, what) => setTimeout(what, ms), now: Date.now, random: Math.random,
}, {
  state: () => ({
    ownsSession: ownsSession(state.connection), visible: !document.hidden,
    waits: state.connection.phase === "replaced" || (state.connection.phase === "idle" && storage.load().nick !== ""),
  }),
  take: takeSession,
  yield() {
    tabs.handOver(keptDirects(state), state.pass);
    dispatch({ type: "yielded" });
  },
  given(directs, pass = "") {
    dispatch({ type: "given", directs });
    dispatch({ type: "passGiven", pass });
  },
  heard: (events) => dispatch({ type: "overheard", events }),
  forget: startOver,
});

// Somebody follows an invitation in a tab that is open.
for (const name of ["popstate", "hashchange"]) {
  addEventListener(name, () => dispatch({ type: "passGiven", pass: takePass() }));
}

const journey = new Journey({
  isOpen: (room) => state.rooms.has(room) || state.wanted.includes(room),
  visit: act.visit, closeTop,
});
watchLayers((covered) => journey.covered(covered));

const view = new View(act, storage);
watchViewport();

addEventListener("online", () => dispatch({ type: "online" }));
addEventListener("offline", () => dispatch({ type: "offline" }));
document.addEventListener("visibilitychange", () => {
  // A frame that was asked for before is not shown while the tab is hidden.
  painting = false;
  dispatch({ type: "look", visible: !document.hidden });
  if (document.hidden) tabs.hid();
  else turned();
});
addEventListener("focus", () => {
  dispatch({ type: "look", focused: true });
  turned();
});
addEventListener("blur", () => dispatch({ type: "look", focused: document.hasFocus() }));
// Another tab of this browser chose something.
addEventListener("storage", (event) => {
  if (concernsPrefs(event)) dispatch({ type: "prefer", changes: loadPrefs(local) });
});

// Not "unload", which would keep the page out of the back/forward cache.
// A page in that cache has no socket, so it gives the session up.
addEventListener("pagehide", () => {
  tabs.closes();
  dispatch({ type: "yielded" });
});
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) turned();
});

function turned() {
  dispatch({ type: "wake" });
  tabs.turned();
}

function forget() {
  tabs.forget();
  startOver();
}

/**
 * Restart as at the first visit: nothing that was on the screen stays.
 *
 * Loading again makes sure of it. Where there is nothing to load from, the page
 * goes on with an empty state, and keeps nothing until it is loaded.
 */
async function startOver() {
  dispatch({ type: "forget" });
  await storage.forget();
  const there = await fetch(location.pathname, {
    method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(REPLY_WAIT_MS),
  }).catch(() => null);
  if (there?.ok) location.reload();
}

/** Start; a tab that opens hidden leaves the session to another. */
async function begin() {
  dispatch({ type: "prefer", changes: loadPrefs(local) });
  dispatch({ type: "look", visible: !document.hidden, focused: document.hasFocus() });
  const kept = storage.load();
  if (invited) kept.pass = invited;
  const hidden = document.hidden && kept.nick !== "";
  const elsewhere = hidden && ["seen", "hidden"].includes(await tabs.ask());
  // A machine without a network may still reach a hub on itself: what the browser
  // says about being online is shown, and never keeps the page from trying.
  dispatch({
    type: "start", kept, ...currentRoute(), online: navigator.onLine, elsewhere, restoring: true,
  });
  restore();
  watchSleep(() => dispatch({ type: "wake" }));
  takeDrafts();
  if (kept.nick || kept.pass) return;
  const text = await askGate(socketUrl(location));
  if (text) dispatch({ type: "gated", text });
}

/** If no other tab is open, take over the drafts of a closed one. */
async function takeDrafts() {
  const left = storage.leftDrafts();
  if (!left.size || (await tabs.ask()) !== "alone") return;
  view.takeDrafts(left);
}

begin();
startWorker();
