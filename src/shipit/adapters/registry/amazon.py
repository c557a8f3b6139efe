"""The logins of Amazon's registries (ECR): tokens that AWS issues for some hours."""

from __future__ import annotations

import base64
import datetime as dt
import re

from shipit.adapters.aws import INSTALL_AWS, aws_session

_HOST = re.compile(r"\d+\.dkr\.ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?")
_MARGIN = dt.timedelta(minutes=15)  # a token must be valid for at least this long, so that a push can end with it


class AmazonTokens:
    """The tokens by registry; each is kept until it is about to expire."""

    def __init__(self) -> None:
        self._tokens: dict[str, tuple[str, dt.datetime]] = {}

    def of(self, registry: str) -> tuple[str, str] | None:
        """Return the user name and the password for `registry`; None if it is not a registry of Amazon.

        Raises:
            AuthError: boto3 is not installed, or AWS refused to issue a token.
            RemoteError: AWS cannot be reached.
        """
        host = _HOST.fullmatch(registry)
        if host is None:
            return None
        soon = dt.datetime.now(dt.UTC) + _MARGIN
        token, expires = self._tokens.get(registry, ("", soon))
        if expires <= soon:
            token, expires = self._tokens[registry] = _token(registry, host["region"])
        username, _, password = base64.b64decode(token).decode().partition(":")
        return username, password


def _token(registry: str, region: str) -> tuple[str, dt.datetime]:
    install = f"{INSTALL_AWS}, or set `SHIPIT_REGISTRY_USERNAME` and `SHIPIT_REGISTRY_PASSWORD`"
    allow = "set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` of a user with `ecr:GetAuthorizationToken`"
    with aws_session(f"issue a login for `{registry}`", install=install, allow=allow) as session:
        data = session.client("ecr", region_name=region).get_authorization_token()["authorizationData"][0]
    return data["authorizationToken"], data["expiresAt"]
