"""`join` without a prompt: plain lines on an output. Does not know what they say."""

from collections.abc import Callable

from terminal.streams import OutputClosed, OutputFailed, Writer


class PlainScreen:
    """Plain lines on an output, as long as somebody reads it."""

    def __init__(self, output: Writer, closed: Callable[[], None], *, bell: bool) -> None:
        self.failed: OutputFailed | None = None
        """Why it ended, if somebody may still have wanted it."""
        self._output: Writer | None = output
        self._closed = closed
        self._bell = bell

    def show(self, text: bytes) -> None:
        if self._output is None:
            return
        try:
            self._output.write(text)
        except OutputClosed as problem:
            self._output = None
            if isinstance(problem, OutputFailed):
                self.failed = problem
            self._closed()

    def refresh(self) -> None:
        pass

    def ring(self) -> None:
        if self._bell:
            self.show(b"\a")
