/**
 * Parts of the page that few visits need: loaded when they are first wanted.
 *
 * It knows what they are for, and nothing of what is in them.
 */

import { laterWords } from "../model/strings.js";
import { toast } from "./toast.js";

/**
 * Return what `load` brings; null where it cannot be had, which is said.
 * @template T
 * @param {() => Promise<T>} load
 * @returns {Promise<T | null>}
 */
export async function later(load) {
  try {
    return await load();
  } catch {
    toast(laterWords());
    return null;
  }
}
