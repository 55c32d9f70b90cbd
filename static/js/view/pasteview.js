/**
 * The head of the text box when it holds a block: how long it is, and what can be
 * made of it before it is sent as one message. It knows no state.
 */

/** @typedef {{ part: string, fence?: string }} Pasted */

import { count } from "../model/strings.js";
import { asCode, directionOf, fenceOf, isBlock, lineCount, withoutCode } from "../text/paste.js";
import { byteLength } from "../text/wire.js";
import { byId, setText } from "./dom.js";

export class PasteHead {
  /**
   * `set(text)` writes the box anew; `tell` speaks.
   * @param {HTMLTextAreaElement} box
   * @param {{ set(text: string): void, tell(text: string): void }} parts
   */
  constructor(box, { set, tell }) {
    this.box = box;
    this.set = set;
    this.tell = tell;
    this.room = "";
    /**
     * What was pasted, by room, and the fence that was put around it.
     * @type {Map<string, Pasted>}
     */
    this.pasted = new Map();
    /** @type {{ value: string, pasted: Pasted } | null} */
    this.dropped = null;
    box.addEventListener("paste", (event) => this.came(event.clipboardData));
    box.addEventListener("drop", (event) => this.came(event.dataTransfer));
    byId("block-code").addEventListener("click", () => this.toggleCode());
    byId("block-discard").addEventListener("click", () => this.discard());
    byId("block-undo").addEventListener("click", () => this.undo());
  }

  /** @param {DataTransfer|null} data */
  came(data) {
    const part = data?.getData("text/plain").replace(/\r\n?/gu, "\n").trimEnd() ?? "";
    if (!isBlock(part)) return;
    this.box.dir = directionOf(part);
    this.pasted.set(this.room, { part });
    this.tell(`A block of ${count(lineCount(part), "line", "lines")} is in the box, and not sent yet.`);
  }

  toggleCode() {
    const { value } = this.box;
    const pasted = this.pasted.get(this.room);
    const fence = fenceOf(value, pasted?.fence);
    const code = fence ? { text: withoutCode(value, fence), fence: undefined } : asCode(value, pasted?.part);
    if (pasted) this.pasted.set(this.room, { part: pasted.part, fence: code.fence });
    this.set(code.text);
    this.tell(fence ? "Not marked as code any more." : "Marked as code.");
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
    this.tell("The block is discarded. Undo is before the box.");
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

  /** Something else was written: what was discarded is gone. */
  changed() {
    this.dropped = null;
    this.render();
  }

  render() {
    const { value } = this.box;
    const block = isBlock(value);
    if (!block) this.pasted.delete(this.room);
    const pasted = this.pasted.get(this.room);
    const fence = block && fenceOf(value, pasted?.fence);
    byId("block").hidden = !block && !this.dropped;
    this.box.classList.toggle("mono", Boolean(pasted || fence));
    byId("block-code").hidden = !block;
    byId("block-discard").hidden = !pasted;
    byId("block-undo").hidden = !this.dropped;
    setText(byId("block-code"), fence ? "Not code" : "Mark as code");
    setText(byId("block-words"), block ? blockWords(value) : "The block is discarded.");
  }
}

/** @param {string} text @returns {string} */
function blockWords(text) {
  const size = byteLength(text.trimEnd());
  return `A block of ${count(lineCount(text), "line", "lines")}, ${count(size, "byte", "bytes")}`;
}
