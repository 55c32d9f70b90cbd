/**
 * What is said of rooms beyond the edges of a list that is longer than the screen. It
 * knows nothing else.
 */

/**
 * @param {number} rooms
 * @param {"above" | "below"} edge
 * @returns {string}
 */
export function beyondWords(rooms, edge) {
  return `${rooms.toLocaleString()} more unread ${edge}`;
}
