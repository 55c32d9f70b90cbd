"""Who may read the counts: this machine, or who has the token. Never everybody.

Counts tell how many people talk, and when. Knows a request's address and headers; does
not know what is counted.
"""

import hashlib
import hmac
from typing import Final

from aiohttp.web import Request

from core.wire.hosts import is_loopback

_FORWARDED: Final = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")
"""A proxy on this machine adds one of them, and then it is not this machine that asks."""


def may_read(request: Request, token: bytes | None) -> bool:
    """Tell whether a request may have the counts.

    With a `token`, who gives it as a bearer token (RFC 6750, 2.1); without one, whoever
    asks from this machine itself.
    """
    if token is None:
        forwarded = any(name in request.headers for name in _FORWARDED)
        return is_loopback(request.remote or "") and not forwarded
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.casefold() != "bearer":
        return False
    digests = [
        hashlib.sha256(one).digest() for one in (given.strip().encode("utf-8", "replace"), token)
    ]
    return hmac.compare_digest(*digests)
