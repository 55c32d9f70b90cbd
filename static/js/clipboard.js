/** Put text on the clipboard; tell whether that worked. */
export async function copyText(text) {
  await navigator.clipboard?.writeText(text);
  return Boolean(navigator.clipboard);
}
