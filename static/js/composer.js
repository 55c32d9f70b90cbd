/**
 * The box one writes in. Knows no socket: what is typed goes to `act.typed`,
 * which tells whether it was taken.
 */

import { byId, setText } from "./dom.js";
import { byteLength } from "./wire.js";
import { placeName } from "./words.js";

/** From this part of the limit on, the box says how full it is. */
const NEAR = 0.8;

export class Composer {
  constructor(act, drafts, saveDrafts) {
    this.act = act;
    this.drafts = drafts;
    this.saveDrafts = saveDrafts;
    this.box = byId("text");
    this.room = null;
    byId("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.box.addEventListener("keydown", (event) => this.pressed(event));
    this.box.addEventListener("input", () => this.changed());
  }

  pressed(event) {
    // While an input method composes, Enter chooses a word; some browsers tell
    // it by the key code alone.
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
    if (event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    this.submit();
  }

  /** The box empties at once: by the next frame one may have typed on. */
  submit() {
    if (this.room !== null && this.act.typed(this.box.value)) this.set("");
    this.box.focus();
  }

  changed() {
    this.act.calm();
    this.fit();
    this.measure();
    if (this.box.value) this.drafts.set(this.room, this.box.value);
    else this.drafts.delete(this.room);
    clearTimeout(this.saving);
    this.saving = setTimeout(() => this.saveDrafts(this.drafts), 300);
  }

  set(text) {
    this.box.value = text;
    this.changed();
  }

  /** Put a word where the caret is, apart from what stands before it. */
  insert(word) {
    const { value, selectionStart, selectionEnd } = this.box;
    const before = value.slice(0, selectionStart);
    const apart = before && !/\s$/u.test(before) ? " " : "";
    this.set(before + apart + word + value.slice(selectionEnd));
    const caret = before.length + apart.length + word.length;
    this.box.setSelectionRange(caret, caret);
    this.box.focus();
  }

  /** Go on with drafts of a closed tab, where nothing has been written here. */
  takeDrafts(drafts) {
    for (const [room, text] of drafts) {
      if (!this.drafts.has(room)) this.drafts.set(room, text);
    }
    if (!this.box.value && this.drafts.has(this.room)) this.set(this.drafts.get(this.room));
  }

  /** Put what is answered above what is written already. */
  quote(text) {
    this.set(text + this.box.value.replace(/^> .*\n/u, ""));
    this.box.focus();
    this.box.setSelectionRange(this.box.value.length, this.box.value.length);
  }

  fit() {
    this.box.style.height = "auto";
    this.box.style.height = `${this.box.scrollHeight}px`;
  }

  measure() {
    const { text: most } = this.limits ?? {};
    // No character has more than three bytes for one unit of its length.
    const near = most && this.box.value.length * 3 > most * NEAR;
    const size = near ? byteLength(this.box.value.trimEnd()) : 0;
    const shown = near && size > most * NEAR;
    byId("size").hidden = !shown;
    byId("size").classList.toggle("over", size > most);
    if (shown) setText(byId("size"), `${size.toLocaleString()} of ${most.toLocaleString()} bytes`);
  }

  render(state) {
    this.limits = state.limits;
    if (state.current !== this.room) this.moveTo(state.current);
    const words = state.trouble ?? "";
    byId("trouble").hidden = !words;
    setText(byId("trouble"), words);
    this.box.setAttribute("aria-invalid", String(Boolean(words)));
  }

  moveTo(room) {
    this.room = room;
    this.box.value = this.drafts.get(room) ?? "";
    const label = room === null ? "Join a room to write" : `Message ${placeName(room)}`;
    this.box.placeholder = label;
    this.box.setAttribute("aria-label", label);
    this.box.disabled = room === null;
    this.fit();
    this.measure();
    // On a phone the keyboard would jump up unasked.
    if (matchMedia("(pointer: fine)").matches && !document.querySelector("dialog[open]")) this.box.focus();
  }
}
