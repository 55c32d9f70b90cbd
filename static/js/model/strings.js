/**
 * The page's sentences: values in, text out; times are in the reader's time zone.
 *
 * It knows no elements and no clock.
 */

/**
 * @import { Connection, Item, Note, Sought, State } from "./types.js"
 * @import { Fold } from "../text/fold.js"
 * @import { Retention } from "../text/wire.js"
 * @import { Move } from "./comings.js"
 */

import { unreadTotals } from "./alerts.js";
import { whoMoved } from "./comings.js";

/** Times as the reader's language writes them: 2:28 PM, 14:28, 14.28. */
const newFormats = () => ({
  clock: new Intl.DateTimeFormat(undefined, { timeStyle: "short" }),
  whole: new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" }),
  longDay: new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" }),
  oldDay: new Intl.DateTimeFormat(undefined, { dateStyle: "full" }),
  date: new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" }),
  oldDate: new Intl.DateTimeFormat(undefined, { dateStyle: "medium" }),
});
let formats = newFormats();
const DAY_MS = 86_400_000;

/** Another zone or language is the reader's from now on: a format keeps those it was made in. */
export function renewFormats() {
  formats = newFormats();
}

/** @param {number} at @returns {string} */
export function timeOf(at) {
  return formats.clock.format(at);
}

/**
 * Return the time in its shortest clear form.
 * @param {number} at
 * @returns {string}
 */
export function briefTimeOf(at) {
  const parts = formats.clock.formatToParts(at).filter(({ type }) => type !== "dayPeriod");
  return parts.map(({ value }) => value).join("").trim();
}

/** @param {number} at @returns {string} */
export function wholeTimeOf(at) {
  return formats.whole.format(at);
}

/**
 * Return the time, with the day where it is not today.
 * @param {number} at
 * @param {number} now
 * @returns {string}
 */
export function shortTimeOf(at, now) {
  const days = Math.round((midnight(now) - midnight(at)) / DAY_MS);
  if (days <= 0) return timeOf(at);
  return `${(days > 300 ? formats.oldDate : formats.date).format(at)}, ${timeOf(at)}`;
}

/** @param {number} at @param {number} now @returns {string} */
export function dayName(at, now) {
  const days = Math.round((midnight(now) - midnight(at)) / DAY_MS);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return (days > 300 ? formats.oldDay : formats.longDay).format(at);
}

/** @param {number} at @returns {number} */
function midnight(at) {
  return new Date(at).setHours(0, 0, 0, 0);
}

/** @param {number} number @param {string} one @param {string} many @returns {string} */
export function count(number, one, many) {
  return `${number.toLocaleString()} ${number === 1 ? one : many}`;
}

/**
 * Return a number for where there is room for two digits.
 * @param {number} number
 * @returns {string}
 */
export function shortCount(number) {
  return number > 99 ? "99+" : String(number);
}

/** Short answers, and what stands on things. */
export const WORDS = {
  undo: "Undo",
  notNow: "This works only while you are connected.",
  nowhere: "You are in no room yet.",
  noRoom: "This works in rooms; here you are writing to one person.",
  notYourself: "You cannot ignore yourself.",
  noSearch: "Searching works only while you are connected.",
  searchLost: "The connection was lost meanwhile.",
  unsure: "it was on its way long ago, and may be in the room already. Look further up, "
    + "then send it again or drop it.",
  joinFirst: "Join a room to write",
  nameFirst: "Write a name first: one word, up to 24 characters.",
  otherNick: "Another nick",
  welcome: "Welcome to Hubbub",
  allSee: "Everybody in your rooms sees the change.",
  change: "Change it",
  join: "Join the conversation",
  newVersion: "A new version of this page is there.",
  less: "Show less",
  again: "Try again",
  toNewest: "To the newest",
  loading: "Loading older lines…",
  copyCode: "Copy this code",
  notCopied: "Not copied",
  you: "This is you",
};

/** @param {string[]} ignored @returns {string} */
export function ignoringWords(ignored) {
  return ignored.length ? `You ignore ${ignored.join(", ")}.` : "You ignore nobody.";
}

/** @param {string} nick @returns {string} */
export function ignoredWords(nick) {
  return `You see nothing of ${nick} any more. /unignore ${nick} brings all of it back.`;
}

/** @param {string} nick @returns {string} */
export function notIgnoredWords(nick) {
  return `You do not ignore ${nick}.`;
}

