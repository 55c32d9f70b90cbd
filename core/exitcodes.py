"""What a command's exit code says, for every command. Does not know the commands."""

from typing import Final

OK: Final = 0

FAILED: Final = 1
"""It was understood and begun, and did not succeed: something was refused, or broke."""

USAGE: Final = 2
"""The command line is not understood."""

UNREACHABLE: Final = 3
"""There is no hub at that address, or no way to it."""

BY_SIGNAL: Final = 128
"""What shells add a signal's number to."""

INTERRUPTED: Final = BY_SIGNAL + 2
"""By Ctrl-C, which is SIGINT on every system."""
