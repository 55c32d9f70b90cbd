/**
 * What is said where something is done with one line. It knows nothing else.
 */

/** What stands on the buttons of a line, and what they have done. */
export const LINE = {
  copyLink: "Copy link",
  linkCopied: "Link copied",
  copyText: "Copy text",
  textCopied: "Text copied",
  thisLine: "This line",
  noCopy: "This browser does not let the page copy",
};

/**
 * Return the beginning of an answer to what somebody said: who, and the start of it.
 * @param {{ nick: string, text: string, action?: boolean }} entry
 * @returns {string}
 */
export function quoteOf({ nick, text, action }) {
  const [first] = text.split("\n", 1);
  const points = Array.from(first);
  const cut = points.length > 120 ? `${points.slice(0, 120).join("")}…` : first;
  return `> ${action ? `* ${nick}` : `${nick}:`} ${cut}${text.includes("\n") && cut === first ? " …" : ""}\n`;
}
