"""The login of Amazon's registries (ECR), which an AWS account gives for some hours."""

from __future__ import annotations

import base64
import datetime as dt
import re

from shipit.errors import AuthError, RemoteError

_HOST = re.compile(r"\d+\.dkr\.ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?")
_MARGIN = dt.timedelta(minutes=15)  # for what was begun with a token to come to its end


class AmazonTokens:
    """Tokens by registry, each kept until it is about to expire."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[str, dt.datetime]] = {}

    def of(self, registry: str) -> tuple[str, str] | None:
        """User name and password for `registry`; None where it is not one of Amazon's.

        Raises:
            AuthError: boto3 is not installed, or AWS gives no token.
            RemoteError: AWS could not be asked.
        """
        host = _HOST.fullmatch(registry)
        if host is None:
            return None
        soon = dt.datetime.now(dt.UTC) + _MARGIN
        token, expires = self._held.get(registry, ("", soon))
        if expires <= soon:
            token, expires = self._held[registry] = _token(registry, host["region"])
        username, _, password = base64.b64decode(token).decode().partition(":")
        return username, password


def _token(registry: str, region: str) -> tuple[str, dt.datetime]:
    try:
        import boto3  # type: ignore[import-untyped]
        from botocore import exceptions  # type: ignore[import-untyped]
    except ImportError as error:
        hint = "pip install 'shipit[aws]', or set `SHIPIT_REGISTRY_USERNAME` and `SHIPIT_REGISTRY_PASSWORD`"
        raise AuthError(f"there is no login for `{registry}`, and no boto3 to ask AWS for one", hint=hint) from error
    try:
        ecr = boto3.Session().client("ecr", region_name=region)
        told = ecr.get_authorization_token()["authorizationData"][0]
    except (exceptions.HTTPClientError, exceptions.ConnectionError) as error:
        what = f"AWS could not be asked for the login of `{registry}`: {error}"
        raise RemoteError(what, hint="run the same command again", retryable=True) from error
    except (exceptions.BotoCoreError, exceptions.ClientError) as error:
        raise AuthError(
            f"AWS gives no login for `{registry}`: {error}",
            hint="set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, of a user with `ecr:GetAuthorizationToken`",
        ) from error
    return told["authorizationToken"], told["expiresAt"]
