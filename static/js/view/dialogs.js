/**
 * The two questions that the page asks: which nick, and which room? It knows no
 * socket.
 */

/**
 * @import { NickPrompt, State } from "../model/types.js"
 * @import { RoomInfo } from "../text/wire.js"
 * @import { Acts } from "./types.js"
 */

/** @typedef {{ room: string, peer?: string | null, count?: number, topic?: string }} Choice */

import { roomName } from "../model/actions.js";
import { directsOf } from "../model/directs.js";
import { count, placeName } from "../model/strings.js";
import { byId, el, restingPlace, setText } from "./dom.js";

export class NickDialog {
  /** @param {Acts} act */
  constructor(act) {
    this.dialog = byId("nick-dialog");
    this.input = byId("nick");
    /** @type {NickPrompt | null} */
    this.asked = null;
    // Without a nick there is nothing behind the question to go back to.
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      act.keepNick();
    });
    byId("nick-keep").addEventListener("click", () => act.keepNick());
    byId("nick-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const nick = this.input.value.trim();
      if (nick) act.named(nick);
      else this.explain("Write a name first: one word, up to 24 characters.");
    });
  }

  /** @param {State} state */
  render(state) {
    const { nickPrompt } = state;
    if (nickPrompt === this.asked) return;
    this.asked = nickPrompt;
    if (!nickPrompt) {
      if (this.dialog.open) this.dialog.close();
      restingPlace().focus();
      return;
    }
    const renaming = nickPrompt.renaming;
    setText(byId("nick-title"), renaming ? "Another nick" : "Welcome to Hubbub");
    setText(byId("nick-words"), renaming
      ? "Everybody in your rooms sees the change."
      : `What shall the others in ${placeName(state.opening ?? state.wanted[0])} call you?`);
    setText(byId("nick-go"), renaming ? "Change it" : "Join the conversation");
    byId("nick-keep").hidden = !renaming;
    // What was refused stays in the box, to be corrected.
    if (!this.dialog.open) this.input.value = state.nick;
    this.explain(nickPrompt.reason);
    if (!this.dialog.open) this.dialog.showModal();
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
      if (roomName(this.input.value)) this.choose(this.meant());
    });
    this.input.addEventListener("input", () => this.list());
    this.dialog.addEventListener("keydown", (event) => this.pressed(event));
  }

  /**
   * The only room that fits what is written so far is the one that is meant.
   * @returns {string}
   */
  meant() {
    const name = roomName(this.input.value);
    const fitting = this.fitting();
    return fitting.length === 1 && !name.startsWith("@") ? fitting[0].room : name;
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
    if (!this.dialog.open) this.dialog.showModal();
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

  /**
   * Rooms and conversations that fit what is written, the liveliest first.
   * @returns {Choice[]}
   */
  fitting() {
    const name = roomName(this.input.value);
    const open = [...this.directory ?? []].sort((one, other) => other.count - one.count);
    return [...open, ...this.directs].filter(({ room }) => room.toLowerCase().includes(name));
  }

  list() {
    const fitting = this.fitting();
    byId("directory").replaceChildren(...fitting.map((room) => this.element(room)));
    byId("directory-title").hidden = !fitting.length;
  }

  /** @param {Choice} choice @returns {HTMLElement} */
  element({ room, peer, count: people, topic }) {
    return el("li", {}, el(
      "button", { class: "choice", type: "button", on: { click: () => this.choose(room) } },
      el("span", { class: "choice-name", dir: "auto", text: peer ?? `#${room}` }),
      el("span", { class: "choice-count", text: peer ? "you two alone" : count(people ?? 0, "person", "people") }),
      topic ? el("span", { class: "choice-topic", dir: "auto", text: topic }) : null,
    ));
  }
}
