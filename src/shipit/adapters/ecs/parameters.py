"""Parameters of SSM Parameter Store that are written only if nobody wrote them after they were read.

Parameter Store has no request for this. But it gives each write of a parameter a number of its own, one higher than
that of the write before, and keeps the last 100 texts. So each text begins with the number of the version that its
writer read, and it counts only if that is the number directly before its own. Of two runs that write after the same
read, one gets the next number, and the text of the other does not count. Nor does a text that arrives late, or one
whose writer was given an old version to read: the answers of Parameter Store can be some time behind. All runs find the
same text, the newest one that counts.
"""

from __future__ import annotations

import re
import time
from typing import Any, NamedTuple

from shipit.adapters.sites import Aws, code_of, requesting
from shipit.core import limits
from shipit.errors import RemoteError

_LOOK = 0.5  # seconds between two looks at a parameter that is not shown yet
_MISSING = ("ParameterNotFound", "ParameterVersionNotFound")
_AT_THE_SAME_TIME = "TooManyUpdates"
_NUMBER = re.compile(r"[0-9]{1,18}")  # of a version; other programs can write any text


class Stored(NamedTuple):
    """The text of a parameter that counts, empty if there is none, and its newest version; 0 if it does not exist."""

    text: str
    version: int


class _Version(NamedTuple):
    """One version of a parameter; `replaces` is None if another program wrote it."""

    number: int
    replaces: int | None
    text: str

    @property
    def counts(self) -> bool:
        return self.replaces is None or self.replaces == self.number - 1


class Parameters:
    """The parameters of one region.

    Args:
        aws: the clients of AWS.
    """

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._written: dict[str, int] = {}  # the number of the newest version that this run wrote

    def read(self, name: str) -> Stored:
        """Return the text of a parameter.

        Waits up to `limits.PARAMETER_SHOWN` until it is at least as new as the last one that this run wrote; after
        that, it can be older.
        """
        newest = self._found(name, self._written.get(name, 0))
        if newest is None:
            return Stored("", 0)
        found = newest
        while not found.counts:
            if found.number == 1:
                return Stored("", newest.number)
            found = self.version(name, found.number - 1)
        return Stored(found.text, newest.number)

    def write(self, name: str, text: str, version: int) -> int:
        """Write the text of a parameter whose newest version is `version`.

        Returns its newest version then; 0 if another run wrote it meanwhile, so that the text does not count.
        """
        number = self.put(name, f"{version}\n{text}")
        self._written[name] = max(number, self._written.get(name, 0))
        if number == version + 1:
            return number
        now = self.read(name)  # a request whose answer was lost is repeated, and only the first one counts
        return now.version if now.text == text else 0

    def version(self, name: str, number: int) -> _Version:
        """Return one version of a parameter, which never changes. Raises `RemoteError` if it does not exist."""
        found = self._found(f"{name}:{number}", number)
        if found is None:
            what = f"Parameter Store does not have version {number} of the parameter `{name}`"
            raise RemoteError(what, hint="run the same command again", retryable=True)
        return found

    def put(self, name: str, text: str) -> int:
        """Write a new version of a parameter, and return its number; 0 if another program wrote at the same time."""
        from botocore.exceptions import ClientError  # type: ignore[import-untyped]

        with requesting(f"write the parameter `{name}`", "ssm:PutParameter"):
            try:
                answer = self._aws.client("ssm").put_parameter(Name=name, Value=text, Type="String", Overwrite=True)
            except ClientError as error:
                if code_of(error) == _AT_THE_SAME_TIME:
                    return 0
                raise
            return int(answer["Version"])

    def _found(self, name: str, at_least: int) -> _Version | None:
        """Return a version, after Parameter Store shows the number `at_least`; None if there is none."""
        end = time.monotonic() + limits.PARAMETER_SHOWN
        found = self._asked(name)
        while (found.number if found else 0) < at_least and time.monotonic() < end:
            time.sleep(_LOOK)
            found = self._asked(name)
        return found

    def _asked(self, name: str) -> _Version | None:
        from botocore.exceptions import ClientError

        with requesting(f"read the parameter `{name}`", "ssm:GetParameter"):
            try:
                found: Any = self._aws.client("ssm").get_parameter(Name=name)["Parameter"]
            except ClientError as error:
                if code_of(error) in _MISSING:
                    return None
                raise
        replaces, line, text = str(found["Value"]).partition("\n")
        if line and _NUMBER.fullmatch(replaces):
            return _Version(int(found["Version"]), int(replaces), text)
        return _Version(int(found["Version"]), None, str(found["Value"]))
