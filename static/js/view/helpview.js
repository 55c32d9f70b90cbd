/**
 * What the help dialog shows: the commands, and the keys. It is loaded when it is first
 * opened, and knows no state.
 */

import { COMMAND_WORDS } from "../model/commandstrings.js";
import { AS_TEXT, COMMANDS_TITLE, KEYS, KEYS_TITLE } from "../model/helpstrings.js";
import { COMMANDS } from "../text/commands.js";
import { el } from "./dom.js";
import { sheet } from "./latedom.js";

/** @param {HTMLElement} place */
export async function showHelp(place) {
  await sheet();
  if (place.childElementCount) return;
  place.append(
    el("h3", { text: COMMANDS_TITLE }),
    el(
      "dl", { class: "shortcuts" },
      ...COMMANDS.map(({ name, usage }) => row([usage], COMMAND_WORDS[name], "code")),
      row([AS_TEXT[0]], AS_TEXT[1], "code"),
    ),
    el("h3", { text: KEYS_TITLE }),
    el("dl", { class: "shortcuts" }, ...KEYS.map(([keys, does]) => row(keys, does, "kbd"))),
  );
}

/** @param {string[]} keys @param {string} does @param {"kbd" | "code"} tag @returns {HTMLElement} */
function row(keys, does, tag) {
  const signs = keys.flatMap((key) => [" ", el(tag, { text: key })]).slice(1);
  return el("div", {}, el("dt", {}, ...signs), el("dd", { text: does }));
}
