/**
 * The rooms that fit what is written in the question for a room. It is loaded when
 * the question is first asked. It knows no socket.
 */

/**
 * @import { State } from "../model/types.js"
 * @import { Choice } from "../model/roomchoices.js"
 * @import { RoomInfo } from "../text/wire.js"
 * @import { Acts } from "./types.js"
 */

import { goesWords } from "../model/dialogstrings.js";
import { directsOf } from "../model/directs.js";
import { roomChoices } from "../model/roomchoices.js";
import { count } from "../model/strings.js";
import { byId, el, setText } from "./dom.js";
import { sheet } from "./latesheet.js";

/** When this is done, what is made here looks as it should. */
export const dressed = sheet;

export class RoomList {
  /** @param {Acts} act */
  constructor(act) {
    this.act = act;
    this.dialog = byId("room-dialog");
    this.input = byId("room");
    /** @type {RoomInfo[] | null} */
    this.directory = null;
    /** @type {Choice[]} */
    this.directs = [];
    this.input.addEventListener("input", () => this.show());
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

  /** Go to the room that is meant. */
  go() {
    const { meant } = roomChoices(this.input.value, this.rooms());
    if (meant) this.choose(meant);
  }

  /** @param {string} name */
  choose(name) {
    this.dialog.close();
    this.act.visit({ room: name, seq: null });
  }

  /** @param {State} state */
  render(state) {
    this.directs = directsOf(state).map(({ name, peer }) => ({ room: name, peer }));
    if (state.directory === this.directory) return;
    this.directory = state.directory;
    this.show();
  }

  /** @returns {Choice[]} */
  rooms() {
    return [...this.directory ?? [], ...this.directs];
  }

  show() {
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
