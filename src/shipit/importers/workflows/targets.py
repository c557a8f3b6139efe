"""The targets that the deployments of workflows become, where the commands leave no doubt about them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from shipit.importers.document import read_lines_of_yaml
from shipit.importers.workflows.expressions import without_spaces
from shipit.importers.workflows.old_steps.docker import split_reference

Read = Callable[[str], str | None]
"""Returns the text of a file of the repository; None if there is none."""

LOCAL = "local"
_CONTROL = re.compile(r"(?m)^[^\S\n]*+(?:if|for|while|until|case)\b|<<")
_PATH = re.compile(r"[\w./-]++")
_SWITCH_FILE = "service-url.inc"
_PORT = re.compile(r"\b(?:127\.0\.0\.1|localhost):(\d{2,5})\b")
_UPDATE_URL = re.compile(r"(https?://[\w.-]+(?::\d+)?)/v1/update\b")
_SCRIPT = re.compile(r"(?:(?:sudo|bash|sh) )*+(?:\./)?([\w./-]+\.sh)\b")
_HEALTH = "check that `health` is right: the path must answer when the app can take requests"
_SPRING = {"path": "/actuator/health", "json": {"status": "UP"}}
_BUILD_FILES = ("build.gradle", "build.gradle.kts", "pom.xml")


class ConvertedTarget(Struct, frozen=True):
    """A target that a deployment becomes.

    Attributes:
        settings: the keys of its table.
        undecided: what a person has to decide or to do, each as an instruction.
        image: the image that the commands name; empty if they name none.
    """

    settings: Mapping[str, Any]
    undecided: tuple[str, ...] = ()
    image: str = ""

    @property
    def kind(self) -> str:
        """The kind of the target, such as `compose`."""
        return str(self.settings["kind"])


def target_of(script: str, commands: Sequence[str], address: str, read: Read) -> ConvertedTarget | None:
    """Return the target of a deployment; None if the commands leave a doubt about it.

    Args:
        script: the whole script.
        commands: its commands.
        address: the address of the host that they run on, such as `ssh://ubuntu@HOST`; empty for a runner of GitHub.
        read: reads a file of the repository.
    """
    switching = _switching(script, commands, address, read)
    if switching or _CONTROL.search(script):
        return switching
    found = [target for target in _targets(commands, address) if target]
    return found[0] if len(found) == 1 else None


def completed(target: ConvertedTarget, images: Mapping[str, str], read: Read) -> ConvertedTarget | None:
    """Return a target with what depends on the images of its environment; None if it is in doubt which image it gets.

    Args:
        target: the target.
        images: the key of each image in the configuration, by its name; the key is empty for the only image.
        read: reads a file of the repository.
    """
    if target.kind == "compose":
        return _with_services(target, images, read)
    name = split_reference(target.image)[0] if target.image else ""
    key = images.get(name, "") if len(images) > 1 else next(iter(images.values()))
    if (name and "$" not in name and name not in images) or (len(images) > 1 and not key):
        return None
    if target.kind == "blue-green":
        target = replace(target, settings={**target.settings, "health": _health(read)})
    return replace(target, settings={**target.settings, "image": key}) if key else target


def _switching(script: str, commands: Sequence[str], address: str, read: Read) -> ConvertedTarget | None:
    """Return the target of a script that switches nginx by `service-url.inc`; the script can be in the repository."""
    scripts = (read(found[1]) for command in commands if (found := _SCRIPT.match(command)))
    text = "\n".join((script, *filter(None, scripts)))
    switch = next((path for path in _PATH.findall(text) if path.rpartition("/")[2] == _SWITCH_FILE), "")
    if not switch or not address:
        return None
    settings: dict[str, Any] = {"kind": "blue-green", "hosts": [address]}
    ports = sorted({int(port) for port in _PORT.findall(text)} - {80, 443})
    if len(ports) == 2 and ports != [8081, 8082]:
        settings["slots"] = {"blue": ports[0], "green": ports[1]}
    if switch.startswith("/") and switch != f"/etc/nginx/conf.d/{_SWITCH_FILE}":
        settings["nginx"] = {"file": switch}
    todo = "write the environment variables and volumes of the container into `container`"
    return ConvertedTarget(settings, (*_host(address), _HEALTH, todo))


def _targets(commands: Sequence[str], address: str) -> Iterator[ConvertedTarget | None]:
    """Yield the target of each command that deploys."""
    directory = ""
    for command in commands:
        try:
            words = shlex.split(without_spaces(command))
        except ValueError:
            continue
        match [word for word in words if word != "sudo"]:
            case ["cd", path]:
                directory = path if path.startswith(("/", "~")) or not directory else f"{directory}/{path}"
            case ["docker", "compose", *rest] | ["docker-compose", *rest] if "up" in rest:
                yield _compose(rest, directory, address)
            case ["docker", "service", "update", *rest]:
                yield _service(rest, address)
            case ["kubectl", *rest] if not address.startswith("ssh:"):
                yield from _deployment(rest)
            case ["curl", *_] if found := _UPDATE_URL.search(command):
                yield _watchtower(found[1], address)


def _compose(words: Sequence[str], directory: str, address: str) -> ConvertedTarget | None:
    if not address:
        return None
    before, after = words[: words.index("up")], words[words.index("up") + 1 :]
    files = [value for name, value in pairwise(before) if name in ("-f", "--file")]
    files += [word.partition("=")[2] for word in before if word.startswith("--file=")]
    project = _absolute(_divided(before)[1].get("--project-directory", directory), address)
    settings: dict[str, Any] = {"kind": "compose", "hosts": [address], "project": project or "/srv/app"}
    undecided = list(_host(address))
    undecided += [] if project else ["write the directory of the compose project in place of /srv/app"]
    if files:
        settings["files"] = files
    services = [word for word in after if not word.startswith("-")]
    valid = all(re.fullmatch(r"[A-Za-z0-9][\w.-]*", service) for service in services)
    settings["services"] = dict.fromkeys(services) if valid else {}
    ports = "a service with `ports` or `container_name` needs a proxy, or `downtime = true`: see the guide for compose"
    return ConvertedTarget(settings, (*undecided, _HEALTH, ports))


def _with_services(target: ConvertedTarget, images: Mapping[str, str], read: Read) -> ConvertedTarget:
    """Return a target of the kind `compose` with its services: those that were named, or those with these images."""
    settings, undecided = dict(target.settings), list(target.undecided)
    named = dict(settings["services"])
    files = settings.get("files") or [next(filter(read, _COMPOSE_FILES), "")]
    if files[0] and files != ["compose.yaml"]:
        settings["files"] = files
    of_files = {name: image for file in files if file for name, image in _images_of(read(file) or "")}
    services = {name: of_files.get(name, "") for name in named} or {
        name: image for name, image in of_files.items() if image in images
    }
    if not services:
        services = {"app": ""}
        undecided.insert(0, "write the name of the service in the compose file in place of `app`")
    health = _health(read)
    settings["services"] = {
        name: {"health": health} | ({"image": images[image]} if images.get(image) else {})
        for name, image in services.items()
    }
    return replace(target, settings=settings, undecided=tuple(undecided))


_COMPOSE_FILES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")


def _images_of(text: str) -> Iterator[tuple[str, str]]:
    """Yield the name of the image of each service in a compose file, without its tag."""
    values = read_lines_of_yaml(text)
    services = values.get("services") if isinstance(values, Mapping) else None
    for name, service in services.items() if isinstance(services, Mapping) else ():
        image = service.get("image") if isinstance(service, Mapping) else None
        if isinstance(image, str):
            yield str(name), split_reference(image.partition("${")[0].rstrip(":"))[0]


def _service(words: Sequence[str], address: str) -> ConvertedTarget | None:
    others, options = _divided(words)
    image = options.get("--image", "")
    if not address or not image or len(others) != 1 or not re.fullmatch(r"[\w.-]+", others[0]):
        return None
    return ConvertedTarget({"kind": "swarm", "service": others[0], "hosts": [address]}, tuple(_host(address)), image)


def _deployment(words: Sequence[str]) -> Iterator[ConvertedTarget | None]:
    others, options = _divided(words)
    match others:
        case ["set", "image", *named, change] if "=" in change:
            container, _, image = change.partition("=")
        case ["rollout", "restart", *named]:
            container = image = ""
        case _:
            return
    name = _named_deployment(named)
    namespace = options.get("-n") or options.get("--namespace") or ""
    if not name or "$" in f"{namespace}{container}":
        yield None
        return
    settings = {"kind": "kubernetes", "namespace": namespace or "default", "deployment": name}
    settings |= {"container": container} if container and container != "*" else {}
    undecided = ["give the new job the same access to the cluster: its kubeconfig, before the step of shipit"]
    undecided += [] if namespace else ["check the namespace: the workflow names none"]
    yield ConvertedTarget(settings, tuple(undecided), image)


def _named_deployment(words: Sequence[str]) -> str:
    """Return the name in `deployment/web` or `deployment web`; empty for anything else."""
    kind, _, name = "/".join(words).partition("/")
    known = kind in ("deployment", "deployments", "deploy", "deployment.apps")
    return name if known and re.fullmatch(r"[a-z0-9][a-z0-9.-]*", name) else ""


def _watchtower(url: str, address: str) -> ConvertedTarget:
    settings: dict[str, Any] = {"kind": "watchtower", "url": url, "proof": "none"}
    undecided = [
        "give the step of shipit the token of Watchtower as the variable WATCHTOWER_TOKEN",
        'with `hosts`, `container` and `proof = "container"`, shipit also proves which version runs',
    ]
    if address:
        settings |= {"hosts": [address]}
    return ConvertedTarget(settings, (*_host(address), *undecided))


def _divided(words: Iterable[str]) -> tuple[list[str], dict[str, str]]:
    """Return the words that are no options, and the value of each option: the text after `=`, or the next word."""
    others, options = list[str](), dict[str, str]()
    waiting = list(words)[::-1]
    while waiting:
        name, equals, value = waiting.pop().partition("=")
        if not name.startswith("-"):
            others.append(f"{name}{equals}{value}")
        elif equals or name in _FLAGS or not waiting or waiting[-1].startswith("-"):
            options[name] = value
        else:
            options[name] = waiting.pop()
    return others, options


_FLAGS = ("-d", "-q", "--detach", "--force", "--with-registry-auth", "--record", "--build", "--quiet", "--all")


def _absolute(directory: str, address: str) -> str:
    """Return a directory as an absolute path on its host; empty if it is not known."""
    user = re.match(r"ssh://([\w.-]+)@", address)
    if directory.startswith("~/") and user and user[1] != "USER":
        home = "/root" if user[1] == "root" else f"/home/{user[1]}"
        directory = f"{home}/{directory[2:]}"
    return directory.rstrip("/") if re.fullmatch(r"/[\w./-]+", directory) else ""


def _host(address: str) -> Iterator[str]:
    places = {"USER": "the user", "HOST": "the address of the host"}
    for word in [word for word in places if word in address]:
        yield f"write {places[word]} in place of {word}"


def _health(read: Read) -> dict[str, Any]:
    """Return the health check to propose: that of Spring Boot, if the build uses its actuator."""
    spring = any("actuator" in (read(file) or "") for file in _BUILD_FILES)
    return dict(_SPRING) if spring else {"path": "/health"}
