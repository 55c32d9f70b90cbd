"""The command's errors. Knows no command."""

from core.errors import HubbubError


class CannotStart(HubbubError):
    """A server cannot start as it was told to; the text says why, and what to do."""
