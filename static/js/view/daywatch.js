/**
 * Tells when another day begins for the reader, or when zone or language become
 * others: "Today" and every time on the screen are then wrong.
 *
 * It knows the clock and no state.
 */

/** A sleeping machine wakes up late, and a zone changes without a word. */
const LOOK_MS = 30_000;

/** @param {() => void} turned */
export function watchDay(turned) {
  let known = today();
  const look = () => {
    const now = today();
    if (now === known) return;
    known = now;
    turned();
  };
  setInterval(look, LOOK_MS);
  document.addEventListener("visibilitychange", look);
  for (const event of ["focus", "languagechange"]) addEventListener(event, look);
}

/** What every time on the screen depends on, in one word. */
function today() {
  const { timeZone, locale } = new Intl.DateTimeFormat().resolvedOptions();
  return `${new Date().toDateString()} ${timeZone} ${locale}`;
}
