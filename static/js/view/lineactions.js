/**
 * What can be done with one line: reply, copy its text, copy a link to it.
 *
 * There is one toolbar for all lines; it stands in the line that the pointer or
 * the focus is on, so that a conversation has not hundreds of tab stops. With the
 * log in focus the arrow keys go from line to line. It knows no state.
 */

/**
 * @import { MessageEntry, PendingEntry } from "../model/types.js"
 * @import { Acts } from "./types.js"
 */

/** @typedef {MessageEntry | PendingEntry} Line */

import { wholeTimeOf, WORDS } from "../model/strings.js";
import { el } from "./dom.js";
import { lettersAct, shortcutOf } from "./keys.js";
import { toast } from "./toast.js";

const ICONS = {
  reply: "M8 5 3.500 9.500 8 14M4 9.500h7a5 5 0 0 1 5 5v1",
  link: "M8.500 11.500a3 3 0 0 0 4.200 0l3-3a3 3 0 0 0-4.200-4.200l-1 1M11.500 8.500a3 3 0 0 0-4.200 0l-3 3a3 3 0 0 0 4.200 4.200l1-1",
  copy: "M7 7V4h9v9h-3M4 7h9v9H4z",
};

export class LineActions {
  /**
   * `entryOf` gives the message of a row's element.
   * @param {HTMLElement} log
   * @param {(line: HTMLElement) => Line | undefined} entryOf
   * @param {Pick<Acts, "reply" | "linkTo" | "copy">} act
   */
  constructor(log, entryOf, act) {
    this.log = log;
    this.entryOf = entryOf;
    this.act = act;
    /** @type {HTMLElement | null} */
    this.line = null;
    /**
     * The line that the arrow keys have gone to: only there a letter does something.
     * @type {HTMLElement | null}
     */
    this.chosen = null;
    this.time = el("span", { class: "actions-time" });
    this.reply = this.button("Reply", "reply", (entry) => act.reply(entry));
    this.link = this.button(WORDS.copyLink, "link", (entry) => this.copy(act.linkTo(entry), WORDS.linkCopied));
    this.bar = el(
      "div", { class: "actions", attributes: { role: "group", "aria-label": WORDS.thisLine } }, this.time,
      this.reply,
      this.link,
      this.button(WORDS.copyText, "copy", (entry) => this.copy(entry.text, WORDS.textCopied)),
    );
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

  /**
   * @param {string} label
   * @param {keyof typeof ICONS} icon
   * @param {(entry: Line) => void} click
   * @returns {HTMLElement}
   */
  button(label, icon, click) {
    const button = el("button", {
      class: "icon", type: "button", title: label, attributes: { "aria-label": label, "data-icon": icon },
      on: { click: () => this.entry && click(this.entry) },
    });
    button.append(picture(ICONS[icon]));
    return button;
  }

  get entry() {
    return this.line ? this.entryOf(this.line) : undefined;
  }

  /** @param {HTMLElement|null} line */
  show(line) {
    const entry = line && this.entryOf(line);
    if (!entry || this.bar.parentElement === line) return;
    this.line = line;
    this.time.textContent = wholeTimeOf(entry.at);
    line.append(this.bar);
  }

  /** @param {string} text @param {string} done */
  async copy(text, done) {
    toast(await this.act.copy(text) ? done : WORDS.noCopy);
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
      const button = { r: this.reply, c: this.link }[shortcutOf(event)];
      if (!button) return;
      event.preventDefault();
      this.show(line);
      button.click();
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

/** @param {string} path @returns {SVGElement} */
function picture(path) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(space, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}
