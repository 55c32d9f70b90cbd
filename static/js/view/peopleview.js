/**
 * The list of who is in a room, and its filter. It knows no socket: who is looked
 * for in a room of whom not everybody is known, `act.seek` asks about.
 */

/**
 * @import { Room, State } from "../model/types.js"
 * @import { Acts, Known } from "./types.js"
 */

/** @typedef {{ key: string, own: boolean, ignored: boolean }} PersonItem */

import { fits } from "../model/people.js";
import { ignoring } from "../model/prefs.js";
import { hueOf } from "../model/rows.js";
import { initialState } from "../model/state.js";
import { count, morePeopleWords, personWords } from "../model/strings.js";
import { byId, el, reconcile, setText } from "./dom.js";
import { monogram } from "./lineview.js";

/** How long one may pause within a name before the hub is asked. */
const TYPING_MS = 200;

export class PeopleView {
  /** @param {Acts} act */
  constructor(act) {
    this.act = act;
    /** @type {Room | undefined} */
    this.room = undefined;
    this.state = initialState;
    /** @type {Known<PersonItem>} */
    this.people = new Map();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.asking = undefined;
    this.filter = byId("people-filter");
    this.filter.addEventListener("input", () => {
      clearTimeout(this.asking);
      this.asking = setTimeout(() => act.seek(this.filter.value), TYPING_MS);
      this.render(this.room, this.state);
    });
  }

  /** @param {Room|undefined} room @param {State} state */
  render(room, state) {
    if (room?.name !== this.room?.name) this.filter.value = "";
    this.room = room;
    this.state = state;
    const people = room?.count ?? 0;
    setText(byId("people-count"), people.toLocaleString());
    byId("people-open").setAttribute("aria-label", `${count(people, "person", "people")} here: show who`);
    byId("people-open").hidden = !room || room.peer !== null;
    byId("app").classList.toggle("talking", room !== undefined && room.peer !== null);
    const named = room?.names ?? [];
    byId("people-filter-box").hidden = named.length < 2;
    const text = this.filter.value.trim();
    const fitting = text ? named.filter((name) => fits(name, text)) : named;
    const { none, more } = morePeopleWords({
      text, people, shown: fitting.length, sought: room?.sought ?? null, partial: people > named.length,
    });
    byId("people-none").hidden = !none;
    setText(byId("people-none"), none);
    byId("people-more").hidden = !more;
    setText(byId("people-more"), more);
    this.list(fitting, state);
  }

  /** @param {string[]} names @param {State} state */
  list(names, { nick, prefs }) {
    const ignores = ignoring(prefs);
    const items = names.map((name) => ({
      key: name, own: name === nick, ignored: name !== nick && ignores(name),
    }));
    /** @param {PersonItem} one @param {PersonItem} other */
    const same = (one, other) => one.own === other.own && one.ignored === other.ignored;
    reconcile(byId("people-list"), this.people, items, same, (item) => this.element(item));
  }

  /** @param {PersonItem} item @returns {HTMLElement} */
  element({ key: name, own, ignored }) {
    return el("li", { class: ignored ? "ignored" : "" }, el(
      "button", {
        class: "person", type: "button", title: personWords(name, own),
        on: { click: () => { if (own) this.act.askNick(); else this.act.person(name); } },
      },
      monogram(name, `hue-${hueOf(name)}`),
      el("span", { class: "person-name", dir: "auto", text: name }),
      own || ignored ? el("span", { class: "you", text: own ? "you" : "ignored" }) : null,
    ));
  }
}
