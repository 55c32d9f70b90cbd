/**
 * What lies on top of the conversation: dialogs, the panels at the sides where they
 * cover it, a hit that the search has led to.
 *
 * All of them open and close here, so that one place knows which is the topmost. It
 * draws the shade, keeps the keyboard out of what is covered, gives the focus back,
 * and closes the topmost first, whether Escape, the shade or Back asks for it. It
 * knows no state: a layer says how it is closed.
 */

/**
 * `close` takes a layer away at once, and has to `lift` it. A `panel` is one of the parts of
 * `#app`; it covers the others where `query` holds, and lies beside them elsewhere.
 * `opener` gets the focus at the end.
 *
 * @typedef {{
 *   close(): void, panel?: HTMLElement, query?: string, opener?: HTMLElement | null,
 * }} Layer
 */

import { byId } from "./dom.js";

/** As in the style sheets: the panels at the sides cover the lines. */
export const NARROW = "(max-width: 62.5em)";
export const PHONE = "(max-width: 42.5em)";

/** @type {Layer[]} */
let layers = [];
/** @type {(covered: boolean) => void} */
let tell = () => {};

/**
 * Call `told` whenever it changes that something lies on top, which Back then closes.
 * @param {(covered: boolean) => void} told
 */
export function watchLayers(told) {
  tell = told;
  byId("shade").addEventListener("click", closeTop);
  // A window that became wider has room for panels beside the lines.
  for (const query of [NARROW, PHONE]) matchMedia(query).addEventListener("change", look);
}

/** @param {Layer} layer */
export function lay(layer) {
  if (layers.includes(layer)) return;
  // There is room for one panel on top of the lines.
  if (isOnTop(layer) && layer.panel) closeAll((other) => Boolean(other.panel) && isOnTop(other));
  layers.push(layer);
  look();
}

/** @param {Layer} layer */
export function lift(layer) {
  if (!layers.includes(layer)) return;
  layers = layers.filter((other) => other !== layer);
  look();
  const { activeElement } = document;
  if (!activeElement || activeElement === document.body || layer.panel?.contains(activeElement)) layer.opener?.focus();
}

/**
 * Close what lies on top of all others; return whether there was anything.
 * @returns {boolean}
 */
export function closeTop() {
  const top = layers.findLast(isOnTop);
  top?.close();
  return top !== undefined;
}

/**
 * Open a dialog. A `lasting` one has no way out but its buttons.
 * @param {HTMLDialogElement} dialog
 * @param {{ lasting?: boolean }} [how]
 */
export function openDialog(dialog, { lasting = false } = {}) {
  // Otherwise the second Escape closes it, whatever the page says to the first.
  dialog.setAttribute("closedby", lasting ? "none" : "closerequest");
  if (dialog.open) return;
  dialog.showModal();
  if (lasting) return;
  const layer = {
    close() {
      dialog.close();
      lift(layer);
    },
  };
  lay(layer);
  // However it was closed: the browser has ways of its own.
  dialog.addEventListener("close", () => lift(layer), { once: true });
}

/** @param {Layer} layer @returns {boolean} */
function isOnTop({ query }) {
  return query === undefined || matchMedia(query).matches;
}

/** @param {(layer: Layer) => boolean} which */
function closeAll(which) {
  for (const layer of layers.filter(which)) layer.close();
}

/** Show what is covered by what, and that something is. */
function look() {
  const panel = layers.findLast((layer) => layer.panel && isOnTop(layer))?.panel;
  const shade = byId("shade");
  shade.hidden = !panel;
  for (const part of byId("app").children) {
    if (part instanceof HTMLElement) part.inert = Boolean(panel) && part !== panel && part !== shade;
  }
  tell(layers.some(isOnTop));
}
