"""The container engine, through its SDK; BuildKit through `docker buildx` where that is there."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from shipit.adapters.engine import buildx, classic_builder
from shipit.adapters.engine import push as engine_push
from shipit.adapters.engine.builder import Builder, builder_findings, missing_inputs
from shipit.adapters.engine.connection import Address, connect, engine_address, translating_engine_errors
from shipit.adapters.process import describe_failure, run_program
from shipit.adapters.program_output import ProgramOutput
from shipit.adapters.registry import Logins
from shipit.core.images import Build, Reference
from shipit.core.redact import Redactor
from shipit.errors import CommandError, PreflightError
from shipit.finding import Finding
from shipit.world import LocalImage, Transfer

if TYPE_CHECKING:
    from docker import APIClient

_SHORTEST = 4


class DockerEngine:
    """The engine that docker's command line would use, connected to when first needed.

    Where there is none, `findings` tells it, and everything else raises `PreflightError` with that finding.

    Args:
        root: the directory that build contexts and Dockerfiles are relative to.
        transfer: told how far a push is.
    """

    def __init__(self, root: str, logins: Logins, redact: Redactor, transfer: Transfer = lambda *told: None) -> None:
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
            builder = self._builder  # whether it is there is told where there is nothing to build, too
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
                hint=f"mend `{build.dockerfile}`, or what it needs, and run shipit again",
            )

    def push(self, reference: str) -> str:
        if self.find(reference) is None:
            raise CommandError(f"there is no image `{reference}` to push", hint="build it first")
        login = self._logins.of(Reference.parse(reference).registry)
        sent = login.auth_config if login else {}
        return engine_push.push(self._client, reference, sent, transfer=self._transfer, redact=self._redact)

    def _classic(
        self, reference: str, build: Build, output: ProgramOutput, configuration: str, timeout: float
    ) -> int | None:
        """A build by the engine's own builder, over a connection that can be cut."""
        with connect(self._address) as client:
            client.reload_config(classic_builder.readable_by_the_sdk(configuration))
            return classic_builder.run(client, reference, build, output, root=self._root, timeout=timeout)

    @cached_property
    def _address(self) -> Address:
        return engine_address()

    @cached_property
    def _client(self) -> APIClient:
        return connect(self._address)

    @cached_property
    def _builder(self) -> Builder:
        """Asked once; raises `PreflightError` where there is no engine."""
        with translating_engine_errors():
            version, info = self._client.version(), self._client.info()
        plugin = buildx.version()
        return Builder(
            version["Version"],
            f"{version['Os']}/{version['Arch']}",
            # By this sign buildx itself knows that store.
            containerd=["driver-type", "io.containerd.snapshotter.v1"] in (info.get("DriverStatus") or []),
            buildx=plugin,
            driver=buildx.driver() if plugin else "",
        )

    def _redact(self, text: str) -> str:
        """`text` without the secrets of shipit and of registries."""
        return self._logins.redact(self._given(text))

    def _redactor(self, build: Build) -> Callable[[str], str]:
        """What takes the secrets that `build` mounts out of text, too."""
        mounted = Redactor(line for name in build.secrets.values() for line in _lines(os.environ[name]))
        return lambda text: mounted(self._redact(text))


def _lines(secret: str) -> list[str]:
    """What is told of `secret` is told line by line; a short line is no secret, but `{` or the like."""
    return [line for line in secret.splitlines() if len(line) >= _SHORTEST]
