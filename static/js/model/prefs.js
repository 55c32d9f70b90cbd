/**
 * What a person has chosen about the page.
 *
 * It knows no storage. What a browser kept may be from another version, or
 * damaged: it is read choice by choice, and what is invalid gets its default.
 */

/** @import { Notify, Prefs } from "./types.js" */

import { foldCase } from "../text/wire.js";

/** @type {Prefs["notify"][]} */
export const NOTIFY = ["mentions", "all", "none"];

/** @type {Prefs["theme"][]} */
export const THEMES = ["system", "light", "dark"];

/** @type {Prefs["size"][]} */
export const SIZES = ["small", "normal", "large", "largest"];

/** More rooms than a hub lets anybody be in. */
const ROOMS_MOST = 200;

/** The list is stored and never shrinks by itself, so it is bounded. */
const IGNORED_MOST = 500;

/** @type {Prefs} */
export const firstPrefs = {
  notify: "mentions", sound: false, presence: true, ignored: [], theme: "system", size: "normal",
  // What is told of single rooms, where it is not what is told of all.
  rooms: {},
};

/**
 * Return valid preferences from any value.
 * @param {unknown} value
 * @returns {Prefs}
 */
export function readPrefs(value) {
  const { notify, sound, presence, ignored, theme, size, rooms } = Object(value);
  return {
    notify: NOTIFY.includes(notify) ? notify : firstPrefs.notify,
    sound: typeof sound === "boolean" ? sound : firstPrefs.sound,
    presence: typeof presence === "boolean" ? presence : firstPrefs.presence,
    ignored: Array.isArray(ignored) ? onlyNicks(ignored) : firstPrefs.ignored,
    theme: THEMES.includes(theme) ? theme : firstPrefs.theme,
    size: SIZES.includes(size) ? size : firstPrefs.size,
    rooms: Object.fromEntries(
      Object.entries(Object(rooms)).filter(([, one]) => NOTIFY.includes(one)).slice(-ROOMS_MOST),
    ),
  };
}

/**
 * Return what is told of a room, or of a conversation with one person.
 * @param {{ notify: Notify, rooms: Record<string, Notify> }} prefs
 * @param {string} name
 * @returns {Notify}
 */
export function notifyOf({ notify, rooms }, name) {
  return Object.hasOwn(rooms, name) ? rooms[name] : notify;
}

/**
 * Whether a room was chosen to be quiet: its lines are no news.
 * @param {{ rooms: Record<string, Notify> }} prefs
 * @param {string} name
 * @returns {boolean}
 */
export function isMuted({ rooms }, name) {
  return Object.hasOwn(rooms, name) && rooms[name] === "none";
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
