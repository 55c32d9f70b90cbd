"""The page's files: read once at the start, then served from memory.

Only names that were found there are answered, compared byte for byte with the
request's path. So there is no path to climb out of.

All of them together have a version, and what the page loads is asked for below
`/v/<version>/`: such an answer never changes, and modules, which name each other
relatively, are all of the version that the page is of. Nothing outside of that
path may be kept by a browser without asking again.

The page asks for one script and one sheet, which hold all others but what is loaded
when it is first used (`web/bundle.py`).
"""

import hashlib
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from aiohttp.web import Request, Response

from web.bundle import bundle_scripts, bundle_styles
from web.security import HEADERS, PART_HEADERS, WORKER_HEADERS
from web.strip import without_comments, without_indentation

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

MOST_PACKED: Final = 512
"""Bodies that are kept in gzip: all of the page, at both of their addresses."""

_FIRST_VISIT: Final = frozenset({"index.html", "js/page.js", "css/page.css"})
"""Large, and wanted by everybody: packed before anybody waits for it."""

_INDEX: Final = "index.html"
_WORKER: Final = "sw.js"

_AT_ONE_PLACE: Final = frozenset({_INDEX, _WORKER, "manifest.webmanifest"})
"""Browsers come back to these by their names, whatever version they have seen."""

_DOCUMENTS: Final = frozenset({".html", ".svg", ".txt"})
"""What a browser may show as a page of its own. SVG may even hold scripts."""

_FOR_EVER: Final = "max-age=31536000, immutable"

_VERSIONED: Final = re.compile(rb'(\b(?:href|src)=")(?=(?:css|js)/|favicon\.svg")')
"""Where the page names what it loads. Relative, so that a proxy may put the
gateway below a path of its own."""

_SCRIPT: Final = re.compile(rb'(?<=<script type="module" src="js/)(?P<entry>\w+)(?=\.js")')
_SHEETS: Final = re.compile(
    rb'(?:^[ \t]*<link rel="stylesheet" href="css/\w+\.css">\n)+', re.MULTILINE
)
_LATE_SHEET: Final = re.compile(rb'"\.\./(?P<name>css/\w+\.css)"')
"""Where a script names a sheet that it loads when it is first wanted."""
_MODULE: Final = re.compile(r"js/(?P<path>[\w/]+)\.js")
_SHEET: Final = re.compile(rb'href="(?P<name>css/\w+\.css)"')


@dataclass(frozen=True, slots=True)
class Asset:
    """One file; `packs` where its kind may gain by gzip.

    Each form has its own strong ETag (RFC 9110, section 8.8.3.3); what never
    changes has none, since nobody asks whether it did. `headers` are those that
    its kind of answer has.
    """

    content_type: str
    body: bytes
    etag: str | None
    packs: bool
    headers: Mapping[str, str]

    @property
    def packed(self) -> bytes | None:
        """The body in gzip, made when it is first asked for; None where that does not help."""
        return _packed(self.body) if self.packs else None


def find_static() -> Path:
    """Return the folder of the page: in a wheel, or else in a checkout."""
    here = Path(__file__).resolve().parent
    installed = here / "static"
    return installed if installed.is_dir() else here.parent / "static"


def load(folder: Path) -> dict[str, Asset]:
    """Read the page's files; the keys are paths such as `/js/page.js`.

    `index.html` is found at `/` and nowhere else. Files whose name, or whose
    folder's name, begins with a dot are left out.
    """
    bodies = _bundled(dict(_read(folder)))
    version = _version(bodies)
    assets = {}
    for name, body in bodies.items():
        if name == _INDEX:
            assets["/"] = _asset(name, _VERSIONED.sub(rb"\1v/%b/" % version.encode(), body))
        elif name == _WORKER:
            assets[f"/{name}"] = _asset(name, b'const VERSION = "%b";\n' % version.encode() + body)
        else:
            assets[f"/{name}"] = _asset(name, body)
        if name not in _AT_ONE_PLACE:
            assets[f"/v/{version}/{name}"] = _lasting(_asset(name, body))
    return assets


