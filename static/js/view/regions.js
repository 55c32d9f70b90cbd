/**
 * The way from one part of the page to the next, by F6. It is loaded when that is first
 * pressed, and knows no state.
 */

import { byId } from "./dom.js";

/** Between these one goes with F6, as between the parts of any window. */
const REGIONS = ["room-list", "log", "text", "people-list"];

/**
 * Go to the next part that is in sight.
 * @param {number} step
 */
export function nextRegion(step) {
  const there = REGIONS.map((id) => byId(id)).filter((region) => region.checkVisibility());
  const at = there.findIndex((region) => region.contains(document.activeElement));
  const place = at < 0 ? there.length - 1 : (at + step + there.length) % there.length;
  const region = there[place];
  const goal = region.matches("ul") ? region.querySelector("button[aria-current]") ?? region.querySelector("button") ?? region : region;
  if (goal instanceof HTMLElement) goal.focus();
}
