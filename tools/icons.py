"""Make static/icons/ from static/favicon.svg.

Needs Chromium. Run from the project's folder:
    .venv/bin/python tools/icons.py
"""

from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "static" / "favicon.svg"
TARGET = ROOT / "static" / "icons"
GROUND = "#f3f5f5"

# Name, size in pixels, the drawing's part of it, the ground behind it. A
# maskable icon is cut to any shape within the middle 80 %; a phone's home
# screen gives icons with holes a black ground.
ICONS = (
    ("192.png", 192, 1.0, "transparent"),
    ("512.png", 512, 1.0, "transparent"),
    ("maskable.png", 512, 0.66, GROUND),
    ("touch.png", 180, 0.76, GROUND),
)


def draw(browser: Browser, name: str, size: int, part: float, ground: str) -> None:
    """Draw one icon into its file."""
    page = browser.new_page(viewport={"width": size, "height": size})
    page.set_content(
        f"<style>body {{ margin: 0; height: 100vh; display: grid; place-items: center;"
        f" background: {ground} }} svg {{ width: {size * part}px; display: block }}</style>"
        f"{SOURCE.read_text(encoding='utf-8')}"
    )
    page.screenshot(path=str(TARGET / name), omit_background=True)
    page.close()


def main() -> None:
    """Draw them all."""
    TARGET.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        for icon in ICONS:
            draw(browser, *icon)
        browser.close()


if __name__ == "__main__":
    main()
