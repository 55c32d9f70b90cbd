/**
 * Suggestions for what is being typed: commands, nicks, rooms.
 *
 * The context has what is known: `commands` and `aliases` as in text/commands.js,
 * the `nicks` of the room, `people` anywhere, `ignored` ones, `rooms`, and
 * `recent`: who spoke, the latest first. A command's `takes` names one of these
 * lists; `everybody` is what means all of them. It knows no text box.
 */

/**
 * @import { State } from "./types.js"
 * @import { CommandInfo, Takes } from "../text/commands.js"
 */

/**
 * @typedef {{
 *   commands: CommandInfo[], aliases?: Map<string, string>, nicks: string[], people: string[],
 *   ignored: string[], rooms: string[], recent: string[], everybody?: string[], emoji?: [string, string][],
 * }} Context
 * @typedef {{ text: string, label: string, help?: string }} Suggestion
 * @typedef {{ kind: "command" | "nick" | "emoji" | Takes, from: number, to: number, items: Suggestion[] }} Suggestions
 * @typedef {{ text: string, caret: number, from: number, to: number, put: string }} Taken
 */

import { ALIASES, COMMANDS } from "../text/commands.js";
import { foldCase } from "../text/wire.js";
import { isPartial } from "./people.js";
import { COMMAND_WORDS, EVERYBODY_WORDS } from "./commandstrings.js";
import { currentRoom } from "./update.js";

/** What stands behind an @ and means everybody (see text/markup.js). */
const EVERYBODY = ["all", "here"];

/** The most suggestions in a list; typing on finds the others. */
const MOST = 50;

/** How far before the caret a name may begin; the text may be long. */
const REACH = 200;

/** How many entries are searched for who spoke recently. */
const RECENT = 300;

