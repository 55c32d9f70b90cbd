/**
 * The sentences of the dialogs that load when they are first opened. It knows no
 * elements. What the page says from the start is in model/strings.js.
 */

/** @import { Notify, TextSize, Theme } from "./types.js" */

import { placeName } from "./strings.js";

/** What stands in these dialogs and on their buttons. */
export const LATE = {
  invite: "Invite others",
  tellMe: "Tell me about",
  leave: "Leave this room",
  close: "Close this conversation",
  copyLink: "Copy the link",
  copyPass: "Copy the passphrase",
  letsIn: "The link carries the passphrase: whoever has it is let in. Without a browser, the passphrase is "
    + "the first line to type.",
  pass: "Passphrase",
  passTitle: "The passphrase of this hub",
  passNeeded: "This hub asks for a passphrase. Whoever invited you has it.",
  passFirst: "Write the passphrase first. Whoever invited you has it.",
  passGo: "Come in",
  passTrying: "Trying it…",
  passRemember: "Remember it in this browser",
  showPass: "Show the passphrase",
  hidePass: "Hide the passphrase",
  ways: "Without a browser",
  notCopied: "This browser did not let the page copy it",
  qr: "The link as a QR code",
  allow: "Allow notifications",
  sound: "Play a soft sound, too",
  tryIt: "Try it",
  trySound: "Try the sound",
  size: "Size of the text",
  conversation: "In the conversation",
  presence: "Show who comes and goes",
  ignored: "People you ignore",
  showAgain: "Show again",
  browser: "This browser",
  forget: "Forget what this browser keeps",
  forgetAll: "Forget all of it",
  keep: "Keep it",
};

/** @param {string} place @returns {string} */
export function inviteWords(place) {
  return `Invite others to ${place}`;
}

/** @param {string} program @returns {string} */
export function copyWords(program) {
  return `Copy the command for ${program}`;
}

/** @param {string} nick @returns {string} */
export function showAgainWords(nick) {
  return `Show ${nick} again`;
}

/** @param {string} nick @returns {string} */
export function unseenWords(nick) {
  return `You see nothing of ${nick} any more.`;
}

/** @param {string} nick @returns {string} */
export function writeWords(nick) {
  return `Write to ${nick} alone`;
}

/** @param {string} nick @returns {string} */
export function mentionWords(nick) {
  return `Mention ${nick} here`;
}

/** @param {string} nick @param {boolean} ignored @returns {string} */
export function ignoreWords(nick, ignored) {
  return ignored ? `Show what ${nick} says again` : `Ignore ${nick}`;
}

/**
 * Return where Enter leads from the question for a room.
 * @param {string} room
 * @param {boolean} open
 * @returns {string}
 */
export function goesWords(room, open) {
  return open ? `Enter goes to ${placeName(room)}.` : `Enter opens ${placeName(room)}, a new room.`;
}

/** @type {Record<string, string>} */
export const PERMISSION_WORDS = {
  granted: "",
  default: "This browser asks you before it shows notifications.",
  denied: "This browser blocks notifications from this page. You can allow them in its settings for this site.",
  insecure: "Browsers show notifications only on https or localhost.",
  missing: "This browser cannot show notifications.",
};

/** @type {[Notify, string][]} */
export const NOTIFY_WORDS = [
  ["mentions", "Mentions and direct messages"],
  ["all", "Every line"],
  ["none", "Nothing"],
];

/** @type {[Theme, string][]} */
export const THEME_WORDS = [["system", "As the system"], ["light", "Light"], ["dark", "Dark"]];

/** @type {[TextSize, string][]} */
export const SIZE_WORDS = [["small", "Small"], ["normal", "Normal"], ["large", "Large"], ["largest", "Largest"]];

export const FORGET_WORDS = "Your nick, your rooms, these settings, drafts and lines not sent yet will be gone "
  + "from this browser. What was said stays in its rooms.";

export const IGNORED_NONE = "You ignore nobody. To see nothing of somebody, choose their name in the list of people.";

/** @type {Record<Notify, string>} */
const AS_CHOSEN = {
  mentions: "mentions and direct messages", all: "every line", none: "nothing",
};

/**
 * Return what may be told of one room, with what it is called; "" is as for all rooms.
 * @param {Notify} notify
 * @param {boolean} direct
 * @returns {["" | Notify, string][]}
 */
export function roomNotifyWords(notify, direct) {
  return [
    ["", `As in the settings (${AS_CHOSEN[notify]})`],
    ["all", "Every line"],
    ["mentions", direct ? "Every message" : "Mentions of you"],
    ["none", direct ? "Nothing: mute this conversation" : "Nothing: mute this room"],
  ];
}

/**
 * Return what is known about a room, for its dialog.
 * @param {{ topic: string, peer: string | null }} room
 * @returns {string}
 */
export function aboutWords({ topic, peer }) {
  if (peer !== null) return `A conversation between you and ${peer} alone.`;
  return topic || "This room has no topic. Write /topic and a text to set one.";
}

/**
 * Return the ways in that an invitation names: what with, and what to type there.
 * @param {string[]} lines
 * @returns {{ head: string, ways: { name: string, way: string }[] }}
 */
export function waysOf(lines) {
  const [head = "", ...rest] = lines;
  const ways = rest.map((line) => /^(\S.*?) {2,}(.*)$/u.exec(line)).filter((found) => found !== null)
    .map(([, name, way]) => ({ name, way }));
  // Both of them stand above.
  return { head: sentence(head), ways: ways.filter(({ name }) => !["browser", "passphrase"].includes(name)) };
}

/**
 * Return what the hub says as a sentence.
 * @param {string} words
 * @returns {string}
 */
export function sentence(words) {
  const whole = words.replace(/(?<=.)[.:]?$/u, ".");
  return whole.charAt(0).toUpperCase() + whole.slice(1);
}
