/**
 * What a person typed, as a value: something to say or something to do.
 *
 * The commands are those of text mode. It knows no state: what is wrong with a
 * command is returned as {do: "problem", …}, and the caller keeps the text.
 */

/**
 * @typedef {"me" | "msg" | "nick" | "join" | "leave" | "rooms" | "who" | "topic" | "search" | "show"
 *   | "ignore" | "unignore" | "invite" | "help" | "since" | "quit"} CommandName
 * @typedef {"people" | "rooms" | "ignored"} Takes
 * @typedef {{ name: CommandName, takes?: Takes, usage: string, example?: string }} CommandInfo
 *
 * @typedef {{ do: "say", text: string, kind?: "action" }
 *   | { do: "direct", to: string, text: string }
 *   | { do: "nick", nick: string }
 *   | { do: "join", room: string }
 *   | { do: "search", text: string }
 *   | { do: "show", seq: number }
 *   | { do: "ignore" | "unignore", nick: string }
 *   | { do: "since", ago: number }
 *   | { do: "topic", text: string, removes?: boolean }
 *   | { do: "leave" | "rooms" | "who" | "invite" | "help" | "quit" }
 *   | { do: "problem", usage: string, example?: string, unknown?: string }
 * } Command
 */

/**
 * `takes` names what may stand behind a command: a list of model/complete.js.
 * @type {CommandInfo[]}
 */
export const COMMANDS = [
  { name: "me", usage: "/me TEXT", example: "/me waves" },
  { name: "msg", takes: "people", usage: "/msg NICK [TEXT]", example: "/msg bob hello" },
  { name: "nick", usage: "/nick NAME", example: "/nick zoe" },
  { name: "join", takes: "rooms", usage: "/join ROOM", example: "/join tea" },
  { name: "leave", usage: "/leave" },
  { name: "rooms", usage: "/rooms" },
  { name: "who", usage: "/who" },
  { name: "topic", usage: "/topic [TEXT]" },
  { name: "since", usage: "/since WHEN", example: "/since 10m" },
  { name: "search", usage: "/search [WORDS]", example: "/search tea" },
  { name: "show", usage: "/show NUMBER", example: "/show 12" },
  { name: "ignore", takes: "people", usage: "/ignore [NICK]", example: "/ignore bob" },
  { name: "unignore", takes: "ignored", usage: "/unignore NICK", example: "/unignore bob" },
  { name: "invite", usage: "/invite" },
  { name: "help", usage: "/help" },
  { name: "quit", usage: "/quit" },
];

export const ALIASES = new Map(Object.entries({
  w: "msg", query: "msg", j: "join", part: "leave", names: "who", h: "help", find: "search", goto: "show",
  q: "quit", exit: "quit", "?": "help",
}));

/**
 * Return {do, …} for what was typed, or null if it says nothing.
 * @param {string} typed
 * @returns {Command|null}
 */
export function parse(typed) {
  const text = typed.replace(/\s+$/u, "");
  if (!text) return null;
  if (text.startsWith("//")) return { do: "say", text: text.slice(1) };
  const match = /^\/(\S*)\s*([^]*)$/u.exec(text);
  if (!match) return { do: "say", text };
  const word = match[1].toLowerCase();
  const name = ALIASES.get(word) ?? word;
  const command = COMMANDS.find((one) => one.name === name);
  if (command) return read(command, match[2]);
  // A pasted listing may begin with a path; nobody types a command of two lines.
  if (text.includes("\n")) return { do: "say", text };
  return { do: "problem", usage: "", unknown: match[1] };
}

/** @param {CommandInfo} command @param {string} rest @returns {Command} */
function read(command, rest) {
  const [first, tail] = firstWord(rest);
  switch (command.name) {
    case "me":
      return rest ? { do: "say", text: rest, kind: "action" } : usage(command);
    case "msg":
      return first ? { do: "direct", to: first, text: tail } : usage(command);
    case "nick":
      return first && !tail ? { do: "nick", nick: first } : usage(command);
    case "join":
      return first && !tail ? { do: "join", room: first } : usage(command);
    case "search":
      return { do: "search", text: rest };
    case "show":
      return /^\d{1,15}$/u.test(rest) ? { do: "show", seq: Number(rest) } : usage(command);
    case "ignore":
      return tail ? usage(command) : { do: "ignore", nick: first.replace(/^@/u, "") };
    case "unignore":
      return first && !tail ? { do: "unignore", nick: first.replace(/^@/u, "") } : usage(command);
    case "topic":
      // As in text mode: without a text it asks, and a dash removes.
      if (rest === "-") return { do: "topic", text: "", removes: true };
      return { do: "topic", text: rest.replace(/\s+/gu, " ") };
    case "since":
      return since(rest) ?? usage(command);
    default:
      return { do: command.name };
  }
}

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @param {string} when @returns {Command|null} */
function since(when) {
  if (/^\d{1,15}$/u.test(when)) return { do: "show", seq: Number(when) + 1 };
  const [, number, unit] = /^(\d{1,9})([smhd])$/iu.exec(when) ?? [];
  /** @type {Record<string, number>} */
  const units = UNIT_MS;
  return number ? { do: "since", ago: Number(number) * units[unit.toLowerCase()] } : null;
}

/** @param {string} rest @returns {[string, string]} */
function firstWord(rest) {
  const [, first = "", tail = ""] = /^(\S*)\s*([^]*)$/u.exec(rest) ?? [];
  return [first, tail];
}

/** @param {CommandInfo} command @returns {Command} */
function usage({ usage: how, example }) {
  return { do: "problem", usage: how, example };
}
