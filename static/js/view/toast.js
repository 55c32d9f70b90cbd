/**
 * A short message: shown for a moment, and read aloud once; it may offer one thing to
 * do. It knows no state.
 */

import { byId, el } from "./dom.js";

const SHOWN_MS = 2_500;
/** There has to be time to read it, to think, and to go there by keyboard. */
const CHOICE_MS = 10_000;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let ending;

/**
 * @param {string} text
 * @param {{ words: string, does(): void }} [choice] what can be done about it meanwhile
 * @returns {void}
 */
export function toast(text, choice) {
  const place = byId("toast");
  const end = () => {
    place.classList.remove("shown");
    place.replaceChildren();
  };
  const button = choice && el("button", {
    class: "small", type: "button", text: choice.words,
    on: {
      click() {
        end();
        choice.does();
      },
    },
  });
  place.replaceChildren(text, ...(button ? [" ", button] : []));
  place.classList.add("shown");
  clearTimeout(ending);
  ending = setTimeout(end, choice ? CHOICE_MS : SHOWN_MS);
}
