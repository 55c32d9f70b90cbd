/**
 * Keys that work everywhere on the page. It knows no socket; `act` does things.
 */

/** @import { Acts } from "./types.js" */

/** @typedef {Record<string, (act: Acts, event: KeyboardEvent) => unknown>} KeyTable */

import { byId } from "./dom.js";
import { later } from "./later.js";

/** Whether the pointer was used last, and no key since that goes from place to place. */
let pointed = false;

/** The keys of a keyboard that writes no Latin letters, by where they are. */
const PLACES = new Map([["Comma", ","], ["Slash", "/"]]);

/**
 * Return the letter or sign that a shortcut is called by. On keyboards for other
 * scripts it is what stands at that place of a Latin one.
 * @param {KeyboardEvent} event
 * @returns {string}
 */
export function shortcutOf({ key, code, shiftKey }) {
  if (key.length !== 1 || key < "\u0080") return key.length === 1 ? key.toLowerCase() : key;
  const place = /^Key([A-Z])$/u.exec(code)?.[1].toLowerCase() ?? PLACES.get(code);
  return (place === "/" && shiftKey ? "?" : place) ?? key;
}

/**
 * Whether a bare letter may be a shortcut: only for who has come by keyboard. After
 * a click the same letter is the first of something that is being written.
 * @returns {boolean}
 */
export function lettersAct() {
  return !pointed;
}

/** Keys that are held while another is pressed, or that choose what the others write. */
const HELPERS = new Set(["Shift", "Control", "Alt", "Meta", "AltGraph", "CapsLock", "Dead", "Process", "Unidentified"]);

export class Keys {
  /** @param {Acts} act */
  constructor(act) {
    this.act = act;
    byId("help-open").addEventListener("click", openHelp);
    document.addEventListener("pointerdown", () => { pointed = true; }, true);
    document.addEventListener("keydown", ({ key }) => {
      // What writes is no way from place to place, nor is a key that only helps others.
      if (key.length > 1 && !HELPERS.has(key)) pointed = false;
    }, true);
    document.addEventListener("keydown", (event) => this.pressed(event));
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]")) return;
    const command = event.ctrlKey || event.metaKey;
    const key = shortcutOf(event);
    const what = (command ? commandKeys : event.altKey ? altKeys : keys)[key];
    if (what && what(this.act, event) !== false) event.preventDefault();
    else if (isWriting(event)) byId("text").focus();
  }
}

/** Show which commands and keys there are. */
export async function openHelp() {
  (await later(() => import("./helpview.js")))?.showHelp();
}

/**
 * Whoever types or pastes while nothing else takes it writes in the box.
 * @param {KeyboardEvent} event
 * @returns {boolean}
 */
function isWriting(event) {
  const { key, target, ctrlKey, metaKey, altKey } = event;
  const idle = target === document.body || target === byId("log")
    || (target instanceof Element && target.matches(".line"));
  const pasting = (ctrlKey || metaKey) && shortcutOf(event) === "v";
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
  "?": (_, event) => (isTyping(event.target) || pointed ? false : openHelp()),
  F6: (_, event) => goOn(event.shiftKey ? -1 : 1),
  PageUp: (act, event) => (event.shiftKey ? act.firstUnread() : false),
  Escape: (act, event) => act.escape(event.target),
};

/** @param {EventTarget|null} target @returns {boolean} */
function isTyping(target) {
  return target instanceof Element && target.matches("input, textarea");
}

/** @param {number} step */
async function goOn(step) {
  (await later(() => import("./regions.js")))?.nextRegion(step);
}
