/**
 * Questions to the hub whose answers change nothing on the page, such as the pages of
 * a transcript. It knows no state and no view.
 */

/** @import { HubEvent, HubRequest, Query } from "../text/wire.js" */

import { WORDS } from "../model/strings.js";

/** The state numbers its own questions from 1 on; these have other refs. */
const FIRST = 1e9;

export class Asking {
  /** @param {(request: HubRequest) => void} send */
  constructor(send) {
    this.send = send;
    this.asked = FIRST;
    /** @type {Map<number, { done(event: any): void, failed(problem: Error): void }>} */
    this.open = new Map();
  }

  /**
   * Ask, and return the hub's answer. It fails with what the hub says of an error,
   * or if the connection is lost meanwhile.
   * @param {Query} query
   * @returns {Promise<any>}
   */
  ask(query) {
    this.asked += 1;
    const ref = this.asked;
    return new Promise((done, failed) => {
      this.open.set(ref, { done, failed });
      this.send({ ...query, ref });
    });
  }

  /**
   * Take the answers to these questions; return all other events.
   * @param {HubEvent[]} events
   * @returns {HubEvent[]}
   */
  take(events) {
    return events.filter((event) => {
      const ref = "ref" in event ? event.ref ?? 0 : 0;
      const question = this.open.get(ref);
      if (!question) return ref <= FIRST;
      this.open.delete(ref);
      if (event.type === "error") question.failed(new Error(event.text));
      else question.done(event);
      return false;
    });
  }

  lost() {
    for (const { failed } of this.open.values()) failed(new Error(WORDS.searchLost));
    this.open.clear();
  }
}
