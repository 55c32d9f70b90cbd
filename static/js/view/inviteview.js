/**
 * The dialog that invites others: a link to the room, the same as a QR code, and
 * what to type in whatever else they have. It loads when it is first opened. It
 * knows no socket: the hub's invitation is in the state.
 */

/**
 * @import { State } from "../model/types.js"
 * @import { Acts } from "./types.js"
 */

import { copyWords, inviteWords, LATE, waysOf } from "../model/dialogstrings.js";
import { initialState } from "../model/state.js";
import { placeName } from "../model/strings.js";
import { qrCode } from "../text/qr.js";
import { byId, el, setText } from "./dom.js";
import { lateDialog, show, textButton } from "./latedom.js";
import { toast } from "./toast.js";

/** The margin that a reader needs around a code, in modules. */
const MARGIN = 4;
const SVG = "http://www.w3.org/2000/svg";

export class InviteView {
  /** @param {Acts} act */
  constructor(act) {
    this.act = act;
    /** @type {State} */
    this.state = initialState;
    const share = textButton("invite-share", "Share…", () => this.share());
    share.hidden = !("share" in navigator);
    this.dialog = lateDialog(
      "invite", LATE.invite, el("p", { id: "invite-head" }), el("div", { id: "invite-code" }),
      el(
        "div", { class: "invite-way" }, el("code", { id: "invite-link" }),
        textButton("invite-copy", "Copy", () => this.copy(this.link), LATE.copyLink), share,
      ),
      el("div", { id: "invite-gate" }),
      el("h3", { id: "invite-other", text: LATE.ways }), el("ul", { id: "invite-ways", class: "invite-ways" }),
    );
    this.dialog.classList.add("wide");
    this.link = "";
  }

  open() {
    const { invitation } = this.state;
    if (!invitation) return;
    const { head, ways } = waysOf(invitation.lines);
    this.link = this.linkTo(invitation);
    setText(byId("invite-title"), inviteWords(placeName(invitation.room)));
    setText(byId("invite-head"), head);
    setText(byId("invite-link"), this.link);
    byId("invite-gate").replaceChildren(...this.gate(invitation.passphrase));
    byId("invite-code").replaceChildren(...codeElement(this.link));
    byId("invite-ways").replaceChildren(...ways.map((way) => this.way(way)));
    show(this.dialog, () => byId("invite-copy"));
  }

  /**
   * The address that others can use, which need not be the one that this page has. It
   * carries the passphrase where a browser sends it to nobody.
   * @param {NonNullable<State["invitation"]>} invitation
   * @returns {string}
   */
  linkTo({ web, room, passphrase }) {
    const here = new URL(this.act.address(room ?? ""));
    const [page = `${here.origin}${here.pathname}`] = web;
    const place = room === null || room.startsWith("@") ? "" : here.hash.slice(1);
    const pass = passphrase && `pass=${encodeURIComponent(passphrase)}`;
    return [page, [place, pass].filter(Boolean).join("&")].filter(Boolean).join("#");
  }

  /**
   * The passphrase by itself, where the hub asks for one.
   * @param {string} passphrase
   * @returns {HTMLElement[]}
   */
  gate(passphrase) {
    if (!passphrase) return [];
    const row = el(
      "div", { class: "invite-way" }, el("span", { class: "invite-name", text: "passphrase" }),
      el("code", { id: "invite-pass", text: passphrase }),
      textButton("", "Copy", () => this.copy(passphrase), LATE.copyPass),
    );
    return [row, el("p", { text: LATE.letsIn })];
  }

  /** @param {{ name: string, way: string }} way @returns {HTMLElement} */
  way({ name, way }) {
    const isCommand = name !== "also at";
    return el(
      "li", { class: "invite-way" }, el("span", { class: "invite-name", text: name }),
      el(isCommand ? "code" : "span", { text: way }),
      isCommand ? textButton("", "Copy", () => this.copy(way), copyWords(name)) : null,
    );
  }

  /** @param {string} text */
  async copy(text) {
    toast(await this.act.copy(text) ? "Copied" : LATE.notCopied);
  }

  share() {
    const title = byId("invite-title").textContent ?? "";
    // Whoever changes their mind has not failed.
    navigator.share({ title, url: this.link }).catch(() => {});
  }

  /** @param {State} state */
  render(state) {
    this.state = state;
  }
}

/**
 * Return the picture of a code, dark on light in every theme, or nothing for a text
 * that is too long for one.
 * @param {string} text
 * @returns {Element[]}
 */
function codeElement(text) {
  const cells = qrCode(text);
  if (!cells) return [];
  const size = cells.length + 2 * MARGIN;
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${size} ${size}`);
  svg.setAttribute("class", "code");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", LATE.qr);
  const path = document.createElementNS(SVG, "path");
  const squares = cells.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + MARGIN} ${y + MARGIN}h1v1h-1z` : "")));
  path.setAttribute("d", squares.join(""));
  svg.append(path);
  return [svg];
}
