/**
 * The head of the text box when it holds a block: how long it is, and what can be
 * made of it before it is sent as one message, or as several. It is loaded when there
 * is a block for the first time, and knows no state.
 */

/** @typedef {{ part: string, fence?: string }} Pasted */

import { blockWords, PASTE, splitWords } from "../model/pastestrings.js";
import { asCode, fenceOf, withoutCode } from "../text/fence.js";
import { isBlock, lineCount } from "../text/paste.js";
import { split } from "../text/split.js";
import { byteLength } from "../text/wire.js";
import { byId, el, setText } from "./dom.js";
import { sheet } from "./latesheet.js";

/** When this is done, what is shown here looks as it should. */
export const dressed = sheet;

export class PasteHead {
  /**
   * `set(text)` writes the box anew; `tell` speaks; `say` takes what Enter would send,
   * and returns whether it was taken.
   * @param {HTMLTextAreaElement} box
   * @param {{ set(text: string): void, tell(text: string): void, say(text: string): boolean }} parts
   */
  constructor(box, { set, tell, say }) {
    this.box = box;
    this.set = set;
    this.tell = tell;
    this.say = say;
    this.most = 0;
    this.splitting = el("button", {
      class: "small", type: "button", id: "split", hidden: true, on: { click: () => this.sendParts() },
    });
    byId("size").after(this.splitting);
    this.room = "";
    /**
     * What was pasted, by room, and the fence that was put around it.
     * @type {Map<string, Pasted>}
     */
    this.pasted = new Map();
    /** @type {{ value: string, pasted: Pasted } | null} */
    this.dropped = null;
    byId("block-code").addEventListener("click", () => this.toggleCode());
    byId("block-discard").addEventListener("click", () => this.discard());
    byId("block-undo").addEventListener("click", () => this.undo());
  }

  /** @param {string} part @param {boolean} aloud */
  came(part, aloud) {
    this.pasted.set(this.room, { part });
    this.render();
    if (aloud) this.tell(PASTE.came(lineCount(part)));
  }

  /**
   * Offer to send what is too long for one message as several; 0 takes that back.
   * @param {number} most
   */
  offer(most) {
    this.most = most;
    this.splitting.hidden = !most;
    if (most) setText(this.splitting, splitWords(split(this.box.value, most).length));
  }

  /** What is not taken, since too much waits already, stays in the box. */
  sendParts() {
    const parts = split(this.box.value, this.most);
    // A part that begins with a slash is no command.
    const taken = parts.findIndex((part) => !this.say(part.startsWith("/") ? `/${part}` : part));
    this.set(taken < 0 ? "" : parts.slice(taken).join("\n"));
  }

  toggleCode() {
    const { value } = this.box;
    const pasted = this.pasted.get(this.room);
    const fence = fenceOf(value, pasted?.fence);
    const code = fence ? { text: withoutCode(value, fence), fence: undefined } : asCode(value, pasted?.part);
    if (pasted) this.pasted.set(this.room, { part: pasted.part, fence: code.fence });
    this.set(code.text);
    this.tell(fence ? PASTE.unmarked : PASTE.marked);
  }

  /** Remove what was pasted; what was written around it stays. */
  discard() {
    const { value } = this.box;
    const pasted = this.pasted.get(this.room);
    if (!pasted) return;
    const fence = fenceOf(value, pasted.fence);
    const plain = fence ? withoutCode(value, fence) : value;
    this.set(plain.includes(pasted.part) ? plain.replace(pasted.part, () => "") : "");
    this.dropped = { value, pasted };
    this.render();
    this.tell(PASTE.discarded);
  }

  undo() {
    if (!this.dropped) return;
    const { value, pasted } = this.dropped;
    this.pasted.set(this.room, pasted);
    this.set(value);
  }

  /** @param {string|null} room */
  enter(room) {
    this.room = room ?? "";
    this.dropped = null;
  }

  /**
   * Something else was written: what was discarded is gone. What came is told of before
   * the browser writes it, and is kept until then.
   */
  changed() {
    this.dropped = null;
    if (!isBlock(this.box.value)) this.pasted.delete(this.room);
    this.render();
  }

  render() {
    const { value } = this.box;
    const block = isBlock(value);
    const pasted = block ? this.pasted.get(this.room) : undefined;
    const fence = block && fenceOf(value, pasted?.fence);
    byId("block").hidden = !block && !this.dropped;
    this.box.classList.toggle("mono", Boolean(pasted || fence));
    byId("block-code").hidden = !block;
    byId("block-discard").hidden = !pasted;
    byId("block-undo").hidden = !this.dropped;
    setText(byId("block-code"), fence ? PASTE.notCode : PASTE.code);
    setText(byId("block-words"), block ? blockWords(lineCount(value), byteLength(value.trimEnd())) : PASTE.gone);
  }
}
