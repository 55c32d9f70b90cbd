/**
 * The whole of a room as a document, fetched page by page. It knows the hub by its
 * answers, no element and no file.
 */

/**
 * @import { Room } from "../model/types.js"
 * @import { FormName } from "../text/documents.js"
 * @import { HubMessage } from "../text/wire.js"
 * @import { Acts } from "./types.js"
 */

import { FORMS } from "../text/documents.js";
import { dateOf } from "../text/transcript.js";

/** As many as the hub gives at once; of long texts it gives fewer. */
const PAGE = 200;

export class Transcript {
  /** @param {Room} room @param {FormName} form @param {Pick<Acts, "ask">} act */
  constructor(room, form, act) {
    this.room = room;
    this.name = form;
    this.form = FORMS[form]();
    this.act = act;
    this.after = 0;
    // What is said from now on does not belong to it, or it would never end.
    this.last = room.newest ?? 0;
    this.whole = false;
    this.parts = [this.form.head(room.name, room.topic)];
  }

  /** Add the next page; after a failure, again from where it was. */
  async step() {
    if (this.room.peer !== null) return this.end(ownLines(this.room));
    if (this.after >= this.last) return this.end([]);
    const { messages } = await this.act.ask({ type: "history", room: this.room.name, after: this.after, limit: PAGE });
    return messages.length ? this.add(messages) : this.end([]);
  }

  /** @param {HubMessage[]} messages */
  add(messages) {
    for (const message of messages) {
      if (message.seq > this.last) break;
      if (message.seq > this.after + 1) this.parts.push(this.form.missing(this.after + 1, message.seq - 1));
      this.parts.push(this.form.message(message));
      this.after = message.seq;
    }
    this.whole = this.after >= this.last || (messages.at(-1)?.seq ?? 0) > this.last;
  }

  /** @param {HubMessage[]} messages */
  end(messages) {
    this.add(messages);
    if (this.after < this.last) this.parts.push(this.form.missing(this.after + 1, this.last));
    this.whole = true;
  }

  get done() {
    return this.last ? Math.min(1, this.after / this.last) : 1;
  }

  /** @returns {{ name: string, blob: Blob }} */
  file() {
    const plain = this.room.name.replace(/[^\p{L}\p{N}._-]+/gu, "_");
    return {
      name: `${plain}-${dateOf(Date.now())}.${this.form.suffix}`,
      blob: new Blob(this.parts, { type: `${this.form.type};charset=utf-8` }),
    };
  }
}

/**
 * A conversation with one person is on the page alone.
 * @param {Room} room
 * @returns {HubMessage[]}
 */
function ownLines({ entries, name }) {
  return entries.filter((entry) => entry.kind === "message").map(({ seq, id, at, nick, text, action }) => ({
    type: "message", room: name, seq, ...(id === undefined ? {} : { id }), at, nick,
    ...(action ? { kind: "action" } : {}), text,
  }));
}