/** @param {string} nick @returns {string} */
export function seenAgainWords(nick) {
  return `You see ${nick} again.`;
}

/** @param {number} size @param {number} most @returns {string} */
export function tooLongWords(size, most) {
  return `This is too long: ${size.toLocaleString()} bytes, and ${most.toLocaleString()} fit into one message. `
    + "Nothing was sent. Send it as several, with the button below the box.";
}

/** @param {number} unsent @returns {string} */
export function fullWords(unsent) {
  return `${unsent.toLocaleString()} lines are not sent yet, and no more can be kept. `
    + "This one stays in the box until some have gone.";
}

/** @param {string} how @param {string} [example] @returns {string} */
export function usageWords(how, example) {
  return `Write it like this: ${how}, for example: ${example ?? how}`;
}

/** @param {string} command @returns {string} */
export function unknownWords(command) {
  return `No such command: /${command} (start with // to send it as text).`;
}

/** @param {number} seq @param {string} room @returns {string} */
export function noLineWords(seq, room) {
  return `There is no line ${seq} in #${room} yet.`;
}

/** @param {number} seq @param {string} room @returns {string} */
export function goneWords(seq, room) {
  return `Line ${seq} of #${room} is not kept any more.`;
}

/** @param {number} size @param {number} most @returns {string} */
export function sizeWords(size, most) {
  return `${size.toLocaleString()} of ${most.toLocaleString()} bytes${size > most ? ": too long to send" : ""}`;
}

/** @param {string|null} room @returns {string} */
export function boxWords(room) {
  return room === null ? WORDS.joinFirst : `Message ${placeName(room)}`;
}

/** @param {string} host @returns {string} */
export function leadsWords(host) {
  return `Leads to ${host}`;
}

/** @param {string} called @param {string|null|undefined} peer @returns {string} */
export function awayWords(called, peer) {
  return peer ? `Close the conversation with ${peer}` : `Leave ${called}`;
}

/** @param {string} nick @param {boolean} own @returns {string} */
export function personWords(nick, own) {
  return own ? WORDS.you : `Write to ${nick}, or mention them`;
}

/**
 * Return {tone, text, button} for the state of the connection; text is empty when live.
 * @param {State} state
 * @param {number} now
 * @returns {{ tone: "busy" | "lost" | "live", text: string, button: string }}
 */
export function connectionWords(state, now) {
  const { connection, outbox, session } = state;
  const unsent = outbox.filter((item) => item.status !== "refused").length;
  const kept = unsent ? ` ${count(unsent, "line is", "lines are")} not sent yet.` : "";
  switch (connection.phase) {
    case "connecting":
    case "greeting":
      return { tone: "busy", text: `Connecting…${kept}`, button: "" };
    case "waiting":
      return { tone: "lost", text: waitingWords(connection, session?.server, now) + kept, button: "Connect now" };
    case "replaced":
      return {
        tone: "lost", text: "This conversation goes on in another tab or window.",
        button: "Use it here",
      };
    default:
      return { tone: "live", text: "", button: "" };
  }
}

/** For how many attempts the reason in the hub's `bye` is shown. */
const PATIENT_TRIES = 4;
const PARTINGS = new Map([
  ["stopping", "The server is restarting."],
  ["full", "The server has no room for more people just now."],
]);

const NO_UPGRADE = "The server answers, but a proxy before it passes no WebSockets on: "
  + "let it pass Upgrade and Connection for ws.";

/** @param {Connection} connection @param {string} met @param {number} now @returns {string} */
function waitingWords(connection, met, now) {
  const seconds = Math.max(1, Math.ceil(((connection.retryAt ?? now) - now) / 1000));
  const again = `Trying again in ${seconds} s.`;
  if (!connection.online) return `You are offline. ${again}`;
  if (connection.blocked) return `This page cannot connect: ${connection.blocked}. ${again}`;
  if (connection.noUpgrade) return `${NO_UPGRADE} ${again}`;
  if (connection.why === "starting" && connection.said) return `The server says: ${connection.said}. ${again}`;
  const reason = connection.attempt < PATIENT_TRIES && PARTINGS.get(connection.why);
  if (reason) return `${reason} ${again}`;
  return connection.attempt > 1 || !met ? `Cannot reach the server. ${again}` : `The connection was lost. ${again}`;
}

/**
 * Return a short name for the state of the connection.
 * @param {Connection} connection
 * @returns {string}
 */
