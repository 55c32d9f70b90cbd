/**
 * Whether this browser lets the page show notifications. It knows nothing else.
 */

/**
 * Return "granted", "denied", "default", or why there can be none: "insecure", "missing".
 * @returns {"granted" | "denied" | "default" | "insecure" | "missing"}
 */
export function permission() {
  if (!isSecureContext) return "insecure";
  return "Notification" in window ? Notification.permission : "missing";
}

/** Ask the person; only ever because of something that they chose. */
export async function askPermission() {
  if (permission() === "default") await Notification.requestPermission();
}
