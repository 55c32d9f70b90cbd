/**
 * The text box. It knows no socket and no storage of its own: what is typed goes
 * to `act.typed`, which says whether it was accepted.
 */

/**
 * @import { Rename, State } from "../model/types.js"
 * @import { Walk } from "../model/inputhistory.js"
 * @import { PasteHead } from "./pasteview.js"
 * @import { Acts, BoxStorage } from "./types.js"
 */

import { begin, remember, shown, step } from "../model/inputhistory.js";
import { initialState } from "../model/state.js";
import { boxWords, noFilesWords, sizeWords } from "../model/strings.js";
import { currentRoom } from "../model/update.js";
import { directionOf, isBlock, LONG } from "../text/paste.js";
import { byteLength } from "../text/wire.js";
import { BoxParts } from "./boxparts.js";
import { byId, setText } from "./dom.js";
import { offerNewLines } from "./newline.js";
import { toast } from "./toast.js";

/** From this part of the limit on, the box says how full it is. */
const NEAR = 0.8;

/** How long a screen reader's announcement waits for further keys. */
const SPEAK_MS = 300;

export class Composer {
  /** @param {Acts} act @param {BoxStorage} storage */
  constructor(act, storage) {
    this.act = act;
    this.storage = storage;
    this.drafts = storage.drafts();
    this.history = storage.history();
    /** @type {Walk | null} */
    this.walk = null;
    this.fill = 0;
    this.box = byId("text");
    /** @type {State} */
    this.state = initialState;
    /** @type {string | null} */
    this.room = null;
    /** @type {Rename | undefined} */
    this.renamed = undefined;
    this.parts = new BoxParts(this.box, {
      state: () => this.state, list: () => act.directory(),
      seek: (text) => act.seek(text), say: (text) => act.typed(text),
      put: (from, to, text) => this.put(from, to, text), set: (text) => this.rewrite(text),
      tell: (text) => this.tell(text),
    });
    byId("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.box.addEventListener("keydown", (event) => this.pressed(event));
    this.box.addEventListener("beforeinput", (event) => this.breaking(event));
    this.box.addEventListener("input", (event) => this.wrote(event));
    this.box.addEventListener("paste", (event) => this.came(event, event.clipboardData));
    addEventListener("dragover", (event) => this.dragged(event));
    addEventListener("drop", (event) => this.came(event, event.dataTransfer));
    this.box.addEventListener("compositionend", () => this.offer());
    offerNewLines(() => this.put(this.box.selectionStart, this.box.selectionEnd, "\n"));
    addEventListener("pagehide", () => this.saveDrafts());
  }

  get suggest() {
    return this.parts.suggest;
  }

  get head() {
    return this.parts.head;
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    // While an input method composes, its keys choose a word; some browsers
    // tell it by the key code alone, and after the word is chosen.
    this.nameless = event.keyCode === 229;
    if (event.isComposing || this.nameless) return;
    this.parts.offers();
    if (this.suggest?.pressed(event) || this.recalls(event) || this.scrolls(event)) event.preventDefault();
    else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (event.altKey) this.put(this.box.selectionStart, this.box.selectionEnd, "\n");
      else this.submit();
    }
  }

  /**
   * Some keyboards on a screen name no Enter, only the line break it would make.
   * @param {InputEvent} event
   */
  breaking(event) {
    if (event.inputType !== "insertLineBreak" || event.isComposing || !this.nameless) return;
    event.preventDefault();
    this.submit();
  }

  /**
   * Go through what was said here before; the arrows move within a text that was changed.
   * @param {KeyboardEvent} event
   * @returns {boolean}
   */
  recalls(event) {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return false;
    const { value, selectionStart, selectionEnd } = this.box;
    const walk = this.walk && shown(this.walk) === value ? this.walk : null;
    if (walk ? !isAtEdge(value, selectionStart, selectionEnd, by) : value) return false;
    const next = step(walk ?? begin(this.history.get(this.room ?? "") ?? [], value), by);
    if (!next) return false;
    this.walk = next;
    this.show(shown(next));
    return true;
  }

  /**
   * In a box of one line these keys have nothing to do; the lines above have.
   * @param {KeyboardEvent} event
   * @returns {boolean}
   */
  scrolls(event) {
    if (event.shiftKey || event.altKey || event.metaKey || this.box.value.includes("\n")) return false;
    const log = byId("log");
    const page = { PageUp: -0.9, PageDown: 0.9 }[event.key];
    if (page && !event.ctrlKey) log.scrollBy(0, page * log.clientHeight);
    else if (event.ctrlKey && event.key === "Home") log.scrollTop = 0;
    else if (event.ctrlKey && event.key === "End") this.act.newest();
    else return false;
    return true;
  }

