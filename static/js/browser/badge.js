/**
 * The number of unread lines, on the tab's icon and on the app's.
 *
 * `faviconFor` is pure. The drawing below the number is that of favicon.svg. It
 * knows no state, only a number.
 */

const BACK = "M12 3h12a5 5 0 0 1 5 5v7a5 5 0 0 1-5 5H12a5 5 0 0 1-5-5V8a5 5 0 0 1 5-5z";
const FRONT = "M8 9.5h11a5.2 5.2 0 0 1 5.2 5.2v4.6a5.2 5.2 0 0 1-5.2 5.2h-5.5"
  + "L7.7 30v-5.5A5.2 5.2 0 0 1 2.8 19.3v-4.6A5.2 5.2 0 0 1 8 9.5z";

/** Beyond this, a number would be too small to read. */
const MOST = 9;

/**
 * Return the address of a picture with `count` on it.
 * @param {number} count
 * @returns {string}
 */
export function faviconFor(count) {
  const number = count > MOST ? `${MOST}+` : String(count);
  const width = number.length > 1 ? 24 : 18;
  const left = 32 - width;
  const picture = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'>"
    + `<path fill='#e8a33d' d='${BACK}'/><path fill='#0f766e' stroke='#fff' stroke-width='1.5' d='${FRONT}'/>`
    + `<rect x='${left}' y='14' width='${width}' height='18' rx='9' fill='#c5221f' stroke='#fff'/>`
    + `<text x='${left + width / 2}' y='28.5' fill='#fff' text-anchor='middle'`
    + ` font-family='system-ui,sans-serif' font-size='15' font-weight='700'>${number}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(picture)}`;
}

let shown = 0;
let plain = "";

/**
 * Show that so many lines are unread; 0 takes the number away.
 * @param {number} count
 * @returns {void}
 */
export function showCount(count) {
  if (count === shown) return;
  shown = count;
  /** @type {HTMLLinkElement | null} */
  const icon = document.querySelector("link[rel=icon]");
  if (!icon) return;
  plain ||= icon.href;
  icon.href = count ? faviconFor(count) : plain;
  const told = count ? navigator.setAppBadge?.(count) : navigator.clearAppBadge?.();
  // A browser may have this and not allow it here.
  told?.catch(() => {});
}
