/**
 * The page in the colours and the size that a person chose. It knows elements only.
 */

/** @import { Prefs } from "../model/types.js" */

/** @param {Prefs} prefs */
export function dress({ theme, size }) {
  const { dataset } = document.documentElement;
  if (dataset.theme === theme && dataset.size === size) return;
  Object.assign(dataset, { theme, size });
  // The browser's own bar has the colour of the page's edge.
  for (const scheme of ["light", "dark"]) {
    const media = theme === "system" ? `(prefers-color-scheme: ${scheme})` : scheme === theme ? "all" : "not all";
    document.getElementById(`bar-${scheme}`)?.setAttribute("media", media);
  }
}