  /** The box is emptied at once: by the next frame the person may have typed on. */
  submit() {
    const { room } = this;
    const text = this.box.value.trimEnd();
    if (room !== null && this.act.typed(this.box.value)) {
      this.history.set(room, remember(this.history.get(room) ?? [], text));
      this.storage.saveHistory(this.history);
      this.set("");
    }
    this.box.focus();
  }

  /** @param {InputEvent} event */
  wrote(event) {
    this.changed();
    this.keepDraft();
    // What an input method has not decided yet is no beginning of a name.
    if (event.isComposing) this.suggest?.close();
    else this.offer();
  }

  async offer() {
    const suggest = this.suggest ?? await this.parts.offers();
    if (this.box.value) suggest?.wrote();
    else suggest?.close();
  }

  changed() {
    this.act.clearError();
    if (this.head) this.head.changed();
    else if (isBlock(this.box.value)) this.withHead((head) => head.changed());
    // After the head, which chooses the type that the text is measured in.
    this.fit();
    this.measure();
  }

  /**
   * Files and pictures cannot be sent; a browser would show a dropped one in place of
   * the page.
   * @param {DragEvent} event
   */
  dragged(event) {
    if (event.dataTransfer?.types.includes("Files") || !isField(event.target)) event.preventDefault();
  }

  /**
   * Something was pasted or dropped.
   * @param {ClipboardEvent | DragEvent} event
   * @param {DataTransfer|null} data
   */
  came(event, data) {
    const text = data?.getData("text/plain") ?? "";
    const hasFiles = Boolean(data?.files.length);
    if (!isField(event.target) || (hasFiles && (!text || event.type === "drop"))) event.preventDefault();
    if (hasFiles && !text) toast(noFilesWords());
    const part = text.replace(/\r\n?/gu, "\n").trimEnd();
    if (event.target !== this.box || !isBlock(part)) return;
    this.box.dir = directionOf(part);
    // That it is too long is what one wants to know first.
    this.withHead((head) => head.came(part, this.fill < 2));
  }

  /** @param {(head: PasteHead) => void} does */
  async withHead(does) {
    await this.parts.withHead(this.room, does);
    this.fit();
  }

  keepDraft() {
    if (this.room === null) return;
    if (this.box.value) this.drafts.set(this.room, this.box.value);
    else this.drafts.delete(this.room);
    clearTimeout(this.saving);
    this.saving = setTimeout(() => this.saveDrafts(), 300);
  }

  saveDrafts() {
    clearTimeout(this.saving);
    this.storage.saveDrafts(this.drafts);
  }

  /**
   * Show a text that nobody has written here: it is no draft.
   * @param {string} text
   */
  show(text) {
    this.hold(text);
    this.changed();
    this.suggest?.close();
  }

  /**
   * Before the text its direction, as before a paste.
   * @param {string} text
   */
  hold(text) {
    this.box.dir = directionOf(text);
    this.box.value = text;
  }

  /** @param {string} text */
  set(text) {
    this.walk = null;
    this.show(text);
    this.keepDraft();
  }

  /** @param {string} text */
  rewrite(text) {
    this.set(text);
    this.box.focus();
  }

  /**
   * Write between two places, so that the browser can undo it.
   * @param {number} from
   * @param {number} to
   * @param {string} text
   */
  put(from, to, text) {
    this.box.focus();
    this.box.setSelectionRange(from, to);
    if (document.execCommand("insertText", false, text)) return;
    this.set(this.box.value.slice(0, from) + text + this.box.value.slice(to));
    this.box.setSelectionRange(from + text.length, from + text.length);
  }

  /**
   * Put a word where the caret is, apart from what stands before it.
   * @param {string} word
   */
  insert(word) {
    const { value, selectionStart, selectionEnd } = this.box;
    const before = value.slice(0, selectionStart);
    const apart = before && !/\s$/u.test(before) ? " " : "";
    this.put(selectionStart, selectionEnd, apart + word);
  }

  /**
   * Go on with drafts of a closed tab, where nothing has been written here.
   * @param {Map<string, string>} drafts
   */
  takeDrafts(drafts) {
    for (const [room, text] of drafts) {
      if (!this.drafts.has(room)) this.drafts.set(room, text);
    }
    const draft = this.drafts.get(this.room ?? "");
    if (!this.box.value && draft !== undefined) this.set(draft);
  }