const COMMAND = /^\/([^\s/]*)$/u;
const ARGUMENT = /^\/(\S+)\s+([#@]?)(\S*)$/u;
const MENTION = /(?:^|[\s([{"'*_])@([^\s@]*)$/u;
const EMOJI = /(?:^|[\s([{"'*_]):([a-z0-9+_-]{2,})$/u;
const WORD = /(?:^|\s)([^\s@/]\S*)$/u;

/**
 * Return {from, to, items, kind} for what may be completed, or null.
 *
 * An item has the `text` that goes between `from` and `to`, a `label`, and maybe
 * a `help`. The caret stands at `to`.
 * @param {string} text
 * @param {number} caret
 * @param {Context} context
 * @returns {Suggestions|null}
 */
export function complete(text, caret, context) {
  const head = headOf(text, caret);
  const command = COMMAND.exec(head);
  if (command) return found("command", command[1].length + 1, caret, commandItems(command[1], context));
  const takes = takenAt(text, caret, context);
  if (takes) {
    const [, , sign = "", written = ""] = ARGUMENT.exec(head) ?? [];
    return found(takes, sign.length + written.length, caret, argumentItems(written, takes, context));
  }
  const sign = emojiAt(text, caret);
  if (sign) return found("emoji", sign.length + 1, caret, emojiItems(sign, context.emoji ?? []));
  const mention = MENTION.exec(head);
  if (!mention) return null;
  const items = nickItems(mention[1], context.nicks, context, "@");
  return found("nick", mention[1].length + 1, caret, [...items, ...everybodyItems(mention[1], context)]);
}

/**
 * Return what the command takes whose first word is being written, or null.
 * @param {string} text
 * @param {number} caret
 * @param {Context} context
 * @returns {Takes|null}
 */
export function takenAt(text, caret, context) {
  const command = ARGUMENT.exec(headOf(text, caret));
  return (command && commandOf(command[1], context)?.takes) ?? null;
}

/**
 * Return the beginning of a nick that is being written, or "".
 * @param {string} text
 * @param {number} caret
 * @param {Context} context
 * @returns {string}
 */
export function nickAt(text, caret, context) {
  const head = headOf(text, caret);
  if (takenAt(text, caret, context) === "people") return ARGUMENT.exec(head)?.[3] ?? "";
  return MENTION.exec(head)?.[1] ?? "";
}

/**
 * Return the beginning of an emoji's name that is being written behind a colon, or "".
 * @param {string} text
 * @param {number} caret
 * @returns {string}
 */
export function emojiAt(text, caret) {
  return EMOJI.exec(headOf(text, caret))?.[1] ?? "";
}

/** @param {string} written @param {[string, string][]} emoji @returns {Suggestion[]} */
function emojiItems(written, emoji) {
  const fits = emoji.filter(([name]) => name.includes(written));
  /** @param {[string, string]} one */
  const rank = ([name]) => (name === written ? 0 : name.startsWith(written) ? 1 : 2);
  return fits.sort((one, other) => rank(one) - rank(other))
    .map(([name, sign]) => ({ text: `${sign} `, label: `${sign} :${name}:` }));
}

/**
 * Return what `complete` does for a bare word, as Tab asks for it.
 * @param {string} text
 * @param {number} caret
 * @param {Context} context
 * @returns {Suggestions|null}
 */
export function completeWord(text, caret, context) {
  const word = WORD.exec(headOf(text, caret));
  return word && found("nick", word[1].length, caret, nickItems(word[1], context.nicks, context, ""));
}

/**
 * Return {text, caret, from, to, put} after an item was taken: `put` is what was put there.
 * @param {string} text
 * @param {{ from: number, to: number }} place
 * @param {Suggestion} item
 * @returns {Taken}
 */
export function apply(text, { from, to }, item) {
  // The space behind it may be there already.
  const end = item.text.endsWith(" ") && text[to] === " " ? to + 1 : to;
  return {
    text: text.slice(0, from) + item.text + text.slice(end), caret: from + item.text.length,
    from, to: end, put: item.text,
  };
}

/**
 * Whether taking an item would say anything else than what is written, in whatever case.
 * @param {string} text
 * @param {{ from: number, to: number }} place
 * @param {Suggestion} item
 * @returns {boolean}
 */
export function changes(text, place, item) {
  return foldCase(apply(text, place, item).text.trimEnd()) !== foldCase(text.trimEnd());
}

/**
 * Return what is known in a state; looked up only where it is asked for.
 * @param {State} state
 * @returns {Context}
 */
export function contextOf(state) {
  const room = currentRoom(state);
  /** @param {string[]} names */
  const others = (names) => names.filter((name) => name !== state.nick);
  return {
    commands: COMMANDS, aliases: ALIASES, ignored: state.prefs.ignored,
    everybody: room && room.peer === null ? EVERYBODY : [],
    get recent() {
      const said = (room?.entries ?? []).slice(-RECENT).filter((entry) => entry.kind === "message");
      return others([...new Set(said.reverse().map(({ nick }) => nick))]);
    },
    get nicks() {
      if (room?.peer) return [room.peer];
      const known = others(room?.names ?? []);
      // In a large room not everybody is known by name, but who has spoken is.
      return room && isPartial(room) ? [...new Set([...known, ...this.recent])] : known;
    },
    get people() {
      const all = [...state.rooms.values()].flatMap(({ names, peer }) => (peer ? [peer] : names ?? []));
      return others([...new Set([...this.nicks, ...all])]);
    },
    get rooms() {
      const open = [...state.directory ?? []].sort((one, other) => other.count - one.count);
      const known = open.map((one) => one.room).filter((name) => !state.rooms.has(name));
      return [...known, ...state.wanted].filter((name) => name !== state.current);
    },
  };
}

/**
 * Return the end of the text before the caret; where it is cut it looks like no
 * beginning.
 * @param {string} text
 * @param {number} caret
 * @returns {string}
 */
function headOf(text, caret) {
  return caret > REACH ? `…${text.slice(caret - REACH, caret)}` : text.slice(0, caret);
}

/**
 * @param {Suggestions["kind"]} kind
 * @param {number} length
 * @param {number} to
 * @param {Suggestion[]} items
 * @returns {Suggestions|null}
 */
function found(kind, length, to, items) {
  return items.length ? { kind, from: to - length, to, items: items.slice(0, MOST) } : null;
}

/** @param {string} written @param {Context} context @returns {Suggestion[]} */
function commandItems(written, { commands }) {
  const word = foldCase(written);
  const fitting = commands.filter(({ name }) => name.startsWith(word));
  // An exact match comes first.
  fitting.sort((one, other) => Number(other.name === word) - Number(one.name === word));
  return fitting.map(({ name, usage }) => ({
    text: `/${name}${usage.includes(" ") ? " " : ""}`, label: usage, help: COMMAND_WORDS[name],
  }));
}

/** @param {string} written @param {Context} context @returns {CommandInfo|undefined} */
function commandOf(written, { commands, aliases }) {
  const word = foldCase(written);
  const name = aliases?.get(word) ?? word;
  return commands.find((one) => one.name === name);
}

/** @param {string} written @param {Takes} takes @param {Context} context @returns {Suggestion[]} */
function argumentItems(written, takes, context) {
  if (takes === "rooms") {
    return ranked(written, context.rooms, []).map((name) => ({ text: `${name} `, label: `#${name}` }));
  }
  return nickItems(written, context[takes], context, "");
}

/**
 * @param {string} written
 * @param {string[]} nicks
 * @param {Context} context
 * @param {string} sign
 * @returns {Suggestion[]}
 */
function nickItems(written, nicks, { recent }, sign) {
  return ranked(written, nicks, recent).map((nick) => ({ text: `${sign}${nick} `, label: nick }));
}

/**
 * What names everybody in a room stands behind the people in it, once it is begun.
 * @param {string} written
 * @param {Context} context
 * @returns {Suggestion[]}
 */
function everybodyItems(written, { everybody }) {
  const word = foldCase(written);
  return (everybody ?? []).filter((name) => word && name.startsWith(word))
    .map((name) => ({ text: `@${name} `, label: name, help: EVERYBODY_WORDS }));
}

/**
 * Return matching names: exact, by prefix, by the prefix of a part; recent speakers
 * first.
 * @param {string} written
 * @param {string[]} names
 * @param {string[]} recent
 * @returns {string[]}
 */
function ranked(written, names, recent) {
  const word = foldCase(written);
  const spoke = new Map(recent.map((nick, place) => [nick, place]));
  /** @param {string} name */
  const late = (name) => spoke.get(name) ?? Infinity;
  return names.map((name, place) => ({ name, fit: fitOf(foldCase(name), word), late: late(name), place }))
    .filter(({ fit }) => fit < 3)
    .sort((one, other) => one.fit - other.fit || compare(one.late, other.late) || one.place - other.place)
    .map(({ name }) => name);
}

/** @param {string} name @param {string} word @returns {number} */
function fitOf(name, word) {
  if (!word) return 1;
  if (name === word) return 0;
  if (name.startsWith(word)) return 1;
  return name.split(/[^\p{L}\p{N}]+/u).some((part) => part.startsWith(word)) ? 2 : 3;
}

/**
 * Infinity minus Infinity is no number: compare before subtracting.
 * @param {number} one
 * @param {number} other
 * @returns {number}
 */
function compare(one, other) {
  return one === other ? 0 : one - other;
}
