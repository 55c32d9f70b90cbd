"""What is asked of the page in any state: room for everything, and a way by keyboard."""

from page_visit import Visit

# Where one is: an open dialog or panel makes the rest unreachable.
_HERE = """
const here = document.querySelector("dialog[open]") ?? document.querySelector(".side.open")
    ?? (document.querySelector(".main").inert ? document.querySelector("#search") : document.body);
const seen = (one) => one.checkVisibility({visibilityProperty: true})
    && one.getBoundingClientRect().width > 1;
const controls = [...here.querySelectorAll("a[href], button, input, textarea, select, summary, "
    + "[tabindex]")].filter((one) => one.tabIndex >= 0 && !one.disabled && seen(one)
    // One choice among several is one stop; what the box offers has the arrow keys.
    && (one.type !== "radio" || one.checked) && one.id !== "suggestions");
const nameOf = (one) => one.getAttribute("aria-label") || (one.labels?.[0]?.textContent
    ?? document.getElementById(one.getAttribute("aria-labelledby"))?.textContent
    ?? one.textContent).trim();
"""

_WIDE = """() => [document.documentElement, document.querySelector("#log"),
    ...document.querySelectorAll("dialog[open], .side")]
    .filter((one) => one.scrollWidth > one.clientWidth)
    .map((one) => `${one.tagName} ${one.className}: ${one.scrollWidth} > ${one.clientWidth}`)"""

_COVERED = f"""() => {{ {_HERE}
    return controls.filter((one) => {{
        if (!one.closest("#log") || one.id === "log") one.scrollIntoView({{block: "nearest"}});
        const {{left, top, width, height}} = one.getBoundingClientRect();
        const [x, y] = [left + width / 2, top + height / 2];
        // What has scrolled out of the conversation comes by scrolling.
        const log = document.querySelector("#log").getBoundingClientRect();
        if (one.closest("#lines") && (y < log.top || y > log.bottom)) return false;
        const hit = document.elementFromPoint(x, y);
        return !(hit && (one.contains(hit) || hit.closest("label, #log") === one));
    }}).map((one) => `${{one.tagName}} ${{one.id}} ${{nameOf(one)}}`);
}}"""

_MOVING = """() => document.getAnimations().map((one) => `${one.animationName
    ?? one.transitionProperty} on ${one.effect.target.className}`)"""

_CONTROLS = f"""() => {{ {_HERE}
    window.judged = controls;
    return controls.map((one) => [`${{one.tagName}} ${{one.id}} ${{nameOf(one)}}`, nameOf(one)]);
}}"""

# How the focused control looks, and how the one before it looks without focus.
_FOCUSED = """() => {
    const look = (one) => [one, one.parentElement].map((part) => {
        const {outlineStyle, outlineWidth, outlineColor, boxShadow} = getComputedStyle(part);
        return outlineStyle === "none" ? boxShadow
            : `${outlineStyle} ${outlineWidth} ${outlineColor} ${boxShadow}`;
    }).join("; ");
    const before = window.focusedBefore;
    const now = document.activeElement;
    const plain = before?.isConnected ? look(before) : null;
    window.focusedBefore = now;
    return {at: window.judged.indexOf(now), look: now ? look(now) : "", plain};
}"""


def resize(ann: Visit, size: dict[str, int]) -> None:
    """Give the window another size, and the page the time to see it."""
    ann.page.set_viewport_size(size)  # type: ignore[arg-type]
    ann.page.evaluate("""() => new Promise((go) => {
        requestAnimationFrame(() => requestAnimationFrame(go));
    })""")


def too_wide(ann: Visit) -> list[str]:
    """Return what would have to be scrolled sideways."""
    found: list[str] = ann.page.evaluate(_WIDE)
    return found


def covered(ann: Visit) -> list[str]:
    """Return the controls that a finger cannot reach, though it may scroll to them."""
    found: list[str] = ann.page.evaluate(_COVERED)
    return found


def moving(ann: Visit) -> list[str]:
    """Return the animations and transitions that run."""
    found: list[str] = ann.page.evaluate(_MOVING)
    return found


def walk(ann: Visit) -> tuple[list[str], list[str], list[str]]:
    """Go through the page by Tab, until one is where one began.

    Return the controls that were not reached, those without a name, and those
    that look the same with the focus as without it. A control may be away for the moment
    in which one comes by, such as what tries again while it is tried: three ways that
    miss it are a fault.
    """
    for _ in range(3):
        missed, nameless, unseen = _walk_once(ann)
        if not missed:
            break
    return missed, nameless, unseen


def _walk_once(ann: Visit) -> tuple[list[str], list[str], list[str]]:
    controls = ann.page.evaluate(_CONTROLS)
    nameless = [control for control, name in controls if not name]
    reached: dict[int, str] = {}
    unseen: set[int] = set()
    last = -1
    for _ in range(2 * len(controls) + 4):
        ann.page.keyboard.press("Tab")
        now = ann.page.evaluate(_FOCUSED)
        # A field for a day has parts: Tab stays in it for a while.
        if last >= 0 and now["at"] != last and now["plain"] == reached[last]:
            unseen.add(last)
        last = now["at"]
        if last >= 0:
            reached[last] = now["look"]
    missed = [control for at, (control, _) in enumerate(controls) if at not in reached]
    return missed, nameless, [controls[at][0] for at in unseen]
