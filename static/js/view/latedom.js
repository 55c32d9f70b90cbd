/**
 * The elements that the dialogs have in common which load when they are first opened.
 * It knows no state.
 */

import { byId, el } from "./dom.js";
import { sheet } from "./latesheet.js";
import { openDialog } from "./overlay.js";

/**
 * Show a dialog once its style sheet is there, or cannot be had: it works without.
 * @param {HTMLDialogElement} dialog
 * @param {() => HTMLElement | null} [first] what gets the focus
 */
export async function show(dialog, first) {
  await sheet();
  if (document.querySelector("dialog[open]")) return;
  openDialog(dialog);
  first?.()?.focus();
}

/**
 * Make a dialog and put it into the page.
 * @param {string} name
 * @param {string} title
 * @param {...HTMLElement} parts
 * @returns {HTMLDialogElement}
 */
export function lateDialog(name, title, ...parts) {
  const dialog = el(
    "dialog", { id: `${name}-dialog`, class: "settings", attributes: { "aria-labelledby": `${name}-title` } },
    el("h2", { id: `${name}-title`, dir: "auto", text: title }), ...parts,
    el("div", { class: "buttons" }, el("button", {
      id: `${name}-close`, class: "strong", type: "button", text: "Done", on: { click: () => dialog.close() },
    })),
  );
  document.body.append(dialog);
  return dialog;
}

/**
 * One choice among several.
 * @param {string} legend
 * @param {string} name
 * @param {[string, string][]} options
 * @param {HTMLElement[]} [more] without it the options stand in a row
 * @returns {HTMLElement}
 */
export function choices(legend, name, options, more) {
  return el(
    "fieldset", { id: `${name}-choices`, class: more ? "" : "inline" }, el("legend", { text: legend }),
    ...options.map(([value, words]) => el(
      "label", { class: "option" }, el("input", { type: "radio", attributes: { name, value } }), ` ${words}`,
    )),
    ...more ?? [],
  );
}

/** @param {string} name @returns {HTMLInputElement[]} */
function inputs(name) {
  return [...byId(`${name}-choices`).querySelectorAll("input")].filter((input) => input.name === name);
}

/**
 * Return the value that is chosen.
 * @param {string} name
 * @returns {string}
 */
export function choiceOf(name) {
  return inputs(name).find((input) => input.checked)?.value ?? "";
}

/** @param {string} name @param {string} value */
export function choose(name, value) {
  for (const input of inputs(name)) input.checked = input.value === value;
}

/** @param {string} id @param {string} words @returns {HTMLElement} */
export function check(id, words) {
  return el("label", { class: "option" }, el("input", { id, type: "checkbox" }), ` ${words}`);
}

/**
 * @param {string} id
 * @param {string} text
 * @param {() => void} click
 * @param {string} [label]
 * @returns {HTMLButtonElement}
 */
export function textButton(id, text, click, label) {
  const button = el("button", { class: "small", type: "button", text, on: { click } });
  if (id) button.id = id;
  if (label) button.setAttribute("aria-label", label);
  return button;
}
