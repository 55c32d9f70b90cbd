/**
 * The pill that leads to the first new line, above the lines, while that line is
 * out of sight. It knows the state's shape and the DOM, no scrolling.
 */

/**
 * @import { Room, Row, State } from "../model/types.js"
 * @import { Acts, Known } from "./types.js"
 */

import { caughtUp, unread } from "../model/room.js";
import { unreadWords } from "../model/strings.js";
import { firstUnread, isNews } from "../model/unread.js";
import { byId, setText } from "./dom.js";

export class UnreadPill {
  /** @param {Acts} act @param {HTMLElement} log @param {Known<Row>} known */
  constructor(act, log, known) {
    this.act = act;
    this.log = log;
    this.known = known;
    this.pill = byId("unread");
    byId("unread-go").addEventListener("click", () => act.firstUnread());
    byId("unread-read").addEventListener("click", () => act.seen());
  }

  /**
   * Show it, or tell that the first new line is on the screen.
   * @param {State} state
   * @param {Room|undefined} room
   */
  render(state, room) {
    const news = room && isNews(room) && (room.peer !== null || caughtUp(room));
    const first = news ? firstUnread(state, room) : null;
    const seen = news && (!first || this.isBelow(first.seq));
    this.pill.hidden = !first || Boolean(seen);
    if (seen) this.act.sawFirst();
    if (first && room && !seen) setText(byId("unread-words"), unreadWords(unread(room), first.at, Date.now()));
  }

  /**
   * Whether the line begins on the screen, or below it.
   * @param {number} seq
   */
  isBelow(seq) {
    const line = this.known.get(`m${seq}`)?.element;
    return line !== undefined && line.getBoundingClientRect().top >= this.log.getBoundingClientRect().top - 1;
  }
}
