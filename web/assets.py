"""The page's files: read once at the start, then served from memory.

Only names that were found there are answered, compared byte for byte with the
request's path. So there is no path to climb out of.
"""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp.web import Request, Response

CONTENT_TYPES: Final[dict[str, str]] = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json; charset=utf-8",
    ".woff2": "font/woff2",
}
"""A file of another kind is not part of the page, and not served."""

_COMPRESSED: Final = frozenset({".ico", ".png", ".woff2"})


@dataclass(frozen=True, slots=True)
class Asset:
    """One file. `packed` is it in gzip, or None where that does not help.

    Each form has its own strong ETag (RFC 9110, section 8.8.3.3).
    """

    content_type: str
    body: bytes
    etag: str
    packed: bytes | None


def find_static() -> Path:
    """Return the folder of the page: in a wheel, or else in a checkout."""
    here = Path(__file__).resolve().parent
    installed = here / "static"
    return installed if installed.is_dir() else here.parent / "static"


def load(folder: Path) -> dict[str, Asset]:
    """Read the page's files; the keys are paths such as `/js/main.js`.

    `index.html` is found at `/` and nowhere else. Files whose name, or whose
    folder's name, begins with a dot are left out.
    """
    assets = {}
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder)
        hidden = any(part.startswith(".") for part in path.parts)
        if hidden or file.suffix not in CONTENT_TYPES or not file.is_file():
            continue
        name = "/" if str(path) == "index.html" else "/" + path.as_posix()
        assets[name] = _asset(file.suffix, file.read_bytes())
    return assets


def answer(assets: Mapping[str, Asset], request: Request) -> Response | None:
    """Return the file that a GET or HEAD asks for, 304, or None if there is none."""
    # The path as it was sent: nothing is decoded or tidied before it is compared.
    asset = assets.get(request.raw_path.partition("?")[0])
    if asset is None:
        return None
    packed = asset.packed if accepts_gzip(request.headers.get("Accept-Encoding", "")) else None
    etag = asset.etag if packed is None else asset.etag + "-gz"
    headers = {"ETag": f'"{etag}"', "Vary": "Accept-Encoding"}
    known = request.if_none_match or ()
    # RFC 9110, section 13.1.2: compared weakly; a proxy may have made it weak.
    if any(tag.value in (etag, "*") for tag in known):
        return Response(status=304, headers=headers)
    headers["Content-Type"] = asset.content_type
    if packed is not None:
        headers["Content-Encoding"] = "gzip"
    return Response(body=asset.body if packed is None else packed, headers=headers)


def accepts_gzip(header: str) -> bool:
    """Tell whether an Accept-Encoding allows gzip (RFC 9110, section 12.5.3)."""
    allowed: dict[str, bool] = {}
    for part in header.lower().split(","):
        coding, _, weight = part.partition(";")
        refused = weight.replace(" ", "").rstrip("0") in ("q=", "q=0.", "q=.")
        allowed[coding.strip()] = not refused
    return allowed.get("gzip", allowed.get("x-gzip", allowed.get("*", False)))


def _asset(suffix: str, body: bytes) -> Asset:
    packed = None
    if suffix not in _COMPRESSED:
        packed = gzip.compress(body, 9, mtime=0)
    if packed is not None and len(packed) >= len(body):
        packed = None
    etag = hashlib.sha256(body).hexdigest()[:32]
    return Asset(CONTENT_TYPES[suffix], body, etag, packed)
