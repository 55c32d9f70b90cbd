/**
 * The panel that searches: words, and of whom, when and where. It is loaded when it
 * is first opened. It knows no socket.
 */

/**
 * @import { Search, State } from "../model/types.js"
 * @import { Acts } from "./types.js"
 */

import { FIND, searchWords } from "../model/findstrings.js";
import { hueOf } from "../model/rows.js";
import { placeName, shortTimeOf } from "../model/strings.js";
import { marked } from "../text/marked.js";
import { parseQuery } from "../text/query.js";
import { queryText } from "../text/querytext.js";
import { byId, el, setText } from "./dom.js";
import { Hit } from "./hit.js";
import { sheet } from "./latesheet.js";
import { lay, lift, NARROW } from "./overlay.js";

/** So much of a line is shown before and behind the first hit. */
const BEFORE = 60;
const BEHIND = 200;

class SearchView {
  /** @param {Acts} act */
  constructor(act) {
    this.act = act;
    /** @type {Search | null} */
    this.shown = null;
    this.open = false;
    /** What the fields were last filled with. */
    this.filled = "";
    this.hit = new Hit((text) => act.search(text));
    byId("people").after(panel());
    this.layer = { panel: byId("search"), query: NARROW, opener: byId("search-open"), close: () => this.close() };
    byId("search-close").addEventListener("click", () => act.closeSearch());
    byId("search-more").addEventListener("click", () => act.searchMore());
    byId("search-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask();
    });
    for (const id of ["search-all", "search-day", "search-from"]) byId(id).addEventListener("change", () => this.ask());
  }

  /** What stands in the fields goes before what was typed. */
  ask() {
    const typed = parseQuery(byId("search-text").value);
    const asked = queryText({
      text: typed.text,
      all: typed.all || byId("search-all").checked,
      nick: typed.nick ?? byId("search-from").value.trim().replace(/^@/u, ""),
      day: typed.day ?? byId("search-day").value,
    });
    this.fill(asked);
    this.act.search(asked);
  }

  /** @param {State} state */
  render(state) {
    this.renderSearch(state);
    this.hit.render(state);
  }

  /** @param {State} state */
  renderSearch({ search, current }) {
    if (search.open !== this.open) this.turn(search);
    if (!search.open) return;
    // Another room: what was found belongs to the one before.
    if (search.room !== current && search.room !== null && !search.all) {
      this.act.search("");
      return;
    }
    if (search === this.shown) return;
    this.shown = search;
    const query = parseQuery(search.text);
    setText(byId("search-title"), search.all ? FIND.everywhere : `Search ${placeName(search.room)}`);
    setText(byId("search-words"), searchWords(search));
    byId("search-words").classList.toggle("error", search.phase === "failed");
    const words = query.text.split(/\s+/u).filter(Boolean);
    byId("search-list").replaceChildren(...search.results.map((one) => this.element(one, words, search)));
    byId("search-more").hidden = !search.more;
    // The fields tell what was asked elsewhere, as with /search. Once they do, they
    // belong to whoever types: an answer that comes late changes nothing in them.
    if (search.text && search.text !== this.filled) this.fill(search.text);
  }

  /** @param {string} asked */
  fill(asked) {
    this.filled = asked;
    const { text, all, nick = "", day = "" } = parseQuery(asked);
    byId("search-text").value = text;
    byId("search-all").checked = all;
    byId("search-from").value = nick;
    byId("search-day").value = day.replace(/\b\d\b/gu, "0$&");
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
      this.fill(search.text);
      byId("search-text").focus();
    } else {
      lift(this.layer);
    }
  }

  close() {
    lift(this.layer);
    this.act.closeSearch();
  }

  /**
   * Where the panel covers the lines it makes way for the one that was found.
   * @param {number} seq
   * @param {string|null} room
   */
  found(seq, room) {
    if (room === null) return;
    if (matchMedia(NARROW).matches) {
      this.hit.follow(this.shown?.text ?? "", room, seq);
      this.act.closeSearch();
    }
    this.act.visit({ room, seq });
  }

  /**
   * @param {Search["results"][number]} message
   * @param {string[]} words
   * @param {Search} search
   * @returns {HTMLElement}
   */
  element(message, words, search) {
    const { nick, at, seq, text } = message;
    const room = "room" in message ? message.room : search.room;
    return el("li", {}, el(
      "button", { class: "hit", type: "button", on: { click: () => this.found(seq, room) } },
      el("span", { class: `nick hue-${hueOf(nick)}`, dir: "auto", text: nick }),
      el("time", { text: shortTimeOf(at, Date.now()), dateTime: new Date(at).toISOString() }),
      search.all ? el("span", { class: "hit-room", dir: "auto", text: placeName(room) }) : null,
      el("span", { class: "hit-text", dir: "auto" }, ...pieces(text, words)),
    ));
  }
}

/**
 * Make the panel, once its style sheet is there.
 * @param {Acts} act
 * @returns {Promise<SearchView>}
 */
export async function makeSearch(act) {
  await sheet();
  return new SearchView(act);
}

/** @returns {HTMLElement} */
function panel() {
  /** @param {string} words @param {HTMLElement} input */
  const label = (words, input) => el("label", { class: "search-field" }, words, input);
  return el(
    "aside", { id: "search", class: "side search", hidden: true, attributes: { "aria-labelledby": "search-title" } },
    el(
      "div", { class: "side-head" }, el("h2", { id: "search-title", text: "Search" }),
      el("button", { id: "search-close", class: "icon", type: "button", text: "×", attributes: { "aria-label": FIND.close } }),
    ),
    el(
      "form", { id: "search-form", attributes: { role: "search" } },
      el(
        "div", { class: "filter" },
        el("input", {
          id: "search-text", type: "search", attributes: {
            placeholder: FIND.words, "aria-label": FIND.words, enterkeyhint: "search", autocomplete: "off",
          },
        }),
        el("button", { class: "small", type: "submit", text: "Find" }),
      ),
      el(
        "div", { class: "search-fields" },
        label("From", el("input", {
          id: "search-from", type: "text", attributes: { placeholder: "anyone", autocomplete: "off", autocapitalize: "off", spellcheck: "false" },
        })),
        label("On", el("input", { id: "search-day", type: "date" })),
        el("label", { class: "search-all" }, el("input", { id: "search-all", type: "checkbox" }), FIND.all),
      ),
    ),
    el("p", { id: "search-words", class: "search-words", attributes: { role: "status" } }),
    el("ol", { id: "search-list", class: "search-list" }),
    el("button", { id: "search-more", class: "more", type: "button", text: FIND.older, hidden: true }),
  );
}

/**
 * Return the part of a text around the first hit, with the hits marked.
 * @param {string} text
 * @param {string[]} words
 * @returns {(string | HTMLElement)[]}
 */
function pieces(text, words) {
  const all = marked(text, words);
  const first = Math.max(0, all.findIndex((piece) => piece.hit));
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
