/**
 * Keys that work everywhere on the page. It knows no socket; `act` does things.
 */

/** @import { Acts } from "./types.js" */

/** @typedef {Record<string, (act: Acts, event: KeyboardEvent) => unknown>} KeyTable */

import { byId } from "./dom.js";

/** Between these one goes with F6, as between the parts of any window. */
const REGIONS = ["room-list", "log", "text", "people-list"];

export class Keys {
  /** @param {Acts} act */
  constructor(act) {
    this.act = act;
    byId("help-open").addEventListener("click", () => byId("help-dialog").showModal());
    byId("help-close").addEventListener("click", () => byId("help-dialog").close());
    document.addEventListener("keydown", (event) => this.pressed(event));
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]")) return;
    const command = event.ctrlKey || event.metaKey;
    const what = command ? commandKeys[event.key.toLowerCase()] : event.altKey ? altKeys[event.key] : keys[event.key];
    if (what && what(this.act, event) !== false) event.preventDefault();
    else if (isWriting(event)) byId("text").focus();
  }
}

/**
 * Whoever types or pastes while nothing else takes it writes in the box.
 * @param {KeyboardEvent} event
 * @returns {boolean}
 */
function isWriting({ key, target, ctrlKey, metaKey, altKey }) {
  const idle = target === document.body || target === byId("log")
    || (target instanceof Element && target.matches(".line"));
  const pasting = (ctrlKey || metaKey) && key.toLowerCase() === "v";
  const typing = !ctrlKey && !metaKey && !altKey && Array.from(key).length === 1 && key !== " ";
  return idle && (typing || pasting);
}

/** @type {KeyTable} */
const commandKeys = {
  k: (act) => act.chooseRoom(),
  f: (act, event) => (event.shiftKey ? act.search("") : false),
};

/** @type {KeyTable} */
const altKeys = {
  ArrowUp: (act) => act.nextRoom(-1),
  ArrowDown: (act) => act.nextRoom(1),
};

/** @type {KeyTable} */
const keys = {
  "?": (_, event) => (isTyping(event.target) ? false : byId("help-dialog").showModal()),
  F6: (_, event) => nextRegion(event.shiftKey ? -1 : 1),
  PageUp: (act, event) => (event.shiftKey ? act.firstUnread() : false),
  Escape: (act, event) => act.escape(event.target),
};

/** @param {EventTarget|null} target @returns {boolean} */
function isTyping(target) {
  return target instanceof Element && target.matches("input, textarea");
}

/**
 * Return false where there is no other region in sight.
 * @param {number} step
 * @returns {false|void}
 */
function nextRegion(step) {
  const there = REGIONS.map((id) => byId(id)).filter((region) => region.checkVisibility());
  const at = there.findIndex((region) => region.contains(document.activeElement));
  const place = at < 0 ? there.length - 1 : (at + step + there.length) % there.length;
  const region = there[place];
  const goal = region.matches("ul") ? region.querySelector("button") ?? region : region;
  goal.focus();
}
