/**
 * What can be done with one line: reply, copy its text, copy a link to it.
 *
 * There is one toolbar for all lines; it stands in the line that the pointer or
 * the focus is on, so that a conversation has not hundreds of tab stops. With the
 * log in focus the arrow keys go from line to line. It knows no state.
 */

/**
 * @import { MessageEntry, PendingEntry } from "../model/types.js"
 * @import { LineBar } from "./linebar.js"
 * @import { Acts } from "./types.js"
 */

/** @typedef {MessageEntry | PendingEntry} Line */

import { lettersAct, shortcutOf } from "./keys.js";

export class LineActions {
  /**
   * `entryOf` gives the message of a row's element.
   * @param {HTMLElement} log
   * @param {(line: HTMLElement) => Line | undefined} entryOf
   * @param {Pick<Acts, "quote" | "linkTo" | "copy">} act
   */
  constructor(log, entryOf, act) {
    this.log = log;
    this.entryOf = entryOf;
    this.act = act;
    /** @type {HTMLElement | null} */
    this.line = null;
    /** @type {LineBar | null} */
    this.bar = null;
    /** @type {Promise<LineBar | null> | null} */
    this.coming = null;
    /**
     * The line that the arrow keys have gone to: only there a letter does something.
     * @type {HTMLElement | null}
     */
    this.chosen = null;
    // Not "pointerover": a line that moves under a pointer at rest takes the bar from no other.
    log.addEventListener("pointermove", (event) => {
      if (event.pointerType === "mouse") this.show(lineOf(event.target));
    });
    log.addEventListener("focusin", (event) => {
      const line = lineOf(event.target);
      if (line !== this.chosen) this.chosen = null;
      this.show(line);
    });
    log.addEventListener("keydown", (event) => this.pressed(event));
  }

  /** @param {HTMLElement|null} line */
  show(line) {
    this.line = line ?? this.line;
    this.withBar((bar) => {
      // What was shown meanwhile is shown.
      if (line && line === this.line) bar.show(line);
    });
  }

  /**
   * Do something with the toolbar; where it cannot be loaded, the lines can be read.
   * @param {(bar: LineBar) => void} does
   */
  async withBar(does) {
    if (!this.bar) {
      this.coming ??= import("./linebar.js").then(async ({ dressed, LineBar }) => {
        await dressed();
        return new LineBar(this.entryOf, this.act);
      }).catch(() => null);
      this.bar = await this.coming;
    }
    if (this.bar) does(this.bar);
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const line = lineOf(event.target);
    if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      const next = this.neighbour(line, event.key === "ArrowUp");
      if (!next) return;
      event.preventDefault();
      focusLine(next);
      this.chosen = next;
    } else if (line && line === event.target && line === this.chosen && lettersAct()) {
      const letter = shortcutOf(event);
      if (letter !== "r" && letter !== "c") return;
      event.preventDefault();
      this.show(line);
      this.withBar((bar) => bar.press(letter));
    }
  }

  /**
   * The line above or below; coming from the log itself, the last that one sees.
   * @param {HTMLElement|null} line
   * @param {boolean} up
   * @returns {HTMLElement|undefined}
   */
  neighbour(line, up) {
    /** @type {NodeListOf<HTMLElement>} */
    const all = this.log.querySelectorAll(".line");
    const lines = [...all];
    if (line) return lines[lines.indexOf(line) + (up ? -1 : 1)];
    const { bottom } = this.log.getBoundingClientRect();
    return lines.findLast((one) => one.getBoundingClientRect().top < bottom - 8);
  }
}

/** @param {HTMLElement} line */
export function focusLine(line) {
  line.focus();
}

/** @param {EventTarget|null} target @returns {HTMLElement|null} */
function lineOf(target) {
  return target instanceof Element ? target.closest(".line") : null;
}
