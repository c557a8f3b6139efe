"""The container engine, through docker's SDK; builds use `docker buildx` (BuildKit) if it is installed."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from shipit.adapters.engine import buildx
from shipit.adapters.engine.builder import Builder, builder_findings, missing_inputs
from shipit.adapters.engine.connection import Address, connect, engine_address, translating_engine_errors
from shipit.adapters.engine.push import push_image
from shipit.adapters.processes.process import describe_failure, run_program
from shipit.adapters.processes.program_output import ProgramOutput
from shipit.adapters.registry import Logins
from shipit.core.images import Build, Reference
from shipit.core.redact import Redactor
from shipit.errors import CommandError, PreflightError
from shipit.finding import Finding
from shipit.world import LocalImage, Transfer

if TYPE_CHECKING:
    from docker import APIClient


class DockerEngine:
    """The engine that docker's command line uses; `shipit.world.Engine` describes the methods.

    The connection is made at first use. If there is no engine, `findings` returns a finding, and every other method
    raises `PreflightError` with it.

    Args:
        root: the directory that build contexts and Dockerfiles are relative to.
        logins: the logins of the registries.
        redact: removes the secrets of shipit from a text.
        transfer: called with the progress of a push.
    """

    def __init__(
        self, root: str, logins: Logins, redact: Redactor, transfer: Transfer = lambda *progress: None
    ) -> None:
        self._root = root
        self._logins = logins
        self._given = redact
        self._transfer = transfer

    def builder(self) -> str:
        return str(self._builder)

    def find(self, reference: str) -> LocalImage | None:
        from docker.errors import ImageNotFound

        with translating_engine_errors():
            try:
                found = self._client.inspect_image(reference)  # type: ignore[no-untyped-call]
            except ImageNotFound:
                return None
            return LocalImage(found["Id"], found["Config"].get("Labels") or {})

    def findings(self, builds: Sequence[Build]) -> tuple[Finding, ...]:
        found = [finding for build in builds for finding in missing_inputs(build, self._root, os.environ)]
        try:
            builder = self._builder  # also without builds: pushing an image needs the engine, too
            found += [finding for build in builds for finding in builder_findings(build, builder)]
        except PreflightError as error:
            found += error.findings
        return tuple(dict.fromkeys(found))

    def build(self, reference: str, build: Build, *, timeout: float) -> None:
        for finding in missing_inputs(build, self._root, os.environ):
            raise CommandError(finding.what, hint=finding.fix)
        redact = self._redactor(build)
        output = ProgramOutput(redact)
        command = buildx.arguments(reference, build) if self._builder.buildx else []
        with self._logins.configuration([Reference.parse(reference).registry]) as configuration:
            if command:
                env = buildx.process_variables(build, os.environ, configuration)
                status = run_program(command, output, cwd=self._root, env=env, timeout=timeout)
            else:
                status = self._classic(reference, build, output, configuration, timeout)
        if status != 0:
            raise CommandError(
                f"the build of `{reference}` {describe_failure(status, timeout)}",
                where=build.dockerfile,
                argv=[redact(word) for word in command],
                status=status,
                tail=output.tail,
                hint=f"fix `{build.dockerfile}`, or the files that it uses, then run the same command again",
            )

    def push(self, reference: str, *, tag: str = "") -> str:
        if self.find(reference) is None:
            raise CommandError(f"there is no image `{reference}` to push", hint="build the image first")
        image = Reference.parse(reference)
        pushed = str(Reference(image.name, tag)) if tag else reference
        if tag:
            with translating_engine_errors():
                self._client.tag(reference, image.name, tag)
        login = self._logins.of(image.registry)
        auth_config = login.auth_config if login else {}
        return push_image(self._client, pushed, auth_config, transfer=self._transfer, redact=self._redact)

    def _classic(
        self, reference: str, build: Build, output: ProgramOutput, configuration: str, timeout: float
    ) -> int | None:
        """Build with the classic builder, over a separate connection, which is closed to stop the build."""
        from shipit.adapters.engine import classic_builder

        with connect(self._address) as client:
            client.reload_config(classic_builder.readable_by_the_sdk(configuration))
            return classic_builder.build_with_classic_builder(
                client, reference, build, output, root=self._root, timeout=timeout
            )

    @cached_property
    def _address(self) -> Address:
        return engine_address()

    @cached_property
    def _client(self) -> APIClient:
        return connect(self._address)

    @cached_property
    def _builder(self) -> Builder:
        """The features of the engine; raises `PreflightError` if there is no engine."""
        with buildx.asking() as answers:
            with translating_engine_errors():
                version, info = self._client.version(), self._client.info()
                number, platform = version["Version"], f"{version['Os']}/{version['Arch']}"
                # buildx recognises containerd's image store by the same entry.
                containerd = ["driver-type", "io.containerd.snapshotter.v1"] in (info.get("DriverStatus") or [])
            plugin, driver = answers()
        return Builder(
            number,
            platform,
            containerd=containerd,
            buildx=plugin,
            driver=driver if plugin else "",
        )

    def _redact(self, text: str) -> str:
        """Return `text` without the secrets of shipit and of the registries."""
        return self._logins.redact(self._given(text))

    def _redactor(self, build: Build) -> Callable[[str], str]:
        """Return a function that also removes the secrets of `build` from a text."""
        mounted = Redactor(line for name in build.secrets.values() for line in _lines(os.environ[name]))
        return lambda text: mounted(self._redact(text))


def _lines(secret: str) -> list[str]:
    """Return the lines of `secret`, because output is redacted line by line."""
    return secret.splitlines()
