/**
 * Putting text on the clipboard. It knows nothing of the page's state or views.
 */

/**
 * Copy `text`; return whether that worked.
 * @param {string} text
 * @returns {Promise<boolean>}
 */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyByHand(text);
  }
}

/**
 * Over plain http there is no clipboard but for what is selected.
 * @param {string} text
 * @returns {boolean}
 */
function copyByHand(text) {
  /** @type {any} */
  const before = document.activeElement;
  const box = document.createElement("textarea");
  box.className = "sr";
  box.value = text;
  // Behind an open dialog nothing can be selected.
  (document.querySelector("dialog[open]") ?? document.body).append(box);
  box.select();
  const copied = document.execCommand("copy");
  box.remove();
  before?.focus({ preventScroll: true });
  return copied;
}
