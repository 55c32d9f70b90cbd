/**
 * What a person has chosen about the page.
 *
 * It knows no storage. What a browser kept may be from another version, or
 * damaged: it is read choice by choice, and what is invalid gets its default.
 */

/** @import { Prefs } from "./types.js" */

import { foldCase } from "../text/wire.js";

/** @type {Prefs["notify"][]} */
export const NOTIFY = ["mentions", "all", "none"];

/** More than anybody has patience for; a list without an end would be kept for ever. */
const IGNORED_MOST = 500;

/** @type {Prefs} */
export const firstPrefs = { notify: "mentions", sound: false, presence: true, ignored: [] };

/**
 * Return whole choices from anything.
 * @param {unknown} value
 * @returns {Prefs}
 */
export function readPrefs(value) {
  const { notify, sound, presence, ignored } = Object(value);
  return {
    notify: NOTIFY.includes(notify) ? notify : firstPrefs.notify,
    sound: typeof sound === "boolean" ? sound : firstPrefs.sound,
    presence: typeof presence === "boolean" ? presence : firstPrefs.presence,
    ignored: Array.isArray(ignored) ? onlyNicks(ignored) : firstPrefs.ignored,
  };
}

/** @param {unknown[]} list @returns {string[]} */
function onlyNicks(list) {
  const nicks = list.filter((nick) => typeof nick === "string").filter(Boolean);
  return [...new Map(nicks.map((nick) => [foldCase(nick), nick])).values()].slice(-IGNORED_MOST);
}

/**
 * Return the list of those who are ignored, with `nick` on it or not.
 * @param {string[]} ignored
 * @param {string} nick
 * @param {boolean} on
 * @returns {string[]}
 */
export function withIgnored(ignored, nick, on) {
  const rest = ignored.filter((one) => foldCase(one) !== foldCase(nick));
  return on ? [...rest, nick].slice(-IGNORED_MOST) : rest;
}

/**
 * Return a function that says whether somebody is ignored.
 * @param {{ ignored: string[] }} prefs
 * @returns {(nick: string) => boolean}
 */
export function ignoring({ ignored }) {
  if (!ignored.length) return () => false;
  const folded = new Set(ignored.map(foldCase));
  return (nick) => folded.has(foldCase(nick));
}

/**
 * Return a function that says whether an entry of a room is left out on the screen.
 * @param {{ prefs: Prefs, nick: string }} state
 * @returns {(entry: { kind: string, nick?: string, tone?: string, what?: string }) => boolean}
 */
export function hiding({ prefs, nick: self }) {
  const ignored = ignoring(prefs);
  return ({ nick, tone, what }) => (nick !== undefined && nick !== self && ignored(nick))
    || (tone === "presence" && what !== "renamed" && !prefs.presence);
}