export function connectionName(connection) {
  if (connection.phase === "live") return connection.online ? "Connected" : "Connected, without a network";
  if (connection.phase === "waiting") return connection.online ? "Reconnecting" : "Offline";
  if (connection.phase === "replaced") return "In another tab";
  return connection.phase === "idle" || connection.phase === "nickPrompt" ? "Not connected" : "Connecting";
}

/**
 * Return what stands beside a line that is not confirmed.
 * @param {Item} item
 * @param {boolean|undefined} live
 * @returns {string}
 */
export function pendingWords(item, live) {
  if (item.status === "refused") return `Not sent: ${item.reason}`;
  return live ? "sending…" : "not sent yet";
}

/** More people than this are shown as a number that opens a list. */
const NAMED_MOST = 4;

/**
 * Return {text, all} of people who came and went: `all` names each if `text` does not.
 * @param {Move[]} entries
 * @returns {{ text: string, all: string }}
 */
export function presenceWords(entries) {
  const moved = whoMoved(entries);
  const all = moved.map(({ what, nick, to }) => (what === "renamed" ? `${nick} is now ${to}` : `${nick} ${what}`))
    .join(" · ");
  if (moved.length <= NAMED_MOST) return { text: all, all: "" };
  const [what, ...others] = new Set(moved.map((one) => one.what));
  const did = others.length ? "came and went"
    : { joined: "joined", left: "left", renamed: "have other names now" }[what];
  return { text: `${count(moved.length, "person", "people")} ${did}`, all };
}

/** @param {Note} entry @returns {string} */
export function noteWords(entry) {
  switch (entry.tone) {
    case "hole":
      return holeWords(entry);
    case "topic":
      return topicWords(entry);
    case "who":
      return whoWords(entry);
    default:
      return entry.text;
  }
}

/** @param {{ missed: number, reason: string }} hole @returns {string} */
function holeWords({ missed, reason }) {
  if (reason === "other_log") {
    return "The server has begun another log; what was here before is not in it."
      + (missed ? ` ${count(missed, "line", "lines")} before this can be read by scrolling up.` : "");
  }
  return `${count(missed, "line is", "lines are")} missing here: the server does not have them any more.`;
}

/** @param {{ nick?: string, text?: string }} topic @returns {string} */
function topicWords({ nick, text }) {
  if (!nick) return text ? `The topic: ${text}` : "This room has no topic.";
  return text ? `${nick} set the topic: ${text}` : `${nick} removed the topic.`;
}

/** @param {{ names: string[], count: number }} who @returns {string} */
function whoWords({ names, count: people }) {
  const here = `${count(people, "person is", "people are")} here`;
  if (!names.length) return `${here}.`;
  const more = people > names.length ? ` and ${count(people - names.length, "other", "others")}` : "";
  return `${here}: ${names.join(", ")}${more}.`;
}

/**
 * Return what stands above the first line of a conversation with one person.
 * @param {string} peer
 * @returns {string}
 */
export function directWords(peer) {
  return `What you and ${peer} write here, nobody else can see. It is handed over at once and kept only `
    + "in this tab: the server remembers none of it.";
}

/**
 * Return how much is new, and since when if that is known.
 * @param {number} lines
 * @param {number|null} since
 * @param {number} now
 * @returns {string}
 */
export function unreadWords(lines, since, now) {
  const news = count(lines, "new line", "new lines");
  return since === null ? news : `${news} since ${shortTimeOf(since, now)}`;
}

/**
 * Return what stands above a room's first line: `first` is its number, null without any.
 * @param {string} name
 * @param {number|null} first
 * @param {Retention} keeps
 * @returns {string}
 */
export function beginningWords(name, first, keeps) {
  const kept = keepsWords(keeps);
  if (first === null) return `Nobody has said anything in #${name} yet.${kept}`;
  if (first > 1) return `What was said in #${name} before this is no longer kept.${kept}`;
  return `This is the beginning of #${name}.${kept}`;
}

/** @param {Retention} keeps @returns {string} */
function keepsWords({ days, messages, disk }) {
  const limits = [];
  if (days !== undefined) limits.push(` for ${count(days, "day", "days")}`);
  if (messages !== undefined) limits.push(` up to the newest ${messages.toLocaleString()} of a room`);
  if (!disk) limits.push(" only until the server stops");
  return limits.length ? ` Messages are kept${limits.join(",")}.` : "";
}

