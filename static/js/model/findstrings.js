/**
 * What is said where lines are looked for and taken along: in the search, and in the
 * dialog about a day and a transcript. It knows no elements.
 */

/** @import { Search } from "./types.js" */

import { count } from "./strings.js";

export const FIND = {
  everywhere: "Search all your rooms",
  close: "Close the search",
  words: "Words to look for",
  all: "All my rooms",
  older: "Older hits",
};

export const KEEP = {
  day: "Choose a day first.",
  nothing: "Nothing was said on that day or after it.",
  again: "Save again to go on.",
  goToDay: "Go to a day",
  saveAll: "Save all of it as a transcript",
  save: "Save transcript",
  print: "Print what is loaded",
};

/**
 * Return what the state of a search is, in words.
 * @param {Search} search
 * @returns {string}
 */
export function searchWords({ phase, results, more, problem, text }) {
  if (phase === "failed") return problem;
  if (phase === "asking" && !results.length) return "Looking…";
  if (phase === "idle") return "";
  if (!results.length) return more ? "Nothing among the newest lines." : `Nobody here has said “${text}”.`;
  const seen = count(results.length, "line", "lines");
  if (/^(from|on|in):/u.test(text)) return `${more ? "The newest " : ""}${seen}: ${text}`;
  if (more) return `The newest ${seen} that say “${text}”`;
  return `${seen} that ${results.length === 1 ? "says" : "say"} “${text}”`;
}
