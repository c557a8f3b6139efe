"""The file `compose.shipit.yaml`, in which shipit pins the images of the services of a compose project.

>>> print(pin_file({"backend": "acme/backend@sha256:1"}), end="")
# Written by shipit: the images that are deployed. Put your own settings into your own compose files.
services:
  backend:
    image: acme/backend@sha256:1
>>> pins_in(pin_file({"web": "acme/web@sha256:2", "backend": "acme/backend@sha256:1"}))
{'backend': 'acme/backend@sha256:1', 'web': 'acme/web@sha256:2'}
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

PIN_FILE = "compose.shipit.yaml"
_HEAD = "# Written by shipit: the images that are deployed. Put your own settings into your own compose files.\n"
_PIN = re.compile(r"^  ([\w.-]+):\n    image: (\S+@sha256:[0-9a-f]+)\n", re.MULTILINE)


class ComposeService(Struct, frozen=True):
    """A service of a compose project on a host.

    Args:
        directory: the directory of the project.
        files: the paths of its compose files from there, without the one that shipit writes.
        project: the name of the project, which its containers have as a label.
        service: the name of the service.
        port: the port that the app listens on in a container.
        replicas: the number of containers of the service.
    """

    directory: str
    files: tuple[str, ...]
    project: str
    service: str
    port: int
    replicas: int = 1

    @property
    def pin_path(self) -> str:
        """The path of the file that shipit writes."""
        return f"{self.directory}/{PIN_FILE}"

    @property
    def labels(self) -> Mapping[str, str]:
        """The labels that compose gives to the containers of the service."""
        return {
            "com.docker.compose.project": self.project,
            "com.docker.compose.service": self.service,
            "com.docker.compose.oneoff": "False",
        }


def pins_in(text: str) -> dict[str, str]:
    """Return the image of each service in the text of the pin file, in the order of their names."""
    return dict(sorted(_PIN.findall(text)))


def pin_file(pins: Mapping[str, str]) -> str:
    """Return the text of the pin file for the image of each service."""
    lines = [f"  {service}:\n    image: {image}\n" for service, image in sorted(pins.items())]
    return "".join([_HEAD, "services:\n", *lines])


def is_edited_pin_file(text: str) -> bool:
    """Return whether another program changed the pin file, so that shipit must not replace it.

    >>> is_edited_pin_file(pin_file({})), is_edited_pin_file("services:\\n  web:\\n    ports: [80]\\n")
    (False, True)
    """
    return text not in ("", pin_file(pins_in(text)))
