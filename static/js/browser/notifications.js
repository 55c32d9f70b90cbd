/**
 * Notifications and the sound: how the browser gets a person's attention.
 *
 * It is loaded when it is first wanted (browser/attention.js). It knows no state: it
 * carries out alerts (see model/alerts.js), one after the other.
 */

/** @import { Alert } from "../model/types.js" */

import { permission } from "./permission.js";

/** @typedef {Exclude<Alert, { close: true }>} Announcement */

/** Sounds that follow one another faster are one noise. */
const QUIET_MS = 1_000;

/** Two tones, from low to high: [frequency in Hz, start in s]. */
const TONES = [[659, 0], [880, 0.12]];
const TONE_S = 0.35;
const LOUDNESS = 0.06;

export class Notifier {
  /**
   * `chosen(room, seq)` is called when somebody chooses a notification;
   * `addressOf(room, seq)` is where a page begins that is opened for it.
   * @param {(room: string, seq: number | null) => void} chosen
   * @param {(room: string, seq: number | null) => string} addressOf
   */
  constructor(chosen, addressOf) {
    this.addressOf = addressOf;
    this.chosen = chosen;
    /** @type {Map<string, Notification>} */
    this.open = new Map();
    /** @type {AudioContext | null} */
    this.audio = null;
    this.played = -Infinity;
    // A browser lets nothing sound on a page that nobody has touched yet.
    const unlock = () => this.audio?.resume();
    for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, unlock, { passive: true });
  }

  /** @param {Alert} alert */
  take(alert) {
    if (alert.close) {
      this.close(alert.tag);
      return;
    }
    if (alert.shown) this.show(alert);
    if (alert.sound) this.chime();
  }

  /** @param {Announcement} announcement */
  show({ tag, title, body, room, seq }) {
    if (permission() !== "granted") return;
    const data = { room, seq, address: this.addressOf(room, seq) };
    const options = { body, tag, icon: "favicon.svg", renotify: true, silent: true, data };
    try {
      const note = new Notification(title, options);
      note.onclick = () => this.chosen(room, seq);
      note.onclose = () => {
        if (this.open.get(tag) === note) this.open.delete(tag);
      };
      this.open.set(tag, note);
    } catch {
      // Browsers on phones leave it to the service worker, if there is one.
      this.worker((registration) => registration.showNotification(title, options));
    }
  }

  /** @param {string} tag */
  close(tag) {
    this.open.get(tag)?.close();
    this.open.delete(tag);
    if (permission() !== "granted") return;
    this.worker(async (registration) => {
      for (const note of await registration.getNotifications({ tag })) note.close();
    });
  }

  /**
   * Do something with the service worker's registration, where there is one.
   * @param {(registration: ServiceWorkerRegistration) => unknown} use
   */
  async worker(use) {
    try {
      const registration = await navigator.serviceWorker?.getRegistration();
      if (registration?.active) await use(registration);
    } catch {
      // It was taken away meanwhile. Nothing depends on it.
    }
  }

  chime() {
    const now = performance.now();
    if (now - this.played < QUIET_MS || !("AudioContext" in window)) return;
    // Before the first touch the browser would keep the tones, and play all at once.
    if (navigator.userActivation && !navigator.userActivation.hasBeenActive) return;
    this.played = now;
    this.audio ??= new AudioContext();
    this.audio.resume();
    for (const [hertz, after] of TONES) this.tone(this.audio, hertz, this.audio.currentTime + after);
  }

  /** @param {AudioContext} audio @param {number} hertz @param {number} start */
  tone(audio, hertz, start) {
    const [source, gain] = [audio.createOscillator(), audio.createGain()];
    source.frequency.value = hertz;
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(LOUDNESS, start + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.0001, start + TONE_S);
    source.connect(gain).connect(audio.destination);
    source.start(start);
    source.stop(start + TONE_S);
  }
}
