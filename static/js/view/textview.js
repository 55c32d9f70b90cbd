/**
 * What somebody wrote, as elements: its pieces come from text/markup.js, and each
 * is set as text. It knows no state and no socket.
 */

/** @import { Block, Piece, Prose } from "../text/markup.js" */

/** @typedef {(text: string) => Promise<boolean>} Copy */

import { leadsWords, WORDS } from "../model/strings.js";
import { tokens } from "../text/markup.js";
import { hasColumns } from "../text/paste.js";
import { el } from "./dom.js";

/** How long a button shows that it worked. */
const COPIED_MS = 2_000;

/**
 * Return the element for `text` as `nick` reads it; `copy` puts text on the clipboard.
 * @param {string} text
 * @param {string} nick
 * @param {Copy} copy
 * @returns {HTMLElement}
 */
export function saidElement(text, nick, copy) {
  const blocks = tokens(text, { nick });
  const [first] = blocks;
  const plain = blocks.length === 1 && first.kind === "text" && !hasColumns(first.source);
  if (plain) return el("span", { class: "said" }, ...pieces(first));
  return el("div", { class: "said" }, ...blocks.map((block) => blockElement(block, copy)));
}

/** @param {Block} block @param {Copy} copy @returns {HTMLElement} */
function blockElement(block, copy) {
  /** @type {(block: any, copy: Copy) => HTMLElement} */
  const make = makers[block.kind];
  return make(block, copy);
}

/** @type {{ [K in Block["kind"]]: (block: Block & { kind: K }, copy: Copy) => HTMLElement }} */
const makers = {
  text: (block) => el("p", { dir: "auto", class: columns(block) }, ...pieces(block)),
  quote: (block) => el("blockquote", { dir: "auto", class: columns(block) }, ...pieces(block)),

  fence({ language, text }, copy) {
    return el(
      "div", { class: "fence", dir: "ltr" },
      el("div", { class: "fence-head" }, language ? el("span", { text: language }) : null, ...copyButton(text, copy)),
      el("pre", {}, el("code", { text })),
    );
  },
};

/** @param {Prose} block @returns {string} */
function columns({ source }) {
  return hasColumns(source) ? "columns" : "";
}

/** @param {Prose} block @returns {(string | HTMLElement)[]} */
function pieces(block) {
  return block.tokens.map((piece) => {
    /** @type {(piece: any) => string | HTMLElement} */
    const make = inline[piece.kind];
    return make(piece);
  });
}

/** @type {{ [K in Piece["kind"]]: (piece: Piece & { kind: K }) => string | HTMLElement }} */
const inline = {
  text: ({ text }) => text,
  code: ({ text }) => el("code", { text, dir: "ltr" }),
  mention: ({ text, own }) => el("span", { class: own ? "mention you-named" : "mention", text, dir: "auto" }),
  room: ({ text, href }) => el("a", { class: "to-room", href, text, dir: "auto" }),

  link({ text, href, host }) {
    const link = el("a", { href, text, dir: "ltr", rel: "noopener noreferrer" });
    if (!href.startsWith("mailto:")) link.target = "_blank";
    if (host) link.title = leadsWords(host);
    return link;
  },
};

/** @param {string} text @param {Copy} copy @returns {HTMLElement[]} */
function copyButton(text, copy) {
  const spoken = el("span", { class: "sr", attributes: { role: "status" } });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @param {string} words */
  const tell = (words) => {
    button.textContent = words || "Copy";
    spoken.textContent = words;
  };
  const button = el("button", {
    class: "copy", type: "button", text: "Copy", title: WORDS.copyCode,
    on: {
      async click() {
        tell(await copy(text) ? "Copied" : WORDS.notCopied);
        clearTimeout(timer);
        timer = setTimeout(tell, COPIED_MS, "");
      },
    },
  });
  return [button, spoken];
}
