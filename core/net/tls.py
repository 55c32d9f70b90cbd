"""A server's certificate: read, read again while it serves, and known by its SHA-256.

Knows files and OpenSSL's contexts; does not know what is said over them.
"""

import hashlib
import re
import ssl
from pathlib import Path
from typing import Final

from core.errors import HubbubError
from core.systemwords import in_words

_FIRST_PEM: Final = re.compile(
    r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL
)


class BadCertificate(HubbubError):
    """A certificate or key that cannot be used; the text names the file."""


class Certificate:
    """A certificate with its key, and the context that serves it."""

    def __init__(self, certificate: Path, key: Path | None = None) -> None:
        """Read both; the key may stand in the certificate's file. Raise BadCertificate."""
        self._files = (certificate, key or certificate)
        self.context = _server_context()
        self.sha256 = ""
        """Of the certificate in DER, in hexadecimal: what a client may pin."""
        self.read_again()

    def read_again(self) -> bool:
        """Serve what the files have now to whoever comes next; tell whether that is another.

        Connections that are open keep theirs. Raise BadCertificate, and the one before
        is served on.
        """
        # First into a context of its own: one that fails may be left with half of it.
        _load(_server_context(), *self._files)
        _load(self.context, *self._files)
        before, self.sha256 = self.sha256, fingerprint(self._files[0])
        return before not in ("", self.sha256)

    @property
    def names(self) -> tuple[str, str]:
        """The names of the certificate's file and of its key's, for another process."""
        # Not resolved: renewing may let a link lead elsewhere.
        certificate, key = (str(file.absolute()) for file in self._files)
        return certificate, key

    def changed_at(self) -> tuple[int, ...]:
        """Return when the files were last written, in ns; 0 for one that is not there."""
        return tuple(map(_changed_at, self._files))


def context_of(certificate: Certificate | None) -> ssl.SSLContext | None:
    """Return what serves a certificate, if there is one."""
    return None if certificate is None else certificate.context


def _changed_at(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


def fingerprint(certificate: Path) -> str:
    """Return the SHA-256 of the first certificate in a PEM file, in hexadecimal."""
    found = _FIRST_PEM.search(certificate.read_text(encoding="ascii", errors="replace"))
    if found is None:
        raise BadCertificate(f"{certificate} has no certificate in PEM")
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(found[0])).hexdigest()


def _server_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # RFC 8996 forbids those before
    return context


def _load(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
    for file in (certificate, key):
        try:
            file.open("rb").close()
        except OSError as problem:
            raise BadCertificate(f"cannot read {file}: {in_words(problem)}") from problem
    try:
        # A key with a password cannot be asked for: nobody may sit there.
        context.load_cert_chain(certificate, key, password=_no_password)
    except (ssl.SSLError, ValueError) as problem:
        raise BadCertificate(
            f"{certificate} and {key} are no certificate with its key, in PEM and without a "
            "password"
        ) from problem


def _no_password() -> str:
    raise ValueError
