/**
 * One row of a conversation as an element. It knows rows, no state and no socket.
 */

/**
 * @import { MessageEntry, PendingEntry, Row } from "../model/types.js"
 * @import { RowContext } from "./types.js"
 */

/**
 * @typedef {MessageEntry | PendingEntry} LineEntry
 * @typedef {Row & { kind: "message" | "pending" }} LineRow
 */

import { hueOf } from "../model/rows.js";
import {
  briefTimeOf, count, dayName, foldWords, noteWords, pendingWords, presenceWords, timeOf, wholeTimeOf, WORDS,
} from "../model/strings.js";
import { fold } from "../text/fold.js";
import { el } from "./dom.js";
import { saidElement } from "./textview.js";

/** Letters that stay within their row: Latin, Greek, Cyrillic, Chinese, Japanese, Korean, emoji. */
const TAME = /^(?:\ufe0f|[\t-\u02ff\u0370-\u0482\u048a-\u052f\u1e00-\u206f\u20a0-\u20bf\u2100-\u27bf\u3000-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff00-\uffef\p{Extended_Pictographic}])*$/u;

/**
 * Return the element for `row`. `context` has unfolded (a Set of keys), act
 * (what the buttons do), unfold(change) and nick, who reads it.
 * @param {Row} row
 * @param {RowContext} context
 * @returns {HTMLElement}
 */
export function lineElement(row, context) {
  /** @type {(row: any, context: RowContext) => HTMLElement} */
  const make = makers[row.kind];
  const element = make(row, context);
  element.dataset.key = row.key;
  return element;
}

/** @type {{ [K in Row["kind"]]: (row: Row & { kind: K }, context: RowContext) => HTMLElement }} */
const makers = {
  day: ({ at }) => el("li", { class: "day" }, el("span", { text: dayName(at, Date.now()) })),

  new: () => el("li", { class: "day new" }, el("span", { text: "New" })),

  message(row, context) {
    return line(row, row.entry, context);
  },

  pending(row, context) {
    const { entry, item } = row;
    const element = line(row, entry, context, pendingElement(row, context));
    element.classList.add("pending", item.status);
    return element;
  },

  presence(row, context) {
    const { text, all } = presenceWords(row.entries);
    return el(
      "li", { class: "note presence", title: wholeTimeOf(row.entries[0].at), dir: "auto" },
      ...(all ? manyMoved(row.key, text, all, context) : [text]),
    );
  },

  gap: ({ entry }) => el("li", {
    class: "note hole", text: `Loading ${count(entry.before - entry.after - 1, "line", "lines")}…`,
  }),

  note: ({ entry }) => el("li", { class: `note ${entry.tone}`, text: noteWords(entry), dir: "auto" }),
};

/**
 * Return the sum of who came and went, and the list that opens at a click.
 * @param {string} key
 * @param {string} text
 * @param {string} all
 * @param {RowContext} context
 * @returns {HTMLElement[]}
 */
function manyMoved(key, text, all, { unfolded, unfold }) {
  const list = el("span", { class: "moved", text: all, hidden: !unfolded.has(key) });
  const sum = el("button", {
    class: "sum", type: "button", text, attributes: { "aria-expanded": String(!list.hidden) },
    on: {
      click() {
        if (list.hidden) unfolded.add(key);
        else unfolded.delete(key);
        unfold(() => {
          list.hidden = !list.hidden;
          sum.setAttribute("aria-expanded", String(!list.hidden));
        });
      },
    },
  });
  return [sum, list];
}

/**
 * @param {LineRow} row
 * @param {LineEntry} entry
 * @param {RowContext} context
 * @param {HTMLElement|null} after
 * @returns {HTMLElement}
 */
function line(row, entry, context, after = null) {
  const classes = ["line"];
  if (row.leads) classes.push("leads");
  if (row.own) classes.push("own");
  if (row.mentioned) classes.push("mentioned");
  if (entry.action) classes.push("action");
  if (!TAME.test(entry.nick + entry.text)) classes.push("wild");
  const hue = `hue-${hueOf(entry.nick)}`;
  return el(
    // A tap or a click may put the focus there, which brings the line's bar.
    "li", { class: classes.join(" "), tabIndex: -1 },
    row.leads ? monogram(entry.nick, hue) : null,
    // What somebody does is one sentence with its name in it.
    entry.action ? null : heading(row, entry, hue, context),
    body(row.key, entry, hue, context),
    after,
  );
}