  /**
   * Put what is answered above what is written already.
   * @param {string} text
   */
  quote(text) {
    this.rewrite(text + this.box.value.replace(/^> .*\n/u, ""));
  }

  fit() {
    const dir = directionOf(this.box.value);
    if (this.box.dir !== dir) this.box.dir = dir;
    // To measure a long text takes long.
    if (this.box.value.length > LONG) {
      this.box.style.height = "100vh";
      return;
    }
    this.box.style.height = "auto";
    this.box.style.height = `${this.box.scrollHeight}px`;
  }

  measure() {
    const { text: most } = this.state.limits;
    // No character has more than three bytes for one unit of its length.
    const near = this.box.value.length * 3 > most * NEAR;
    const size = near ? byteLength(this.box.value.trimEnd()) : 0;
    const fill = !near || size <= most * NEAR ? 0 : size <= most ? 1 : 2;
    const text = fill ? sizeWords(size, most) : "";
    byId("size").hidden = !fill;
    byId("size").classList.toggle("over", fill > 1);
    if (fill) setText(byId("size"), text);
    if (fill > this.fill) this.tell(text);
    if (fill > 1 || this.fill > 1) this.withHead((head) => head.offer(fill > 1 ? most : 0));
    this.fill = fill;
  }

  /** @param {string} text */
  tell(text) {
    clearTimeout(this.telling);
    this.telling = setTimeout(() => setText(byId("box-spoken"), text), SPEAK_MS);
  }

  /** @param {State} state */
  render(state) {
    const listed = (this.suggest?.namesRoom && state.directory !== this.state.directory)
      || (this.suggest?.seeks && currentRoom(state)?.names !== currentRoom(this.state)?.names);
    this.state = state;
    if (listed) this.suggest?.look();
    this.follow(state);
    if (state.current !== this.room) this.moveTo(state.current);
    const words = state.error ?? "";
    byId("error").hidden = !words;
    setText(byId("error"), words);
    this.box.setAttribute("aria-invalid", String(Boolean(words)));
  }

  /** @param {string|null} room */
  name(room) {
    this.room = room;
    if (this.head) this.head.room = room ?? "";
    const label = boxWords(room);
    this.box.placeholder = label;
    this.box.setAttribute("aria-label", label);
    this.box.disabled = room === null;
  }

  /**
   * What belongs to a conversation follows when it is called otherwise.
   * @param {State} state
   */
  follow({ renames }) {
    for (const rename of renames.slice(renames.findIndex((one) => one === this.renamed) + 1)) {
      const { from, to } = rename;
      this.renamed = rename;
      for (const kept of [this.drafts, this.history, this.head?.pasted]) moveKey(kept, from, to);
      if (this.room === from) this.name(to);
      this.saveDrafts();
      this.storage.saveHistory(this.history);
    }
  }

  /** @param {string|null} room */
  moveTo(room) {
    // Nothing that was written before there was a room is taken back.
    if (this.room === null && room !== null && this.box.value) {
      const both = [this.drafts.get(room), this.box.value].filter(Boolean).join("\n");
      this.drafts.set(room, both);
    }
    this.walk = null;
    this.suggest?.close();
    this.head?.enter(room);
    this.hold(this.drafts.get(room ?? "") ?? "");
    this.name(room);
    this.changed();
    // On a phone the keyboard would jump up unasked.
    if (matchMedia("(pointer: fine)").matches && !document.querySelector("dialog[open]")) this.box.focus();
  }
}

/** @param {EventTarget|null} target @returns {boolean} */
function isField(target) {
  return target instanceof Element && target.matches("input, textarea");
}

/**
 * Call what a map has under `from` otherwise; what is there stays.
 * @param {Map<string, any> | undefined} kept
 * @param {string} from
 * @param {string} to
 */
function moveKey(kept, from, to) {
  if (!kept) return;
  const value = kept.get(from);
  kept.delete(from);
  if (value !== undefined && !kept.has(to)) kept.set(to, value);
}

/**
 * Whether the caret can go no further that way, or stands where recalling has put it.
 * @param {string} text
 * @param {number} from
 * @param {number} to
 * @param {number} by
 * @returns {boolean}
 */
function isAtEdge(text, from, to, by) {
  if (from !== to) return false;
  return to === text.length || !(by < 0 ? text.slice(0, from) : text.slice(to)).includes("\n");
}
