/**
 * A short message: shown for a moment, and read aloud once. It knows no state.
 */

import { byId } from "./dom.js";

const SHOWN_MS = 2_500;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let ending;

/** @param {string} text @returns {void} */
export function toast(text) {
  const place = byId("toast");
  place.textContent = text;
  place.classList.add("shown");
  clearTimeout(ending);
  ending = setTimeout(() => {
    place.classList.remove("shown");
    place.textContent = "";
  }, SHOWN_MS);
}
