"""The parts of image names that environment variables set, as in `{env:DOCKER_USERNAME}/chat`.

>>> from shipit.config.model import ReleaseConfig
>>> image = ImageConfig(name="ghcr.io/{env:OWNER}/chat")
>>> with_image_names(Config(release=ReleaseConfig(images={"": image})), {"OWNER": "Acme"}).release.images[""].name
'ghcr.io/acme/chat'

Names of images are in lower case, so the values are made so. A placeholder whose variable is not set, or is no part of
an image name, stays: only a command that uses the image then fails, and its message does not contain the value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec.structs import replace

from shipit.config.environment import EnvironmentConfig, ImageConfig
from shipit.config.model import Config

_PLACEHOLDER = re.compile(r"\{env:([A-Za-z_][A-Za-z0-9_]*)\}")
# A part of a name, or the host of a registry.
_VALUE = re.compile(r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?::[0-9]+)?")


def with_image_names(config: Config, variables: Mapping[str, str]) -> Config:
    """Return `config` with the placeholders in the names of images replaced by the values of `variables`."""
    environments = {name: _of_environment(each, variables) for name, each in config.environments.items()}
    release = replace(config.release, images=_of_all(config.release.images, variables))
    return replace(config, release=release, environments=environments)


def _of_environment(environment: EnvironmentConfig, variables: Mapping[str, str]) -> EnvironmentConfig:
    image = environment.image and _named(environment.image, variables)
    return replace(environment, image=image, images=_of_all(environment.images, variables))


def _of_all(images: Mapping[str, ImageConfig], variables: Mapping[str, str]) -> dict[str, ImageConfig]:
    return {name: _named(image, variables) for name, image in images.items()}


def _named(image: ImageConfig, variables: Mapping[str, str]) -> ImageConfig:
    def value(match: re.Match[str]) -> str:
        found = variables.get(match[1], "").strip().lower()
        return found if _VALUE.fullmatch(found) else match[0]

    return replace(image, name=_PLACEHOLDER.sub(value, image.name)) if "{" in image.name else image
