"""The clients of AWS with limits, and its errors in words of shipit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cached_property
from typing import Any

from shipit.adapters.aws import INSTALL_AWS, allow_right, named_right
from shipit.core import limits
from shipit.errors import AuthError, ConfigError, ConflictError, RemoteError, ShipitError
from shipit.world.sites import CallerIdentity

INSTALL = f"{INSTALL_AWS}; for the GitHub Action, set its input `aws-region`"
LOG_IN = (
    "set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, or `AWS_PROFILE`; in GitHub Actions, set the input `aws-role`"
)
_CHECK_POLICY = "check the policy of the role or user"
# The codes of AWS for credentials that it does not accept, by the reason.
_REFUSED = {
    "ExpiredToken": "are expired",
    "ExpiredTokenException": "are expired",
    "RequestExpired": "are expired",
    "InvalidAccessKeyId": "do not exist",
    "InvalidClientTokenId": "do not exist",
    "UnrecognizedClientException": "do not exist",
    "SignatureDoesNotMatch": "are wrong: the secret key does not match",
    "InvalidToken": "are wrong: the session token does not match",
    "AuthFailure": "are wrong",
}
_FORBIDDEN = ("AccessDenied", "AccessDeniedException", "403", "Forbidden")
_CONFLICTS = ("PreconditionFailed", "412", "ConditionalRequestConflict", "409")
_BUSY = ("Throttling", "ThrottlingException", "SlowDown", "RequestLimitExceeded", "TooManyInvalidationsInProgress")
_FORBIDDEN_STATUS, _FIRST_SERVER_ERROR = 403, 500


class Aws:
    """The clients of AWS for one region; each is created at first use.

    Args:
        region: the region; None for that of the environment or the profile.
    """

    def __init__(self, region: str | None) -> None:
        self._region = region
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """Return the client of a service; use it in the block of `requesting`."""
        if service not in self._clients:
            self._clients[service] = self._session.client(service, region_name=self.region, config=_config())
        return self._clients[service]

    @property
    def region(self) -> str:
        """The region of the requests."""
        return self._region or self._session.region_name or "us-east-1"

    @cached_property
    def login(self) -> CallerIdentity:
        """The account and the region of the credentials, as AWS says them."""
        with requesting("name the account of the credentials"):
            identity = self.client("sts").get_caller_identity()
        return CallerIdentity(identity["Account"], self.region)

    @cached_property
    def _session(self) -> Any:
        import boto3  # type: ignore[import-untyped]

        return boto3.Session()


def _config() -> Any:
    from botocore.config import Config  # type: ignore[import-untyped]

    retries = {"mode": "standard", "total_max_attempts": int(limits.AWS_TRIES)}
    return Config(
        connect_timeout=int(limits.AWS_CONNECT),
        read_timeout=int(limits.AWS_ANSWER),
        retries=retries,
        max_pool_connections=int(limits.SITE_UPLOADS),
    )


@contextmanager
def requesting(to: str, allow: str = "") -> Iterator[None]:
    """Convert the exceptions of boto3 in the block.

    Args:
        to: the task of AWS, for messages, such as "write `index.html`".
        allow: the right that the task needs, such as `s3:PutObject`.

    Raises `AuthError` if AWS refuses the credentials or the right is missing, `ConflictError` if a condition of the
    request is not met, and `RemoteError` for other failures.
    """
    try:
        from botocore import exceptions  # type: ignore[import-untyped]
        from botocore.parsers import ResponseParserError  # type: ignore[import-untyped]
    except ImportError as error:
        what = f"shipit asks AWS to {to} with `boto3`, which is not installed"
        raise AuthError(what, hint=INSTALL) from error
    try:
        yield
    except exceptions.ClientError as error:
        raise _converted(error, to, allow) from error
    except (exceptions.NoCredentialsError, exceptions.PartialCredentialsError) as error:
        raise AuthError(f"there are no credentials to ask AWS to {to}", hint=LOG_IN) from error
    except (exceptions.HTTPClientError, exceptions.ConnectionError, exceptions.IncompleteReadError) as error:
        what = f"AWS did not answer the request to {to}: {error}"
        raise RemoteError(what, hint="check the network, then run the same command again", retryable=True) from error
    except ResponseParserError as error:  # of a proxy, or of a page for people
        what = f"the answer to the request to {to} does not come from AWS"
        hint = "check the proxy and `AWS_ENDPOINT_URL`, then run the same command again"
        raise RemoteError(what, hint=hint, retryable=True) from error
    except exceptions.ParamValidationError as error:
        raise ConfigError(
            f"AWS cannot be asked to {to}: {error}",
            hint="fix this value in `deploy` of the environment, in shipit.toml",
        ) from error
    except exceptions.BotoCoreError as error:
        raise AuthError(f"AWS cannot be asked to {to}: {error}", hint=LOG_IN) from error


def body_of(answer: Any, name: str) -> bytes:
    """Return the content of the object `name` from the answer to `get_object`; use it in the block of `requesting`.

    Raises `ConflictError` if it is larger than `limits.SITE_FILE`, as nothing is that shipit writes.
    """
    with closing(answer["Body"]) as body:
        if answer["ContentLength"] > limits.SITE_FILE:
            what = f"{name} is larger than {limits.SITE_FILE.written}"
            hint = "see which program wrote it, then move it away and run the same command again"
            raise ConflictError(what, hint=hint)
        content: bytes = body.read()
    return content


def code_of(error: Any) -> str:
    """Return the code of an error of AWS, such as `NoSuchKey`."""
    return str(error.response.get("Error", {}).get("Code", ""))


def _converted(error: Any, to: str, allow: str) -> ShipitError:
    code, answer = code_of(error), error.response.get("ResponseMetadata", {})
    text = error.response.get("Error", {}).get("Message") or ""
    if code in _REFUSED:
        return AuthError(f"AWS refused to {to}: the credentials {_REFUSED[code]}", hint=f"get new ones, or {LOG_IN}")
    status = answer.get("HTTPStatusCode", 0)
    if code in _FORBIDDEN or status == _FORBIDDEN_STATUS:
        right = named_right(text) or allow  # such as `iam:PassRole`, which another action needs
        needed = allow_right(right) if right else _CHECK_POLICY
        return AuthError(f"AWS does not allow these credentials to {to}", hint=needed)
    if code in _CONFLICTS:
        what = f"AWS did not {to}: another program changed it at the same time"
        return ConflictError(what, hint="run the same command again")
    what = f"AWS failed to {to}: {code} {text}".strip()
    number, retryable = answer.get("RequestId", ""), code in _BUSY or status >= _FIRST_SERVER_ERROR
    return RemoteError(
        f"{what} (request {number})" if number else what,
        hint=f"{'' if retryable else 'fix the reason that AWS names, then '}run the same command again",
        retryable=retryable,
    )
