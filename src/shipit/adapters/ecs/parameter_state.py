"""The record and the lock of a service of ECS in SSM Parameter Store, for those who have no bucket."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager

from shipit.adapters.ecs.parameters import Parameters
from shipit.adapters.hosts import Lock, RenewedLocks, lock_in, lock_lost, lock_text
from shipit.adapters.sites import Aws
from shipit.core import limits
from shipit.core.deploy import parameter_name
from shipit.errors import ConflictError

_PIECE = 3900  # characters; a parameter without extra costs has at most 4,096, with the numbers before them


class ParameterLocks(RenewedLocks):
    """The locks in Parameter Store; the version of a lock is the number of the newest version of its parameter.

    Args:
        parameters: the parameters of the region.
        machine: the name of the service for messages.
        duration: the seconds after which a lock that is not renewed is free.
    """

    def __init__(self, parameters: Parameters, machine: str, duration: float) -> None:
        super().__init__(machine, duration)
        self._parameters = parameters

    def require(self) -> None:
        """Raise `ConflictError` if another run took a lock that this run held.

        Only a write can show this, because the answer to a read can be some time behind.
        """
        for name, text in self._held.items():
            if not any(self._replace(name, text, text) for _ in range(limits.UNLOCK_TRIES)):
                raise lock_lost(self._machine)

    def _read(self, name: str) -> Lock:
        text, version = self._parameters.read(parameter_name(f"{name}.lock"))
        return lock_in(text, version) if text else Lock("", None, version)

    def _write(self, name: str, owner: str, version: int) -> bool:
        return bool(self._parameters.write(parameter_name(f"{name}.lock"), lock_text(owner).decode(), version))


class ParameterState:
    """The texts and the locks of a service; `shipit.world.ecs.EcsService` describes the methods.

    A text is compressed, and what is longer than a parameter continues in others, each named with the version that
    belongs to it. So a run that is killed between two of them leaves the text before.

    Args:
        aws: the clients of AWS.
        machine: the name of the service for messages.
        duration: the seconds after which a lock that is not renewed is free.
    """

    def __init__(self, aws: Aws, machine: str, duration: float) -> None:
        self.aws = aws
        self._machine = machine
        self._parameters = Parameters(aws)
        self._locks = ParameterLocks(self._parameters, machine, duration)
        self._versions: dict[str, int] = {}  # of each text as this run read or wrote it

    def read(self, path: str) -> str | None:
        name = parameter_name(path)
        text, self._versions[path] = self._parameters.read(name)
        if not text:
            return None
        numbers, _, first = text.partition("\n")
        try:
            rest = [self._parameters.version(f"{name}.{at}", int(number)) for at, number in _counted(numbers.split())]
            data = zlib.decompress(base64.b64decode("".join((first, *(each.text for each in rest)))))
            return data.decode("utf-8", "surrogateescape")
        except (ValueError, binascii.Error, zlib.error):
            return text  # another program wrote it, so that its reader refuses it

    def write(self, path: str, text: str) -> None:
        self._locks.require()
        name = parameter_name(path)
        data = base64.b64encode(zlib.compress(text.encode("utf-8", "surrogateescape"), 9)).decode()
        first, *rest = (data[at : at + _PIECE] for at in range(0, len(data), _PIECE))
        numbers = [self._parameters.put(f"{name}.{at}", piece) for at, piece in _counted(rest)]
        if path not in self._versions:
            self.read(path)
        whole = f"{' '.join(map(str, numbers))}\n{first}"
        written = self._parameters.write(name, whole, self._versions[path]) if all(numbers) else 0
        if not written:
            what = f"another program wrote the parameter `{name}` of {self._machine} at the same time"
            raise ConflictError(what, hint="run the same command again")
        self._versions[path] = written

    def locked_by(self, path: str) -> str | None:
        return self._locks.owner(path)

    def lock(self, path: str, owner: str) -> AbstractContextManager[None]:
        return self._locks.lock(path, owner)

    def unlock(self, path: str) -> None:
        self._locks.free(path)

    def require_lock(self) -> None:
        """Raise `ConflictError` if another run took a lock that this run held."""
        self._locks.require()


def _counted(values: list[str]) -> Iterator[tuple[int, str]]:
    return enumerate(values, start=2)
