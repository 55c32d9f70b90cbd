/**
 * The toolbar of one line: reply, copy its text, copy a link to it. It is loaded when
 * the pointer or the focus first comes to the lines. It knows no state.
 */

/**
 * @import { MessageEntry, PendingEntry } from "../model/types.js"
 * @import { Acts } from "./types.js"
 */

/** @typedef {MessageEntry | PendingEntry} Line */

import { LINE, quoteOf } from "../model/linestrings.js";
import { wholeTimeOf } from "../model/strings.js";
import { el } from "./dom.js";
import { sheet } from "./latesheet.js";
import { toast } from "./toast.js";

const ICONS = {
  reply: "M8 5 3.500 9.500 8 14M4 9.500h7a5 5 0 0 1 5 5v1",
  link: "M8.500 11.500a3 3 0 0 0 4.200 0l3-3a3 3 0 0 0-4.200-4.200l-1 1M11.500 8.500a3 3 0 0 0-4.200 0l-3 3a3 3 0 0 0 4.200 4.200l1-1",
  copy: "M7 7V4h9v9h-3M4 7h9v9H4z",
};

/** When this is done, what is made here looks as it should. */
export const dressed = sheet;

export class LineBar {
  /**
   * `entryOf` gives the message of a row's element.
   * @param {(line: HTMLElement) => Line | undefined} entryOf
   * @param {Pick<Acts, "quote" | "linkTo" | "copy">} act
   */
  constructor(entryOf, act) {
    this.entryOf = entryOf;
    this.act = act;
    /** @type {HTMLElement | null} */
    this.line = null;
    this.time = el("span", { class: "actions-time" });
    this.reply = this.button("Reply", "reply", (entry) => act.quote(quoteOf(entry)));
    this.link = this.button(LINE.copyLink, "link", (entry) => this.copy(act.linkTo(entry), LINE.linkCopied));
    this.bar = el(
      "div", { class: "actions", attributes: { role: "group", "aria-label": LINE.thisLine } }, this.time,
      this.reply,
      this.link,
      this.button(LINE.copyText, "copy", (entry) => this.copy(entry.text, LINE.textCopied)),
    );
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

  /** @param {HTMLElement} line */
  show(line) {
    const entry = this.entryOf(line);
    if (!entry || this.bar.parentElement === line) return;
    this.line = line;
    this.time.textContent = wholeTimeOf(entry.at);
    line.append(this.bar);
  }

  /**
   * Do what a letter stands for.
   * @param {"r" | "c"} letter
   */
  press(letter) {
    ({ r: this.reply, c: this.link })[letter].click();
  }

  /** @param {string} text @param {string} done */
  async copy(text, done) {
    toast(await this.act.copy(text) ? done : LINE.noCopy);
  }
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
