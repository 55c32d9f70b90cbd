/**
 * The height of the page while an on-screen keyboard is open.
 *
 * Where the browser makes the page smaller itself (interactive-widget) there is
 * nothing to do. Others, such as Safari, put the keyboard over the page: the page
 * then gets the height that is left, so that the text box stands above the keys.
 * It knows no text box.
 */

/** A toolbar that comes and goes is no keyboard. */
const KEYBOARD_PX = 100;

export function watchViewport(view = window.visualViewport) {
  if (!view) return;
  const fit = () => {
    const { style } = document.documentElement;
    // Who has zoomed in wants to see a part of the page, not a smaller page.
    const covered = view.scale === 1 && document.documentElement.clientHeight - view.height > KEYBOARD_PX;
    if (!covered) return style.removeProperty("--viewport-height");
    style.setProperty("--viewport-height", `${view.height}px`);
    // The browser has moved the page up to show the box where it was before.
    return window.scrollTo(0, 0);
  };
  view.addEventListener("resize", fit);
  view.addEventListener("scroll", fit);
}
