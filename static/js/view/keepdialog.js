/**
 * What one can do with a whole room: go to a day of it, save it, print it. It is
 * loaded when it is first opened. It knows no socket and no storage.
 */

/**
 * @import { State } from "../model/types.js"
 * @import { FormName } from "../text/documents.js"
 * @import { Acts } from "./types.js"
 */

import { KEEP } from "../model/findstrings.js";
import { count, placeName } from "../model/strings.js";
import { currentRoom } from "../model/update.js";
import { daySpan } from "../text/query.js";
import { dateOf } from "../text/transcript.js";
import { byId, el, setText } from "./dom.js";
import { show } from "./latedom.js";
import { Transcript } from "./transcript.js";

/** @type {[FormName, string][]} */
const FORMS = [["text", "Text"], ["markdown", "Markdown"], ["jsonl", "JSON lines"]];

export class KeepDialog {
  /** @param {Acts} act @param {() => State} state */
  constructor(act, state) {
    this.act = act;
    this.state = state;
    /** @type {Transcript | null} */
    this.transcript = null;
    this.dialog = markup();
    document.body.append(this.dialog);
    this.dialog.addEventListener("close", () => this.stop());
    byId("keep-close").addEventListener("click", () => this.dialog.close());
    byId("keep-print").addEventListener("click", () => {
      this.dialog.close();
      print();
    });
    byId("keep-day-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.goToDay();
    });
    byId("keep-save-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
  }

  open() {
    const room = currentRoom(this.state());
    if (!room) return;
    setText(byId("keep-title"), placeName(room.name));
    byId("keep-day-form").hidden = room.peer !== null;
    const day = input("keep-day");
    day.max = dateOf(Date.now());
    day.value ||= day.max;
    this.tell("keep-day-words", "");
    this.tell("keep-words", "");
    show(this.dialog);
  }

  /** Show the first line of the day, or of the next one on which something was said. */
  async goToDay() {
    const room = currentRoom(this.state());
    const span = daySpan(input("keep-day").value);
    if (!room || !span) {
      this.tell("keep-day-words", KEEP.day);
      return;
    }
    try {
      const { messages: [first] } = await this.act.ask({ type: "history", room: room.name, since: span.since, limit: 1 });
      if (!first) {
        this.tell("keep-day-words", KEEP.nothing);
        return;
      }
      this.dialog.close();
      this.act.visit({ room: room.name, seq: first.seq });
    } catch (problem) {
      this.tell("keep-day-words", wordsOf(problem));
    }
  }

  /** Save all of the room; what is loaded already is kept for another try. */
  async save() {
    const room = currentRoom(this.state());
    if (!room) return;
    const chosen = this.dialog.querySelector("input[name=form]:checked");
    /** @type {any} */
    const form = chosen instanceof HTMLInputElement ? chosen.value : "text";
    const begun = this.transcript;
    const goesOn = begun && begun.name === form && begun.room.name === room.name;
    /** @type {Transcript} */
    const transcript = goesOn ? begun : new Transcript(room, form, this.act);
    this.transcript = transcript;
    byId("keep-save").setAttribute("aria-disabled", "true");
    try {
      while (!transcript.whole && this.transcript === transcript) {
        await transcript.step();
        this.tell("keep-words", `${Math.round(transcript.done * 100)} % of ${count(transcript.last, "line", "lines")}`);
      }
      if (this.transcript !== transcript) return;
      this.transcript = null;
      download(transcript.file());
      this.tell("keep-words", `Saved: ${count(transcript.last, "line", "lines")}.`);
    } catch (problem) {
      this.tell("keep-words", `${wordsOf(problem)} ${KEEP.again}`);
    } finally {
      byId("keep-save").removeAttribute("aria-disabled");
    }
  }

  stop() {
    this.transcript = null;
  }

  /** @param {string} id @param {string} words */
  tell(id, words) {
    setText(byId(id), words);
  }
}

/** @param {unknown} problem @returns {string} */
function wordsOf(problem) {
  return problem instanceof Error ? problem.message : String(problem);
}

/** @param {string} id @returns {HTMLInputElement} */
function input(id) {
  /** @type {any} */
  const element = byId(id);
  return element;
}

/** @param {{ name: string, blob: Blob }} file */
function download({ name, blob }) {
  const address = URL.createObjectURL(blob);
  const link = el("a", { href: address, attributes: { download: name } });
  link.click();
  // The browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** @returns {HTMLDialogElement} */
function markup() {
  /** @param {string} id */
  const status = (id) => el("p", { id, attributes: { role: "status" } });
  return el(
    "dialog", { id: "keep-dialog", attributes: { "aria-labelledby": "keep-title" } },
    el("h2", { id: "keep-title", dir: "auto" }),
    el(
      "form", { id: "keep-day-form" },
      el("label", { text: KEEP.goToDay, attributes: { for: "keep-day" } }),
      el(
        "div", { class: "keep-row" }, el("input", { id: "keep-day", type: "date", attributes: { required: "" } }),
        el("button", { class: "strong", type: "submit", text: "Go" }),
      ),
      status("keep-day-words"),
    ),
    el(
      "form", { id: "keep-save-form", class: "settings" },
      el(
        "fieldset", {}, el("legend", { text: KEEP.saveAll }),
        el("div", { class: "option-row" }, ...FORMS.map(([value, words], place) => el(
          "label", { class: "option" },
          el("input", { type: "radio", attributes: { name: "form", value, ...(place ? {} : { checked: "" }) } }), ` ${words}`,
        ))),
      ),
      el(
        "div", { class: "keep-row" },
        el("button", { id: "keep-save", class: "strong", type: "submit", text: KEEP.save }),
        el("button", { id: "keep-print", class: "quiet", type: "button", text: KEEP.print }),
      ),
      status("keep-words"),
    ),
    el("div", { class: "buttons" }, el("button", { id: "keep-close", class: "quiet", type: "button", text: "Close" })),
  );
}
