/**
 * One row of a conversation as an element. Knows rows, no state and no socket.
 */

import { el } from "./dom.js";
import { fold, hueOf } from "./rows.js";
import {
  count, dayName, foldWords, noteWords, pendingWords, presenceWords, timeOf, wholeTimeOf,
} from "./words.js";

/**
 * Return the element for `row`. `context` has unfolded (a Set of keys), act
 * (what the buttons do) and unfold(change).
 */
export function lineElement(row, context) {
  const make = makers[row.kind] ?? makers.note;
  const element = make(row, context);
  element.dataset.key = row.key;
  return element;
}

const makers = {
  day: ({ at }) => el("li", { class: "day" }, el("span", { text: dayName(at, Date.now()) })),

  message(row, context) {
    return line(row, row.entry, context);
  },

  pending(row, context) {
    const { entry, item } = row;
    const element = line(row, entry, context, pendingElement(row, context));
    element.classList.add("pending", item.status);
    return element;
  },

  presence: ({ entries }) => el("li", {
    class: "note presence", text: presenceWords(entries), title: wholeTimeOf(entries[0].at), dir: "auto",
  }),

  direct(row, context) {
    return line({ ...row, leads: true, own: row.entry.own }, row.entry, context);
  },

  gap: ({ entry }) => el("li", {
    class: "note hole", text: `Loading ${count(entry.before - entry.after - 1, "line", "lines")}…`,
  }),

  note: ({ entry }) => el("li", { class: `note ${entry.tone}`, text: noteWords(entry), dir: "auto" }),
};

function line(row, entry, context, after = null) {
  const classes = ["line"];
  if (row.leads) classes.push("leads");
  if (row.own) classes.push("own");
  if (entry.action) classes.push("action");
  if (entry.to !== undefined) classes.push("direct");
  const hue = `hue-${hueOf(entry.nick)}`;
  return el(
    "li", { class: classes.join(" ") },
    row.leads ? monogram(entry.nick, hue) : null,
    // What somebody does is one sentence with its name in it.
    entry.action && entry.to === undefined ? null : heading(row, entry, hue),
    body(row.key, entry, hue, context),
    after,
  );
}

/** The first letter of a nick, as a picture of it; no news for a screen reader. */
export function monogram(nick, hue = `hue-${hueOf(nick)}`) {
  const letter = /[\p{L}\p{N}\p{Extended_Pictographic}]/u.exec(nick)?.[0] ?? "?";
  return el("span", {
    class: `monogram ${hue}`, text: letter.toUpperCase(), attributes: { "aria-hidden": "true" },
  });
}

function timeElement({ at }) {
  return el("time", {
    text: timeOf(at), title: wholeTimeOf(at), dateTime: new Date(at).toISOString(),
  });
}

function heading(row, entry, hue) {
  const time = timeElement(entry);
  // A line below another of the same person shows its name to the eye by its
  // place alone; whoever listens hears it.
  const name = el("span", { class: row.leads ? `nick ${hue}` : "sr", dir: "auto", text: entry.nick });
  return el("span", { class: "heading" }, name, directMark(entry), time);
}

function directMark(entry) {
  if (entry.to === undefined) return null;
  return el("span", { class: "mark", text: entry.own === false ? "to you alone" : `to ${entry.to} alone` });
}

function body(key, entry, hue, { unfolded, unfold }) {
  const text = el("div", { class: "text", dir: "auto" });
  if (entry.action) text.append(el("span", { class: `actor ${hue}`, text: entry.nick }), " ");
  const said = el("span", { class: "said" });
  text.append(said);
  const cut = unfolded.has(key) ? null : fold(entry.text);
  said.textContent = cut ? cut.shown : entry.text;
  if (entry.text.includes("\n")) text.classList.add("block");
  if (entry.action) text.append(" ", timeElement(entry));
  if (!cut) return text;
  const more = el("button", {
    class: "more", type: "button", text: foldWords(cut),
    on: {
      click() {
        unfolded.add(key);
        unfold(() => {
          said.textContent = entry.text;
          more.remove();
        });
      },
    },
  });
  return el("div", { class: "folded" }, text, more);
}

function pendingElement({ item, live }, { act }) {
  const state = el("span", { class: "state", text: pendingWords(item, live) });
  if (item.status !== "refused") return state;
  const button = (text, click) => el("button", { class: "small", type: "button", text, on: { click } });
  return el(
    "div", { class: "refusal", attributes: { role: "alert" } }, state,
    button("Try again", () => act.again(item.id)),
    button("Discard", () => act.drop(item.id)),
  );
}
