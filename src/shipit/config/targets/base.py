"""The keys that all kinds of targets have, and those of the kinds that deploy to hosts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Annotated, ClassVar

from msgspec import Meta

from shipit.config.table import KIND, ConfigTable
from shipit.config.vocabulary import AppName, HostPath, Name, Text


class TargetTable(ConfigTable, frozen=True, kw_only=True, tag_field=KIND):
    """A target; its `kind` says which other keys it has."""

    name: Annotated[
        AppName | None,
        Meta(
            description="The name of the app in the record of deployments. With `blue-green`, its containers are "
            "`<name>-blue` and `<name>-green`. When unset, it is the last part of the image's name and the name of the "
            "environment: `shop-prod`. With `compose`, it is the last part of `project` instead, and the name of the "
            "service is added: `shop-prod-backend`. With `swarm`, it is the name of the service and that of the "
            "environment: `shop_web-prod`."
        ),
    ] = None

    # False for a kind that deploys files of the repository, and no image.
    deploys_image: ClassVar[bool] = True

    @property
    def place(self) -> tuple[str, ...]:
        """The keys that lead from the table to this target; none unless it is one of several parts."""
        return ()

    @property
    def followed_tag(self) -> str:
        """The moving tag of the image that only a deployment moves; empty for none."""
        return ""

    def parts(self, images: Collection[str]) -> Sequence[TargetTable]:
        """Return the targets of the table, in order: itself, or one for each service; `images` are the known names."""
        return (self,)

    def app(self, image: str, environment: str) -> str:
        """Return the name of the app on the hosts: `name`, or that of the image and the environment."""
        return self.name or in_environment(image.rpartition("/")[2], environment)

    @property
    def verifies(self) -> bool:
        """True when a deployment finds out which version runs."""
        return True

    def conflicts(self) -> Iterator[tuple[str, str, str]]:
        """Yield each contradiction between keys: a key, the problem in one sentence, and a hint."""
        yield from ()

    def uses(self, app: str) -> Iterator[tuple[str, str, str]]:
        """Yield each thing that no other target can use: its host, its key, and its name in a sentence.

        Args:
            app: the name of the app, which can be unset in the table.
        """
        yield from ()


class ImageTable(TargetTable, frozen=True, kw_only=True):
    """A target that deploys an image."""

    image: Annotated[
        Name | None, Meta(description="The image to deploy, by its name in `images`, if there are several.")
    ] = None


class HostTable(ImageTable, frozen=True, kw_only=True):
    """A target that deploys to hosts."""

    known_hosts: Annotated[
        tuple[Text, ...],
        Meta(
            description="The public keys of the hosts, as lines of a known_hosts file (see `ssh-keyscan`). When "
            "unset, they are in `SHIPIT_SSH_KNOWN_HOSTS` or in the known_hosts file of the user."
        ),
    ] = ()
    directory: Annotated[
        HostPath,
        Meta(
            description="The directory on each host for the record of deployments and the lock.",
            examples=["/var/lib/shipit"],
        ),
    ] = "/var/lib/shipit"

    def state_path(self, app: str) -> str:
        """Return the path of the lock and of the record of `app` on a host, without their endings."""
        return f"{self.directory}/{app}"

    @property
    def key_path(self) -> str:
        """The path of the key on the first host, with which the fingerprints of secrets are made."""
        return f"{self.directory}/key"


def in_environment(name: str, environment: str) -> str:
    """Return a name with that of the environment at its end.

    >>> in_environment("shop", "prod"), in_environment("shop-prod", "prod")
    ('shop-prod', 'shop-prod')
    """
    return name if name.endswith(f"-{environment}") else f"{name}-{environment}"
