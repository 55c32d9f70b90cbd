/**
 * A room's lines as a document: text, Markdown or JSON lines, as `hubbub export`
 * writes them. It is loaded when somebody saves a transcript.
 *
 * It knows values only, no file and no room on the screen.
 */

/** @import { HubMessage } from "./wire.js" */

import { clockOf, dateOf, spokenLines, two } from "./transcript.js";

/**
 * How a document is written: pieces are given in their order, each once.
 *
 * @typedef {"text" | "markdown" | "jsonl"} FormName
 * @typedef {{
 *   suffix: string, type: string, head(room: string, topic: string): string,
 *   message(message: HubMessage): string, missing(first: number, last: number): string,
 * }} Form
 */

/** @type {Record<FormName, () => Form>} */
export const FORMS = { text: plainText, markdown, jsonl: jsonLines };

/** @returns {Form} */
function plainText() {
  return {
    suffix: "txt",
    type: "text/plain",
    head: () => "",
    message: (message) => `${spokenLines(momentOf(message.at), { ...message, action: message.kind === "action" })}\n`,
    missing: (first, last) => `-! ${missingWords(first, last)}\n`,
  };
}

/** @returns {Form} The protocol's lines; what is missing shows in their numbers. */
function jsonLines() {
  return {
    suffix: "jsonl",
    type: "application/jsonl",
    head: () => "",
    message: (message) => `${JSON.stringify(message)}\n`,
    missing: () => "",
  };
}

/** @returns {Form} A heading for each day, a paragraph for each message. */
function markdown() {
  let day = "";
  return {
    suffix: "md",
    type: "text/markdown",
    head: (room, topic) => `# ${escape(room)}\n${topic ? `\nTopic: ${escape(topic)}\n` : ""}`,
    message({ at, nick, text, kind }) {
      const today = dateOf(at);
      const heading = today === day ? "" : `\n## ${today} (${offsetOf(at)})\n`;
      day = today;
      const head = `**${kind === "action" ? "\\* " : ""}${escape(nick)}** ${clockOf(at)}`;
      return heading + (text.includes("\n") ? `\n${head}\n\n${fenced(text)}\n` : `\n${`${head} ${escape(text)}`.trimEnd()}\n`);
    },
    missing: (first, last) => `\n*(${missingWords(first, last)})*\n`,
  };
}

/** @param {number} first @param {number} last @returns {string} */
function missingWords(first, last) {
  return first === last ? `message ${first} is no longer kept` : `messages ${first} to ${last} are no longer kept`;
}

/** @param {number} at @returns {string} */
function momentOf(at) {
  return `${dateOf(at)} ${clockOf(at)}:${two(new Date(at).getSeconds())}`;
}

/** @param {number} at @returns {string} */
function offsetOf(at) {
  const ahead = -new Date(at).getTimezoneOffset();
  const size = Math.abs(ahead);
  return `UTC${ahead < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

// What means something inside a line of Markdown: code, emphasis, links, pictures,
// strokes, formulas, tables, and addresses, which some dialects make links of.
const MEANS = /[\\`*_[\]~$#|!]|(?<=[\p{L}\p{N}_]):(?=\/\/)|(?<=www)\.|(?<=[\p{L}\p{N}_])@(?=[\p{L}\p{N}_])/giu;
/** @type {Record<string, string>} */
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** @param {string} line @returns {string} */
function escape(line) {
  return line.replace(MEANS, "\\$&").replace(/[&<>]/gu, (sign) => ENTITIES[sign]);
}

/** @param {string} text @returns {string} */
function fenced(text) {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/gu)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}
