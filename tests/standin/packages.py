"""Container packages: GitHub's view of the images on ghcr.io. A version is an image, and its name the digest."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from standin.answers import Answer, Call, not_found, page

if TYPE_CHECKING:
    from standin.server import GitHubStandIn

_ids = itertools.count(9001)


@dataclass
class Version:
    digest: str
    tags: list[str] = field(default_factory=list)
    id: int = field(default_factory=lambda: next(_ids))


@dataclass
class Packages:
    """The versions of each package, by `owner/name`, the newest first."""

    versions: dict[str, list[Version]] = field(default_factory=dict)
    organizations: set[str] = field(default_factory=set)

    def find(self, package: str) -> list[Version]:
        """The versions of a package; empty if there is no such package."""
        return self.versions.get(package, [])

    def delete(self, package: str, version: Version) -> None:
        self.versions[package].remove(version)


def show_account(github: GitHubStandIn, call: Call) -> Answer:
    name = call.params["username"]
    kind = "Organization" if name in github.packages.organizations else "User"
    return Answer(200, github.description.filled("public-user", login=name, type=kind, user_view_type="public"))


def list_versions(github: GitHubStandIn, call: Call) -> Answer:
    package, versions = _package(github, call)
    return page(call, [_shape(github, package, version) for version in versions])


def delete_version(github: GitHubStandIn, call: Call) -> Answer:
    package, versions = _package(github, call)
    for version in versions:
        if version.id == int(call.params["package_version_id"]):
            github.packages.delete(package, version)
            return Answer(204)
    raise not_found()


def _package(github: GitHubStandIn, call: Call) -> tuple[str, list[Version]]:
    """The package of a path, which names the kind of its owner too, and its versions."""
    owner = call.params.get("org", call.params.get("username", ""))
    package = f"{owner}/{call.params['package_name']}"
    versions = github.packages.find(package)
    if not versions or (owner in github.packages.organizations) != ("org" in call.params):
        raise not_found()
    return package, versions


def _shape(github: GitHubStandIn, package: str, version: Version) -> dict[str, Any]:
    url = f"{github.url}/packages/{package}/{version.id}"
    return github.description.filled(
        "package-version",
        id=version.id,
        name=version.digest,
        url=url,
        package_html_url=url,
        metadata={"package_type": "container", "container": {"tags": version.tags}},
    )


_OF_PACKAGE = "packages/{package_type}/{package_name}/versions"
ROUTES = {
    ("GET", "/users/{username}"): show_account,
    ("GET", f"/orgs/{{org}}/{_OF_PACKAGE}"): list_versions,
    ("GET", f"/users/{{username}}/{_OF_PACKAGE}"): list_versions,
    ("DELETE", f"/orgs/{{org}}/{_OF_PACKAGE}/{{package_version_id}}"): delete_version,
    ("DELETE", f"/users/{{username}}/{_OF_PACKAGE}/{{package_version_id}}"): delete_version,
}
