"""The prompt's renderer: lines above the prompt in one write, and a window that narrows.

The library takes the prompt away, prints, asks the terminal where the cursor is
and lays everything out again, in several writes: 8 ms a line, and a screen
without a prompt in between. Here a drawing is one write, and what stays as it is
is painted again from the screen that was laid out before.

A terminal that becomes narrower wraps the prompt's rows anew before anybody hears of
it, and moves what has no room any more into its history. From the window the old rows
are taken away; those of a long text that begins near the top may be in the history by
then, which no code reaches.

It builds upon what the library's renderer keeps about its last drawing
(`_last_screen`, `_cursor_pos`, `_min_available_height`); tests/terminal/test_renderer.py
and test_e2e_terminal.py notice if a newer library keeps it elsewhere.
"""

from collections.abc import Mapping
from typing import Any, Final

from prompt_toolkit.application import Application
from prompt_toolkit.data_structures import Point, Size
from prompt_toolkit.layout import Layout
from prompt_toolkit.layout.screen import Screen
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.renderer import Renderer, _output_screen_diff

BEGIN_PICTURE: Final = "\x1b[?2026h"
END_PICTURE: Final = "\x1b[?2026l"
"""The terminal shows what stands between only as a whole ("Terminal Spec:
Synchronized Output"); who does not know them ignores them."""


def reflows(environ: Mapping[str, str]) -> bool:
    """Tell whether the terminal wraps its lines anew when its width changes.

    Most do. xterm and GNU screen cut them off instead.
    """
    if environ.get("TMUX"):
        return True
    return not (environ.get("XTERM_VERSION") or environ.get("STY"))


class PromptRenderer(Renderer):
    """Takes the place of an application's renderer."""

    def __init__(self, before: Renderer, *, reflows: bool) -> None:
        """`before`: the renderer whose place it takes."""
        self._reflows = reflows
        self._is_tight = False
        self._printed_rows = 0  # since the terminal was asked where the cursor is
        super().__init__(
            before.style, before.output, before.full_screen, before.mouse_support,
            before.cpr_not_supported_callback,
        )  # fmt: skip

    def render(self, app: Application[Any], layout: Layout, is_done: bool = False) -> None:
        """Lay out the prompt, and draw what has changed."""
        if self._last_size is not None and self._last_size != self.output.get_size():
            # Before the application hears of it: the library would go up too few rows.
            self._to_origin()
            self._last_screen, self._cursor_pos = None, Point(x=0, y=0)
        known = self._min_available_height
        super().render(app, layout, is_done)
        screen = self._last_screen
        # It is as low as it can be, so nothing that is printed makes it lower.
        self._is_tight = screen is not None and screen.height > known

    def request_absolute_cursor_position(self) -> None:
        """Ask the terminal where the prompt begins."""
        self._printed_rows = 0
        super().request_absolute_cursor_position()

    def report_absolute_cursor_row(self, row: int) -> None:
        """Take note of where the prompt began when the terminal was asked."""
        last_row = self.output.get_size().rows
        super().report_absolute_cursor_row(min(row + self._printed_rows, last_row))

    def erase(self, leave_alternate_screen: bool = True) -> None:
        """Take the prompt away, also if the terminal has wrapped it anew."""
        self._to_origin()
        self.output.reset_attributes()
        self.output.enable_autowrap()
        self.output.flush()
        self.reset(leave_alternate_screen=leave_alternate_screen)

    def print_above(self, app: Application[Any], text: str, rows: int, *, anew: bool) -> None:
        """Print whole lines above the prompt, which take so many `rows`, in one write.

        `anew`: the prompt has changed meanwhile, and is laid out again.
        """
        output = self.output
        screen, size = self._last_screen, output.get_size()
        if screen is None:
            output.write_raw(text)
            output.flush()
            return
        picture = isinstance(output, Vt100_Output)
        if picture:
            output.write_raw(BEGIN_PICTURE)
        output.hide_cursor()
        self._to_origin()
        output.reset_attributes()
        output.enable_autowrap()
        output.write_raw(text)
        if self._is_tight and not anew and self._last_size == size:
            self._paint(app, screen, size)
        else:
            self._last_screen, self._cursor_pos = None, Point(x=0, y=0)
            # Never 0, which would mean that it is not known.
            known = self._min_available_height
            self._min_available_height = max(1, known - rows) if known else 0
            app.render_counter += 1  # texts are kept as long as it stays the same
            self.render(app, app.layout)
        self._printed_rows += rows
        if picture:
            output.write_raw(END_PICTURE)
        output.flush()

    def _paint(self, app: Application[Any], screen: Screen, size: Size) -> None:
        """Paint what was laid out before, from the top left on."""
        attrs, has_style = self._attrs_for_style, self._style_string_has_style
        if attrs is None or has_style is None:
            return  # they are there since the first drawing
        self._cursor_pos, self._last_style = _output_screen_diff(
            app, self.output, screen, Point(x=0, y=0), app.color_depth, None, None,
            is_done=False, full_screen=False, attrs_for_style_string=attrs,
            style_string_has_style=has_style, size=size, previous_width=size.columns,
        )  # fmt: skip

    def _to_origin(self) -> None:
        """Go to where the prompt begins, and clear the terminal from there on."""
        self.output.write_raw("\r")
        self.output.cursor_up(self._rows_up())
        if not isinstance(self.output, Vt100_Output):
            self.output.erase_down()
            return
        # The first row by itself, or tmux holds that it goes on in the next one. Nor from
        # the top left corner on, or tmux keeps the prompt in its history; and the row is
        # left with nothing in it, since the library clears from that corner afterwards.
        self.output.write_raw("\x1b[2K ")
        self.output.erase_down()
        self.output.write_raw("\x1b[2K\r")

    def _rows_up(self) -> int:
        """Return how many rows the prompt begins above the cursor."""
        x, y = self._cursor_pos
        screen, drawn = self._last_screen, self._last_size
        columns = self.output.get_size().columns
        if not self._reflows or screen is None or drawn is None or columns >= drawn.columns:
            return y
        rows = [_used(screen, row, drawn.columns) for row in range(y)]
        return sum((max(1, cells) - 1) // columns + 1 for cells in rows) + x // columns


def _used(screen: Screen, row: int, columns: int) -> int:
    """Return how many cells of a row have been written."""
    cells = screen.data_buffer[row]
    used = [x + (cell.width or 1) for x, cell in cells.items() if cell.char not in (" ", "")]
    return min(columns, max(used, default=0))
