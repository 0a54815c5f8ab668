"""The public keys with which others can verify our access tokens."""

from typing import Any

from jwt.algorithms import RSAAlgorithm

from api.identity.account_shapes import Jwks
from api.operations import operation
from millrace.identity import signing, tokens
from millrace.identity.permissions import PUBLIC

#: Less than the time for which a key is published before it signs.
KEPT = {"Cache-Control": "public, max-age=300"}


@operation(
    "GET /.well-known/jwks.json",
    summary="The keys that sign access tokens",
    tag="Sessions",
    permission=PUBLIC,
    answers={200: Jwks},
)
def jwks() -> Any:
    """A key is here before it signs, and until the last token that it signed has ended."""
    return Jwks(keys=[_jwk(key) for key in signing.published()]), 200, KEPT


def _jwk(key: signing.SigningKey) -> dict[str, Any]:
    return RSAAlgorithm.to_jwk(key.public, as_dict=True) | {"kid": key.kid, "use": "sig", "alg": tokens.ALGORITHM}
