"""HTTP Digest access authentication (RFC 7616), the one that Virtuoso asks for."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from urllib.request import parse_http_list, parse_keqv_list

_HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


@dataclass(slots=True)
class DigestChallenge:
    """What a server asked for, and how often it was answered."""

    realm: str
    nonce: str
    algorithm: str
    opaque: str | None
    with_quality: bool
    count: int = field(default=0)

    @classmethod
    def read(cls, header: str) -> DigestChallenge | None:
        """The challenge of a WWW-Authenticate header; None where it isn't one that can be answered."""
        scheme, _, rest = header.partition(" ")
        if scheme.lower() != "digest":
            return None
        said = parse_keqv_list(parse_http_list(rest))
        algorithm = said.get("algorithm", "MD5").upper()
        qualities = [quality.strip() for quality in said.get("qop", "").split(",") if quality.strip()]
        if algorithm not in _HASHES or (qualities and "auth" not in qualities) or "nonce" not in said:
            return None
        return cls(said.get("realm", ""), said["nonce"], algorithm, said.get("opaque"), bool(qualities))

    def answer(self, user: str, password: str, method: str, target: str) -> str:
        """The Authorization header for a request."""
        self.count += 1

        def digest(text: str) -> str:
            return _HASHES[self.algorithm](text.encode()).hexdigest()

        secret = digest(f"{user}:{self.realm}:{password}")
        asked = digest(f"{method}:{target}")
        parts = {"username": user, "realm": self.realm, "nonce": self.nonce, "uri": target}
        if self.with_quality:
            number, own = f"{self.count:08x}", secrets.token_hex(8)
            parts["response"] = digest(f"{secret}:{self.nonce}:{number}:{own}:auth:{asked}")
        else:
            parts["response"] = digest(f"{secret}:{self.nonce}:{asked}")
        if self.opaque is not None:
            parts["opaque"] = self.opaque
        quoted = ", ".join(f'{name}="{value}"' for name, value in parts.items())
        end = f', qop=auth, nc={number}, cnonce="{own}"' if self.with_quality else ""
        return f"Digest {quoted}, algorithm={self.algorithm}{end}"
