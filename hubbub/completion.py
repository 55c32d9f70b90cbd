"""Shell completion scripts, made from the command line. Knows no command by name."""

import re
from typing import Final, Literal

from cyclopts import App

_ARGUMENT: Final = re.compile(r"^( +'[1-9*]:(?:[^':\\]|\\.|'\\'')*)(' \\)$", re.MULTILINE)
"""In zsh's _arguments: one that says what it is, but not what to choose from."""


def script(app: App, shell: Literal["bash", "zsh", "fish"]) -> str:
    """Return what a shell is to read, once."""
    text = app.generate_completion(prog_name="hubbub", shell=shell)
    if shell != "zsh":
        return text
    # Where there is nothing to choose from, zsh only shows what the argument
    # is, and inserts no flag either. So there is a choice, of nothing.
    text = _ARGUMENT.sub(r"\1:()\2", text)
    # The file is the body of a function that zsh loads at the first Tab, and
    # it only defines another one.
    return text + '\n_cyclopts_hubbub "$@"\n'
