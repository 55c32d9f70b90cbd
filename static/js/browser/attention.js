/**
 * The door to notifications and the sound: what carries them out is loaded with the
 * first that is wanted. It knows no state.
 */

/**
 * @import { Alert } from "../model/types.js"
 * @import { Notifier } from "./notifications.js"
 */

import { permission } from "./permission.js";

export class Attention {
  /**
   * `opened(room, seq)` is called when somebody chooses a notification;
   * `addressOf(room, seq)` is where a page begins that is opened for it.
   * @param {(room: string, seq: number | null) => void} opened
   * @param {(room: string, seq: number | null) => string} addressOf
   */
  constructor(opened, addressOf) {
    this.opened = opened;
    this.addressOf = addressOf;
    /** @type {Promise<Notifier | null> | null} */
    this.coming = null;
    navigator.serviceWorker?.addEventListener("message", ({ data }) => {
      if (data?.type === "notification" && typeof data.room === "string") this.chosen(data.room, data.seq);
    });
  }

  /** @param {Alert} alert */
  take(alert) {
    const shows = (alert.close || alert.shown) && permission() === "granted";
    if (shows || (!alert.close && alert.sound)) this.use((notifier) => notifier.take(alert));
  }

  chime() {
    this.use((notifier) => notifier.chime());
  }

  /** @param {string} room @param {number|null} seq */
  chosen(room, seq) {
    window.focus();
    this.use((notifier) => notifier.close(room));
    this.opened(room, seq);
  }

  /**
   * Where it cannot be loaded, nobody is called: what was said is on the page.
   * @param {(notifier: Notifier) => void} does
   */
  async use(does) {
    this.coming ??= import("./notifications.js").then(
      ({ Notifier }) => new Notifier((room, seq) => this.chosen(room, seq), this.addressOf), () => null,
    );
    const notifier = await this.coming;
    if (notifier) does(notifier);
  }
}
