"""What the system says about an error, in a person's words. Pure.

Without the number that Python puts in front, and small, since it stands in the
middle of a sentence. Knows the usual causes; whoever tells names the thing.
"""

import errno
from typing import Final

_IN_WORDS: Final = {
    errno.ENOSPC: "no space left on the disk",
    errno.ENOENT: "no such file or folder",
    errno.EISDIR: "it is a folder",
    errno.ENOTDIR: "a part of its path is no folder",
    errno.EACCES: "permission denied",
    errno.EPERM: "not permitted",
    errno.EROFS: "it can only be read there",
    errno.EMFILE: "this process has too many files open",
    errno.ENFILE: "the system has too many files open",
    errno.EBADF: "it is closed",
}


def in_words(problem: OSError) -> str:
    """Return why something did not work, as the middle or the end of a sentence."""
    if problem.errno in _IN_WORDS:
        return _IN_WORDS[problem.errno]
    # A look-up's errors have negative numbers and sentences of their own.
    words = problem.strerror or " ".join(str(problem).split()) or type(problem).__name__
    return words[:1].lower() + words[1:]
