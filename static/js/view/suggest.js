/**
 * The suggestions above the text box. It is loaded at the first key, and knows the box,
 * no state but what it is asked about.
 *
 * The focus stays in the box: aria-activedescendant says which suggestion would be
 * taken. Neither Tab nor Enter is captured for good: both do what they always do
 * where accepting would change nothing.
 */

/**
 * @import { Context, Suggestion, Suggestions } from "../model/complete.js"
 * @import { State } from "../model/types.js"
 */

/**
 * A walk through nicks with the Tab key: `value` is the box after its last step.
 *
 * @typedef {{
 *   from: number, to: number, word: string, items: Suggestion[], place: number, value?: string,
 * }} Round
 */

import {
  apply, changes, complete, completeWord, contextOf, emojiAt, nickAt, takenAt,
} from "../model/complete.js";
import { count } from "../model/strings.js";
import { byId, el } from "./dom.js";
import { sheet } from "./latesheet.js";

/** When this is done, what is made here looks as it should. */
export const dressed = sheet;

export class Suggest {
  /**
   * `state()` is where names come from; `put(from, to, text)` writes; `tell` speaks;
   * `list()` has the rooms listed anew, `seek(text)` asks for people whose nick has it.
   * @param {HTMLTextAreaElement} box
   * @param {{
   *   state(): State, list(): void, seek(text: string): void,
   *   put(from: number, to: number, text: string): void, tell(text: string): void,
   * }} parts
   */
  constructor(box, { state, list, seek, put, tell }) {
    this.box = box;
    /** @type {[string, string][]} */
    this.emoji = [];
    /** @returns {Context} */
    this.context = () => Object.assign(contextOf(state()), { emoji: this.emoji });
    this.askRooms = list;
    this.namesRoom = false;
    this.seek = seek;
    this.seeks = "";
    this.put = put;
    this.tell = tell;
    this.list = byId("suggestions");
    /** @type {Suggestions | null} */
    this.found = null;
    this.at = 0;
    /**
     * Where something was taken or sent away, it is not offered again.
     * @type {number | null}
     */
    this.done = null;
    /** @type {Round | null} */
    this.round = null;
    box.addEventListener("blur", () => this.close());
    box.addEventListener("pointerdown", () => this.close());
    // The focus, and with it the keyboard of a phone, stays with the box.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
  }

  /** Something was written. Rooms are listed anew once somebody begins to name one. */
  wrote() {
    const { value, selectionStart } = this.box;
    const namesRoom = takenAt(value, selectionStart, this.context()) === "rooms";
    if (namesRoom && !this.namesRoom) this.askRooms();
    this.namesRoom = namesRoom;
    // In a large room the hub knows of more people than the page.
    this.seeks = nickAt(value, selectionStart, this.context());
    if (this.seeks) this.seek(this.seeks);
    if (emojiAt(value, selectionStart) && !this.emoji.length) this.loadEmoji();
    this.look();
  }

  /** The table comes late: then the same is looked for again. */
  async loadEmoji() {
    const loaded = await import("../model/emoji.js").catch(() => null);
    if (!loaded) return;
    this.emoji = loaded.EMOJI;
    this.look();
  }

  /** Offer what fits what stands before the caret. */
  look() {
    const { value, selectionStart: caret, selectionEnd: end } = this.box;
    const found = caret === end ? complete(value, caret, this.context()) : null;
    if (found?.from !== this.done) this.done = null;
    this.show(this.done === null ? found : null);
  }

  close() {
    this.show(null);
  }

  /** @param {Suggestions|null} found */
  show(found) {
    const before = this.found?.items.length;
    this.found = found;
    this.round = null;
    this.list.hidden = !found;
    this.list.replaceChildren(...(found?.items ?? []).map((item, place) => this.element(item, place)));
    if (!found) return this.box.removeAttribute("aria-activedescendant");
    const { length } = found.items;
    if (length !== before) this.tell(`${count(length, "suggestion", "suggestions")}.`);
    return this.choose(0);
  }

  /** @param {Suggestion} suggestion @param {number} place @returns {HTMLElement} */
  element({ label, help }, place) {
    return el(
      "li", {
        class: "suggestion", id: `suggestion-${place}`, attributes: { role: "option" },
        on: { click: () => this.take(place) },
      },
      el("span", { class: "suggestion-name", dir: "auto", text: label }),
      help ? el("span", { class: "suggestion-help", text: help }) : null,
    );
  }

  /** @param {number} place */
  choose(place) {
    const options = this.list.children;
    this.at = (place + options.length) % options.length;
    for (const [number, option] of [...options].entries()) {
      option.setAttribute("aria-selected", String(number === this.at));
    }
    options[this.at].scrollIntoView({ block: "nearest" });
    this.box.setAttribute("aria-activedescendant", options[this.at].id);
  }

  /** @param {number} place */
  take(place) {
    const { found } = this;
    if (!found) return;
    const { from, to, put } = apply(this.box.value, found, found.items[place]);
    this.done = found.from;
    this.put(from, to, put);
    if (this.found === found) this.close();
  }

  /**
   * Return whether the key was for what is offered.
   * @param {KeyboardEvent} event
   * @returns {boolean}
   */
  pressed(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return false;
    if (event.key === "Tab" && !event.shiftKey) return this.tabbed();
    // A list that scrolls is a stop for the Tab key, which is none before this box.
    if (event.key === "Tab") this.close();
    if (!this.found || event.shiftKey) return false;
    switch (event.key) {
      case "ArrowUp":
      case "ArrowDown":
        this.choose(this.at + (event.key === "ArrowUp" ? -1 : 1));
        return true;
      case "Escape":
        this.done = this.found.from;
        this.close();
        return true;
      case "Enter":
        return this.takeIfNews(changes(this.box.value, this.found, this.found.items[this.at]));
      case "ArrowLeft":
      case "ArrowRight":
      case "Home":
      case "End":
        this.close();
        return false;
      default:
        return false;
    }
  }

  /** @param {boolean} news @returns {boolean} */
  takeIfNews(news) {
    if (news) this.take(this.at);
    else this.close();
    return news;
  }

  /** @returns {boolean} */
  tabbed() {
    const { value } = this.box;
    if (!this.found) return this.cycle();
    return this.takeIfNews(apply(value, this.found, this.found.items[this.at]).text !== value);
  }

  /**
   * Complete a nick, and with each further Tab the next one that fits. After the
   * last the word is as it was, and Tab goes on to the button.
   * @returns {boolean}
   */
  cycle() {
    const round = this.round?.value === this.box.value ? this.round : this.firstRound();
    if (!round || round.place === round.items.length) return false;
    const place = round.place + 1;
    const item = round.items[place];
    this.put(round.from, round.to, item?.text ?? round.word);
    this.close();
    this.round = { ...round, place, to: this.box.selectionStart, value: this.box.value };
    const { length } = round.items;
    this.tell(item ? `${item.label}, ${place + 1} of ${length}` : round.word);
    return true;
  }

  /** @returns {Round|null} */
  firstRound() {
    const { value, selectionStart: caret, selectionEnd: end } = this.box;
    const found = caret === end ? completeWord(value, caret, this.context()) : null;
    if (!found) return null;
    const { from, to } = apply(value, found, found.items[0]);
    return { from, to, word: value.slice(from, to), items: found.items, place: -1 };
  }
}
