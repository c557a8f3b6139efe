"""The footer `Release-As: 2.0.0`, which requests a version; `Release-As: backend 2.0.0` requests it for one package.

>>> version_requests("fix: x\\n\\nRelease-As: v2.0.0")
(VersionRequest(version='2.0.0', package=None),)
>>> version_requests("fix: x\\n\\nRelease-As: backend 2.0.0", ["backend", "web"])
(VersionRequest(version='2.0.0', package='backend'),)
"""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from shipit.core.commits.raw_commit import RawCommit
from shipit.core.commits.text.blocks import messages_in
from shipit.core.commits.text.footers import might_request_version, split_footers
from shipit.core.commits.text.message import after_subject


class VersionRequest(Struct, frozen=True):
    """The version of a `Release-As` footer without a leading `v`, not yet validated.

    `package` is the package that the footer names; None when it names none.
    """

    version: str
    package: str | None = None


class PackageToRead(Struct, frozen=True):
    """The package that commits are read for, in a repository with several packages.

    `names` are the names of all packages. `outside` are the ids of the commits that change no file of the package: only
    a `Release-As` footer that names the package counts in them.
    """

    name: str
    names: frozenset[str]
    outside: frozenset[str] = frozenset()


def version_requests(message: str, packages: Collection[str] = ()) -> tuple[VersionRequest, ...]:
    """Return the requests of all `Release-As` footers of a message, in their order.

    Args:
        message: with lines that end with LF.
        packages: the names of the packages of the repository.
    """
    if not might_request_version(message):
        return ()
    footers = (footer for each in messages_in(message).all for footer in split_footers(after_subject(each).strip())[1])
    values = (footer.value.split() for footer in footers if footer.token.lower() == "release-as")
    return tuple(_request(words, packages) for words in values if words)


def _request(words: list[str], packages: Collection[str]) -> VersionRequest:
    package = words[0] if len(words) > 1 and words[0] in packages else None
    word = words[1 if package else 0]
    return VersionRequest(word.removeprefix("v") or word, package)


def version_request(commit: RawCommit, package: PackageToRead | None = None) -> VersionRequest | None:
    """Return the request of the last `Release-As` footer of a commit; None when it requests no version.

    Args:
        commit: the commit.
        package: the package that the version is for; footers of other packages do not count. None for the whole
            repository.
    """
    if package is None:
        return next(reversed(version_requests(commit.message)), None)
    names = (package.name,) if commit.id in package.outside else (None, package.name)
    found = [request for request in version_requests(commit.message, package.names) if request.package in names]
    return next(reversed(found), None)
