"""Who asks this processor, and how it says who it is: docs/processor-contract.md, "Identity"."""

import base64
import hashlib
import re
import time

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

CLAIMS = {"iss", "aud", "sub", "roles", "route", "iat", "exp"}


class Refused(Exception):
    """An answer of the table of errors, given or received."""

    def __init__(self, status: int, code: str, message: str, field: str | None = None):
        super().__init__(f"{code}: {message}")
        self.status, self.code, self.message, self.field = status, code, message, field
        self.passes = status >= 500 or code in ("UNAUTHENTICATED", "FORBIDDEN", "PROCESSOR_UNKNOWN", "PROCESSOR_PAUSED")


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def thumbprint(x: str) -> str:
    return base64url(hashlib.sha256(f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'.encode()).digest())


class Identity:
    """`fetch_keys(service)` answers the keys that a service publishes, none where there is no such service."""

    def __init__(self, service: str, key: Ed25519PrivateKey, fetch_keys):
        self.service, self.key, self.fetch_keys = service, key, fetch_keys
        x = base64url(key.public_key().public_bytes_raw())
        self.jwk = {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": thumbprint(x), "alg": "EdDSA", "use": "sig"}
        self.known: dict[tuple[str, str], Ed25519PublicKey] = {}
        self.asked: dict[str, float] = {}

    def sign(self, to: str, route: str, user: str | None) -> str:
        now = int(time.time())
        claims = {"iss": self.service, "aud": to, "route": route, "iat": now, "exp": now + 60}
        head = {"typ": "service+jwt", "kid": self.jwk["kid"]}
        return jwt.encode(claims if user is None else claims | {"sub": user}, self.key, "EdDSA", head)

    async def verify(self, authorization: str, route: str) -> tuple[str, str | None]:
        """The calling service, and the user on whose behalf. Raises UNAUTHENTICATED."""
        try:
            token = authorization.removeprefix("Bearer ")
            head, claims = jwt.get_unverified_header(token), jwt.decode(token, options={"verify_signature": False})
            key = await self.key_of(claims["iss"], head.pop("kid"))
            jwt.decode(token, key, ["EdDSA"], audience=self.service, leeway=90, options={"strict_aud": True})
            is_meant = claims["route"] == route and 0 < claims["exp"] - claims["iat"] <= 60
            if head == {"alg": "EdDSA", "typ": "service+jwt"} and is_meant and claims.keys() <= CLAIMS:
                return claims["iss"], claims.get("sub")
        except (jwt.PyJWTError, KeyError, TypeError, ValueError):
            pass
        raise Refused(401, "UNAUTHENTICATED", "A valid token is needed: send it as `Authorization: Bearer …`.")

    async def key_of(self, service: str, kid: str) -> Ed25519PublicKey:
        """Asks for keys that are new once a second at most, for all names together that the system does not have."""
        place = service if service in ("gateway", "state", "processors") else ""
        if (service, kid) not in self.known and time.monotonic() - self.asked.get(place, -1) >= 1:
            self.asked[place] = time.monotonic()
            published = [jwk["x"] for jwk in await self.fetch_keys(service) if jwk.get("crv") == "Ed25519"]
            self.known = {name: key for name, key in self.known.items() if name[0] != service}
            for x in published:
                if re.fullmatch(r"[\w-]{43}", x):
                    key = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(x + "="))
                    self.known[service, thumbprint(x)] = key
        return self.known[service, kid]
