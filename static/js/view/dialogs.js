/**
 * The two questions that the page asks: which nick, and which room? It knows no
 * socket.
 */

/**
 * @import { NickPrompt, State } from "../model/types.js"
 * @import { Choice } from "../model/roomchoices.js"
 * @import { RoomInfo } from "../text/wire.js"
 * @import { Acts } from "./types.js"
 */

import { directsOf } from "../model/directs.js";
import { roomChoices } from "../model/roomchoices.js";
import { count, firstWords, goesWords, placeName, WORDS } from "../model/strings.js";
import { byId, el, restingPlace, setText } from "./dom.js";
import { openDialog } from "./overlay.js";

export class NickDialog {
  /** @param {Acts} act */
  constructor(act) {
    this.dialog = byId("nick-dialog");
    this.input = byId("nick");
    /** @type {NickPrompt | null} */
    this.asked = null;
    // Without a nick there is nothing behind the question to go back to: whatever
    // else a browser does to close it, it comes again.
    this.dialog.addEventListener("close", () => {
      if (!this.asked) return;
      if (this.asked.renaming) act.keepNick();
      else this.open(this.asked);
    });
    byId("nick-guest").addEventListener("click", () => act.named(""));
    byId("nick-keep").addEventListener("click", () => act.keepNick());
    byId("nick-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const nick = this.input.value.trim();
      if (nick) act.named(nick);
      else this.explain(WORDS.nameFirst);
    });
  }

  /** @param {State} state */
  render(state) {
    const { nickPrompt } = state;
    if (nickPrompt === this.asked) return;
    this.asked = nickPrompt;
    if (!nickPrompt) {
      this.dialog.close();
      restingPlace().focus();
      return;
    }
    this.open(nickPrompt, state.nick);
    const { renaming } = nickPrompt;
    setText(byId("nick-title"), renaming ? WORDS.otherNick : WORDS.welcome);
    setText(byId("nick-words"), renaming
      ? WORDS.allSee
      : firstWords(placeName(state.opening ?? state.wanted[0])));
    setText(byId("nick-go"), renaming ? WORDS.change : WORDS.join);
    byId("nick-keep").hidden = !renaming;
    byId("nick-guest").hidden = renaming;
    this.explain(nickPrompt.reason);
  }

  /**
   * What was refused stays in the box, to be corrected.
   * @param {NickPrompt} asked
   * @param {string} [nick]
   */
  open({ renaming }, nick) {
    if (!this.dialog.open && nick !== undefined) this.input.value = nick;
    openDialog(this.dialog, { lasting: !renaming });
    this.input.focus();
    this.input.select();
  }

  /** @param {string} reason */
  explain(reason) {
    byId("nick-problem").hidden = !reason;
    setText(byId("nick-problem"), reason);
    this.input.setAttribute("aria-invalid", String(Boolean(reason)));
  }
}

export class RoomDialog {
  /** @param {Acts} act */
  constructor(act) {
    this.act = act;
    this.dialog = byId("room-dialog");
    this.input = byId("room");
    /** @type {RoomInfo[] | null} */
    this.directory = null;
    /** @type {Choice[]} */
    this.directs = [];
    byId("room-join").addEventListener("click", () => this.ask());
    byId("room-close").addEventListener("click", () => this.dialog.close());
    byId("room-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const { meant } = roomChoices(this.input.value, this.rooms());
      if (meant) this.choose(meant);
    });
    this.input.addEventListener("input", () => this.list());
    this.dialog.addEventListener("keydown", (event) => this.pressed(event));
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    /** @type {HTMLElement[]} */
    const stops = [this.input, ...byId("directory").querySelectorAll("button")];
    const place = stops.findIndex((stop) => stop === document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    event.preventDefault();
    stops[place]?.focus();
  }

  ask() {
    this.input.value = "";
    this.act.directory();
    this.list();
    openDialog(this.dialog);
    // The rooms that are open would lie under the keyboard of a phone.
    if (matchMedia("(pointer: fine)").matches) this.input.focus();
    else byId("room-close").focus();
  }

  /** @param {string} name */
  choose(name) {
    this.dialog.close();
    this.act.visit({ room: name, seq: null });
  }

  /** @param {State} state */
  render(state) {
    if (state.listing) {
      this.act.listed();
      this.ask();
    }
    this.directs = directsOf(state).map(({ name, peer }) => ({ room: name, peer }));
    if (state.directory === this.directory) return;
    this.directory = state.directory;
    this.list();
  }

  /** @returns {Choice[]} */
  rooms() {
    return [...this.directory ?? [], ...this.directs];
  }

  list() {
    const { fitting, meant } = roomChoices(this.input.value, this.rooms());
    byId("directory").replaceChildren(...fitting.map((room) => this.element(room, room.room === meant)));
    byId("directory-title").hidden = !fitting.length;
    const goes = meant ? goesWords(meant, fitting.some(({ room }) => room === meant)) : "";
    setText(byId("room-meant"), goes);
  }

  /** @param {Choice} choice @param {boolean} meant @returns {HTMLElement} */
  element({ room, peer, count: people, topic }, meant) {
    return el("li", {}, el(
      "button", { class: meant ? "choice meant" : "choice", type: "button", on: { click: () => this.choose(room) } },
      el("span", { class: "choice-name", dir: "auto", text: peer ?? `#${room}` }),
      el("span", { class: "choice-count", text: peer ? "you two alone" : count(people ?? 0, "person", "people") }),
      topic ? el("span", { class: "choice-topic", dir: "auto", text: topic }) : null,
    ));
  }
}
