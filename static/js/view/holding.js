/**
 * Whether somebody holds the lines: with a button that is pressed on them, or with
 * a selection. What is held must not be carried away by what arrives.
 *
 * It knows the pointer and the selection, no state and no scrolling.
 */

export class Holding {
  /**
   * @param {HTMLElement} lines
   * @param {{ began(): void, ended(): void }} tell
   */
  constructor(lines, tell) {
    this.lines = lines;
    this.tell = tell;
    this.pressed = false;
    this.held = false;
    lines.addEventListener("pointerdown", () => this.press(true));
    // A finger that scrolls ends with "pointercancel"; a drag may end anywhere.
    for (const event of ["pointerup", "pointercancel", "dragend"]) addEventListener(event, () => this.press(false));
    addEventListener("blur", () => this.press(false));
    document.addEventListener("selectionchange", () => this.look());
  }

  /** @param {boolean} pressed */
  press(pressed) {
    this.pressed = pressed;
    this.look();
  }

  look() {
    const held = this.pressed || this.isSelected();
    if (held === this.held) return;
    this.held = held;
    if (held) this.tell.began();
    else this.tell.ended();
  }

  isSelected() {
    const selection = getSelection();
    return Boolean(selection && !selection.isCollapsed && selection.rangeCount
      && selection.getRangeAt(0).intersectsNode(this.lines));
  }

  /** Let go: somebody wants to be elsewhere. */
  release() {
    if (this.isSelected()) getSelection()?.removeAllRanges();
    this.press(false);
  }
}
