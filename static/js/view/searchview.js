/**
 * The panel that searches a room. It knows no socket.
 */

/**
 * @import { Search, State } from "../model/types.js"
 * @import { Acts } from "./types.js"
 */

import { hueOf } from "../model/rows.js";
import { placeName, searchWords, shortTimeOf } from "../model/strings.js";
import { marked } from "../text/markup.js";
import { byId, el, setText } from "./dom.js";
import { lay, lift, NARROW } from "./overlay.js";

/** So much of a line is shown before and behind the first hit. */
const BEFORE = 60;
const BEHIND = 200;

export class SearchView {
  /** @param {Acts} act */
  constructor(act) {
    this.act = act;
    /** @type {Search | null} */
    this.shown = null;
    this.open = false;
    this.layer = { panel: byId("search"), query: NARROW, opener: byId("search-open"), close: () => this.close() };
    byId("search-open").addEventListener("click", () => (this.open ? act.closeSearch() : act.search("")));
    byId("search-close").addEventListener("click", () => act.closeSearch());
    byId("search-more").addEventListener("click", () => act.searchMore());
    byId("search-form").addEventListener("submit", (event) => {
      event.preventDefault();
      act.search(byId("search-text").value);
    });
  }

  /** @param {State} state */
  render({ search, current }) {
    if (search.open !== this.open) this.turn(search);
    if (!search.open) return;
    // Another room: what was found belongs to the one before.
    if (search.room !== current && search.room !== null) {
      this.act.search("");
      return;
    }
    if (search === this.shown) return;
    this.shown = search;
    setText(byId("search-title"), `Search ${placeName(search.room)}`);
    setText(byId("search-words"), searchWords(search));
    byId("search-words").classList.toggle("error", search.phase === "failed");
    const words = search.text.split(/\s+/u).filter(Boolean);
    byId("search-list").replaceChildren(...search.results.map((one) => this.element(one, words)));
    byId("search-more").hidden = !search.more;
    if (search.text) byId("search-text").value = search.text;
  }

  /** @param {Search} search */
  turn(search) {
    this.open = search.open;
    byId("search").hidden = !search.open;
    byId("app").classList.toggle("searching", search.open);
    byId("search-open").setAttribute("aria-expanded", String(search.open));
    if (search.open) {
      // Whoever came from the box by keys goes back there.
      this.layer.opener = document.activeElement === byId("text") ? byId("text") : byId("search-open");
      lay(this.layer);
      byId("search-text").value = search.text;
      byId("search-text").focus();
    } else {
      lift(this.layer);
    }
  }

  close() {
    lift(this.layer);
    this.act.closeSearch();
  }

  /** @param {Search["results"][number]} message @param {string[]} words @returns {HTMLElement} */
  element(message, words) {
    const { nick, at, seq, text } = message;
    return el("li", {}, el(
      "button", { class: "hit", type: "button", on: { click: () => this.act.found(seq) } },
      el("span", { class: `nick hue-${hueOf(nick)}`, dir: "auto", text: nick }),
      el("time", { text: shortTimeOf(at, Date.now()), dateTime: new Date(at).toISOString() }),
      el("span", { class: "hit-text", dir: "auto" }, ...pieces(text, words)),
    ));
  }
}

/**
 * Return the part of a text around the first hit, with the hits marked.
 * @param {string} text
 * @param {string[]} words
 * @returns {(string | HTMLElement)[]}
 */
function pieces(text, words) {
  const all = marked(text, words);
  const first = all.findIndex((piece) => piece.hit);
  const shown = [];
  let room = BEHIND;
  for (const [place, piece] of all.entries()) {
    const cut = place < first && piece.text.length > BEFORE ? `…${piece.text.slice(-BEFORE)}` : piece.text;
    const fits = cut.length > room ? `${cut.slice(0, room)}…` : cut;
    shown.push(piece.hit ? el("mark", { text: fits }) : fits);
    room -= cut.length;
    if (room <= 0) break;
  }
  return shown;
}