def answer(assets: Mapping[str, Asset], request: Request) -> Response | None:
    """Return the file that a GET or HEAD asks for, 304, or None if there is none."""
    # The path as it was sent: nothing is decoded or tidied before it is compared.
    asset = assets.get(request.raw_path.partition("?")[0])
    if asset is None:
        return None
    packed = asset.packed if accepts_gzip(request.headers.get("Accept-Encoding", "")) else None
    headers = {**asset.headers, "Vary": "Accept-Encoding"}
    if asset.etag is not None:
        etag = asset.etag if packed is None else asset.etag + "-gz"
        headers["ETag"] = f'"{etag}"'
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


def _read(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Give each file of the page by its name below the folder, as it is sent."""
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder)
        hidden = any(part.startswith(".") for part in path.parts)
        if not hidden and file.suffix in CONTENT_TYPES and file.is_file():
            body = without_comments(file.suffix, file.read_bytes())
            if file.suffix == ".html":
                body = without_indentation(body)
            # A script of comments alone declares types: nothing for a browser.
            if body.strip() or file.suffix != ".js":
                yield path.as_posix(), body


def _bundled(bodies: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files with one script and one sheet more, which the page asks for.

    In the page's source they are many. Its scripts begin with one module; its
    sheets stand below each other. The worker is told what is loaded later.
    """
    made = dict(bodies)
    index = made.get(_INDEX, b"")
    later: list[str] = []
    if script := _SCRIPT.search(index):
        found = filter(None, map(_MODULE.fullmatch, bodies))
        modules = {one["path"]: bodies[one[0]] for one in found}
        scripts = bundle_scripts(modules, script["entry"].decode())
        made |= {f"js/{name}.js": text for name, text in scripts.items()}
        index = _SCRIPT.sub(b"page", index)
        later = [f"js/{name}.js" for name in scripts if name != "page"]
        named = {
            found["name"].decode() for one in later for found in _LATE_SHEET.finditer(made[one])
        }
        later += sorted(named & bodies.keys())
    if sheets := _SHEETS.search(index):
        names = [found["name"].decode() for found in _SHEET.finditer(sheets[0])]
        made["css/page.css"] = bundle_styles(bodies[name] for name in names)
        index = _SHEETS.sub(b'  <link rel="stylesheet" href="css/page.css">\n', index, count=1)
    if _WORKER in made:
        made[_WORKER] = b"const LATER = %b;\n" % json.dumps(later).encode() + made[_WORKER]
    return made | {_INDEX: index}


def _version(bodies: Mapping[str, bytes]) -> str:
    """Return a name for these files that no other set of files has."""
    whole = hashlib.sha256()
    for name, body in bodies.items():
        whole.update(f"{name}\n{len(body)}\n".encode())
        whole.update(body)
    return whole.hexdigest()[:12]


@lru_cache(maxsize=MOST_PACKED)
def _packed(body: bytes) -> bytes | None:
    # The most memory for a table of what repeats; the result is the smallest there is.
    packing = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS, 9)
    packed = packing.compress(body) + packing.flush()
    return packed if len(packed) < len(body) else None


def _lasting(asset: Asset) -> Asset:
    return replace(asset, etag=None, headers={**asset.headers, "Cache-Control": _FOR_EVER})


def _asset(name: str, body: bytes) -> Asset:
    suffix = Path(name).suffix
    etag = hashlib.sha256(body).hexdigest()[:16]
    headers = HEADERS if suffix in _DOCUMENTS else PART_HEADERS
    if name == _WORKER:
        headers = WORKER_HEADERS
    packs = suffix not in _COMPRESSED
    if packs and name in _FIRST_VISIT:
        _packed(body)
    return Asset(CONTENT_TYPES[suffix], body, etag, packs, headers)