/**
 * The first letter of a nick, as a picture of it; no news for a screen reader.
 * @param {string} nick
 * @param {string} hue
 * @returns {HTMLElement}
 */
export function monogram(nick, hue = `hue-${hueOf(nick)}`) {
  const letter = /[\p{L}\p{N}\p{Extended_Pictographic}]/u.exec(nick)?.[0] ?? "?";
  return el("span", {
    class: `monogram ${hue}`, text: letter.toUpperCase(), attributes: { "aria-hidden": "true" },
  });
}

/**
 * The time is a link to the line, as on any page whose parts can be pointed to.
 * @param {LineEntry} entry
 * @param {RowContext} context
 * @param {boolean} brief
 * @returns {HTMLElement}
 */
function timeElement({ at, seq }, { linkTo }, brief = false) {
  const time = el("time", {
    text: brief ? briefTimeOf(at) : timeOf(at), title: wholeTimeOf(at), dateTime: new Date(at).toISOString(),
  });
  if (seq === undefined) return time;
  return el("a", { class: "when", href: linkTo({ seq }), tabIndex: -1 }, time);
}

/**
 * @param {LineRow} row
 * @param {LineEntry} entry
 * @param {string} hue
 * @param {RowContext} context
 * @returns {HTMLElement}
 */
function heading(row, entry, hue, context) {
  const time = timeElement(entry, context, !row.leads);
  // A line below another of the same person shows its name to the eye by its
  // place alone; whoever listens hears it.
  const name = row.leads ? nameElement(entry.nick, hue, context) : el("span", { class: "sr", text: entry.nick });
  return el("span", { class: "heading" }, name, time);
}

/**
 * A name leads to its person. By keyboard one goes there by the list of people.
 * @param {string} nick
 * @param {string} hue
 * @param {RowContext} context
 * @returns {HTMLElement}
 */
function nameElement(nick, hue, { act }) {
  return el("button", {
    class: `nick ${hue}`, type: "button", dir: "auto", text: nick, tabIndex: -1,
    on: { click: () => act.person(nick) },
  });
}

/**
 * @param {string} key
 * @param {LineEntry} entry
 * @param {string} hue
 * @param {RowContext} context
 * @returns {HTMLElement}
 */
function body(key, entry, hue, context) {
  const text = el("div", { class: "text", dir: "auto" });
  if (entry.action) text.append(el("span", { class: `actor ${hue}`, text: entry.nick }), " ");
  const cut = fold(entry.text);
  const shown = () => (cut && !context.unfolded.has(key) ? cut.shown : entry.text);
  let said = saidElement(shown(), context.nick, context.act.copy);
  text.append(said);
  if (entry.action) text.append(" ", timeElement(entry, context));
  if (!cut) return text;
  const words = () => (context.unfolded.has(key) ? WORDS.less : foldWords(cut));
  const more = el("button", {
    class: "more", type: "button", text: words(),
    on: {
      click() {
        if (!context.unfolded.delete(key)) context.unfolded.add(key);
        context.unfold(() => {
          const next = saidElement(shown(), context.nick, context.act.copy);
          said.replaceWith(next);
          said = next;
          more.textContent = words();
        });
        // Folding takes away what is above the button.
        more.scrollIntoView({ block: "nearest" });
      },
    },
  });
  return el("div", { class: "folded" }, text, more);
}

/** @param {Row & { kind: "pending" }} row @param {RowContext} context @returns {HTMLElement} */
function pendingElement({ item, live }, { act }) {
  const state = el("span", { class: "state", text: pendingWords(item, live) });
  if (item.status !== "refused") return state;
  /** @param {string} text @param {() => void} click */
  const button = (text, click) => el("button", { class: "small", type: "button", text, on: { click } });
  return el(
    "div", { class: "refusal", attributes: { role: "alert" } }, state,
    button(WORDS.again, () => act.again(item.id)),
    button("Discard", () => act.drop(item.id)),
  );
}
