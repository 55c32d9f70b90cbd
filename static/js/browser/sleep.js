/**
 * Noticing that the machine slept, for which there is no event.
 *
 * It knows no connection: whoever asks is called after each sleep.
 */

/** How often the clocks are compared, and how far apart they tell of sleep. */
const EVERY_MS = 3_000;
const SLEPT_MS = 5_000;

/**
 * Call `slept` after each sleep: either the clock on the wall went on without
 * the one that counts, or both went on without the page. In a hidden page timers
 * are late for other reasons.
 * @param {() => void} slept
 * @returns {void}
 */
export function watchSleep(slept) {
  let drift = Date.now() - performance.now();
  let ticked = performance.now();
  const look = () => {
    const now = performance.now();
    const apart = Date.now() - now;
    const late = !document.hidden && now - ticked > EVERY_MS + SLEPT_MS;
    if (late || Math.abs(apart - drift) > SLEPT_MS) slept();
    drift = apart;
    ticked = now;
    setTimeout(look, EVERY_MS);
  };
  setTimeout(look, EVERY_MS);
}