/** @param {Fold} cut @returns {string} */
export function foldWords({ lines, characters }) {
  return lines ? `Show ${count(lines, "more line", "more lines")}`
    : `Show ${count(characters ?? 0, "more character", "more characters")}`;
}

/**
 * Return what a screen reader says of a line: what somebody does is a sentence.
 * @param {{ nick: string, text: string, action: boolean }} entry
 * @returns {string}
 */
export function spokenWords({ nick, text, action }) {
  return `${nick}${action ? "" : ":"} ${text.slice(0, 500)}`;
}

/**
 * Return what a room, or a conversation with one person, is called.
 * @param {string|null} name
 * @returns {string}
 */
export function placeName(name) {
  if (name === null) return "Hubbub";
  return name.startsWith("@") ? name.slice(1) : `#${name}`;
}

/**
 * Return what the list of people says below its names: that nobody fits, or how many
 * more there are. Of whom not everybody is known, the hub is asked.
 * @param {{
 *   text: string, people: number, shown: number, sought: Sought | null, partial: boolean,
 * }} facts
 * @returns {{ none: string, more: string }}
 */
export function morePeopleWords({ text, people, shown, sought, partial }) {
  if (!text) {
    const more = people - shown;
    return { none: "", more: more > 0
      ? `and ${count(more, "other", "others")}${shown > 1 ? ": write a part of a name to find them" : ""}` : "" };
  }
  const answer = sought?.text === text ? sought.count : null;
  if (partial && answer === null) return { none: "Looking…", more: "" };
  const left = (answer ?? 0) - shown;
  if (!shown) return { none: "Nobody here is called that.", more: "" };
  return { none: "", more: left > 0 ? `and ${count(left, "other", "others")} whose name has “${text}”` : "" };
}

/** What to do about an error of the hub, where its own text has no facts to add. */
const ERRORS = new Map(Object.entries({
  not_in_room: "You are not in this room any more. Join it again, then say it again.",
  too_many_rooms: "You are in as many rooms as one can be in. Leave one of them first.",
  unknown_outcome: "Nobody knows whether this was kept. Try again: it is not said twice.",
  id_reused: "This is taken for a line that was said before. Try again: it goes out as a new one.",
  internal: "The server failed at this. Try again; if it comes back, tell whoever runs it.",
}));

/**
 * Return what an error of the hub means for who has typed. The code decides.
 * @param {{ code: string, text: string }} error
 * @returns {string}
 */
export function errorWords({ code, text }) {
  return ERRORS.get(code) ?? text;
}

/** @returns {string} */
export function nothingSinceWords() {
  return "Nothing was said here since then.";
}

/** @returns {string} */
export function quitWords() {
  return "Close this tab to leave; the others see that you are gone some seconds later. "
    + "/leave leaves this room alone.";
}

/** @param {string} place @returns {string} */
export function firstWords(place) {
  return `What shall the others in ${place} call you? Whoever comes there can read along, and lines are kept.`;
}

/**
 * Return what is told once to who comes for the first time.
 * @param {number} people
 * @param {Retention} keeps
 * @returns {string}
 */
export function hereWords(people, keeps) {
  const who = people === 1 ? "Nobody else is here yet." : `${count(people, "person is", "people are")} here.`;
  return `${who} Everyone who is here can read along, and lines are kept.${keepsWords(keeps)}`;
}

/** @returns {string} */
export function noFilesWords() {
  return "Pictures and files cannot be sent here. Put it where others can get it, and send the address.";
}

/** @returns {string} */
export function laterWords() {
  return "This part of the page could not be loaded. Load the page again once there is a connection.";
}

/**
 * Return what is said once where the hub has sent what no page can read.
 * @param {string[]} wrong
 * @returns {string}
 */
export function malformedWords(wrong) {
  return `Something from the server could not be read and is left out (${wrong.slice(0, 3).join(", ")}). `
    + "Load the page again; if this comes back, tell whoever runs the server.";
}

/**
 * @param {{ name: string, peer: string | null }} room
 * @returns {string}
 */
export function leftWords({ name, peer }) {
  return peer === null ? `You left ${placeName(name)}.` : `The conversation with ${peer} is closed.`;
}

/** @param {State} state @returns {string} */
export function titleWords(state) {
  const { lines, mentions } = unreadTotals(state);
  const news = mentions || lines;
  const badge = news ? `(${shortCount(news)}) ` : "";
  return `${badge}${state.current ? `${placeName(state.current)} – ` : ""}Hubbub`;
}
