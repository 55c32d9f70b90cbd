"""The certificate of a server: read at the start, and again when its files have changed.

Knows flags and files; does not know what is said over TLS.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.net.tls import BadCertificate, Certificate
from core.text.complaints import complain
from hubbub import strings
from hubbub.errors import CannotStart

LOOK_EVERY_S: Final = 10.0
"""Whoever renews certificates, such as an ACME client, need not tell anybody."""


@dataclass(frozen=True, slots=True)
class TlsOptions:
    """What the command line says: files in PEM, and whether nothing else is served."""

    certificate: Path | None = None
    key: Path | None = None
    only: bool = False


NO_TLS: Final = TlsOptions()


def read_certificate(options: TlsOptions) -> Certificate | None:
    """Return the certificate to serve, None without one; raise CannotStart."""
    if options.certificate is None:
        if options.key is not None:
            raise CannotStart(strings.KEY_WITHOUT_CERTIFICATE)
        if options.only:
            raise CannotStart(strings.TLS_ONLY_WITHOUT_CERTIFICATE)
        return None
    try:
        return Certificate(options.certificate, options.key)
    except BadCertificate as problem:
        raise CannotStart(str(problem)) from problem


class CertificateFollower:
    """Has a server serve what its files hold, soon after they have changed."""

    def __init__(
        self, certificate: Certificate, changed: Callable[[str], object] = lambda sha256: None
    ) -> None:
        """`changed` is told the SHA-256 of another one."""
        self._changed = changed
        self._certificate = certificate
        self._seen = certificate.changed_at()
        self._handle: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Look now and then from here on."""
        self._handle = asyncio.get_running_loop().call_later(LOOK_EVERY_S, self._look)

    async def stop(self) -> None:
        """Look no more."""
        if self._handle is not None:
            self._handle.cancel()

    def read_again(self) -> None:
        """Read the files, changed or not; what is wrong with them is said."""
        self._seen = self._certificate.changed_at()
        try:
            another = self._certificate.read_again()
        except BadCertificate as problem:
            complain(strings.certificate_kept(str(problem)))
            return
        if another:
            complain(strings.new_certificate(self._certificate.sha256))
            self._changed(self._certificate.sha256)

    def _look(self) -> None:
        self.start()
        if self._certificate.changed_at() != self._seen:
            self.read_again()
