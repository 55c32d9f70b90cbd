/**
 * A button for a new line, where the keyboard is on the screen and its Enter sends.
 * It knows no state.
 */

import { byId } from "./dom.js";

/** @param {() => void} breakLine */
export function offerNewLines(breakLine) {
  // The focus stays in the box, and the keyboard with it.
  byId("newline").addEventListener("pointerdown", (event) => event.preventDefault());
  byId("newline").addEventListener("mousedown", (event) => event.preventDefault());
  byId("newline").addEventListener("click", () => {
    byId("text").focus();
    breakLine();
  });
}
