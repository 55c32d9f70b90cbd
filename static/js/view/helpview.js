/**
 * What the help dialog shows: the commands, and the keys. It is loaded when it is first
 * opened, and knows no state.
 */

import { COMMAND_WORDS } from "../model/commandstrings.js";
import { AS_TEXT, CLOSE, COMMANDS_TITLE, HELP_TITLE, KEYS, KEYS_TITLE } from "../model/helpstrings.js";
import { COMMANDS } from "../text/commands.js";
import { el } from "./dom.js";
import { show } from "./latedom.js";

/** @type {HTMLDialogElement | null} */
let dialog = null;

/** It begins at its top, though the first that can have the focus stands at its end. */
export async function showHelp() {
  dialog ??= made();
  await show(dialog);
  dialog.scrollTop = 0;
}

/** @returns {HTMLDialogElement} */
function made() {
  const help = el(
    "dialog", { id: "help-dialog", class: "wide", attributes: { "aria-labelledby": "help-title" } },
    el("h2", { id: "help-title", text: HELP_TITLE }),
    el("h3", { text: COMMANDS_TITLE }),
    el(
      "dl", { class: "shortcuts" },
      ...COMMANDS.map(({ name, usage }) => row([usage], COMMAND_WORDS[name], "code")),
      row([AS_TEXT[0]], AS_TEXT[1], "code"),
    ),
    el("h3", { text: KEYS_TITLE }),
    el("dl", { class: "shortcuts" }, ...KEYS.map(([keys, does]) => row(keys, does, "kbd"))),
    el("div", { class: "buttons" }, el("button", {
      id: "help-close", class: "quiet", type: "button", text: CLOSE, on: { click: () => help.close() },
    })),
  );
  document.body.append(help);
  return help;
}

/** @param {string[]} keys @param {string} does @param {"kbd" | "code"} tag @returns {HTMLElement} */
function row(keys, does, tag) {
  const signs = keys.flatMap((key) => [" ", el(tag, { text: key })]).slice(1);
  return el("div", {}, el("dt", {}, ...signs), el("dd", { text: does }));
}
