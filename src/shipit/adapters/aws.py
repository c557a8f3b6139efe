"""Access to AWS through boto3, which is installed only for those who use it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from shipit.errors import AuthError, RemoteError

# Not `pip install`: shipit is not on PyPI yet.
INSTALL_AWS = "run `uv tool install '.[aws]'` in a clone of shipit"
_NOT_ALLOWED = re.compile(r"not authorized to perform: ([a-z0-9-]+:[A-Za-z]+)")


def named_right(text: str) -> str:
    """Return the right that is missing, as an error of AWS names it; empty if it names none.

    >>> named_right("User: x is not authorized to perform: kms:Decrypt on resource: y")
    'kms:Decrypt'
    """
    named = _NOT_ALLOWED.search(text)
    return named[1] if named else ""


def allow_right(right: str) -> str:
    """Return the hint for a right that is missing."""
    return f"allow `{right}` in the policy of the role or user"


@contextmanager
def aws_session(to: str, *, install: str, allow: str) -> Iterator[Any]:
    """Give the block a session of boto3, and convert the exceptions of boto3.

    Args:
        to: the task of AWS, for messages, such as "read `ssm:/shop/`".
        install: the hint when boto3 is not installed.
        allow: the hint when AWS refuses the credentials, and does not name the right that is missing.

    Raises `AuthError` if boto3 is not installed or AWS refuses the credentials, `RemoteError` if AWS cannot be reached.
    """
    try:
        import boto3  # type: ignore[import-untyped]
        from botocore import exceptions  # type: ignore[import-untyped]
    except ImportError as error:
        raise AuthError(f"shipit asks AWS to {to} with `boto3`, which is not installed", hint=install) from error
    try:
        yield boto3.Session()
    except (exceptions.HTTPClientError, exceptions.ConnectionError) as error:
        what = f"AWS did not answer the request to {to}: {error}"
        raise RemoteError(what, hint="check the network, then run the same command again", retryable=True) from error
    except (exceptions.BotoCoreError, exceptions.ClientError) as error:
        right = named_right(str(error))
        raise AuthError(f"AWS refused to {to}: {error}", hint=allow_right(right) if right else allow) from error
