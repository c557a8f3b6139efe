"""The warning about a module path in `go.mod` that Go refuses for the version of the release."""

from __future__ import annotations

import pytest
from plan.asking import config_of
from plan.clones import clone_of, doctor, plan
from repositories import Repository

from shipit.core.versions import Tag, Version
from shipit.finding import Finding
from shipit.plan.release.go_module import go_module_finding, module_path
from shipit.plan.version import packages

PACKAGE = '[packages.server]\npath = "server"\n'


def found(module: str, last: str | None, version: str, toml: str = "") -> Finding | None:
    (package,) = packages(config_of(toml))
    before = Tag(f"v{last}", Version.parse(last), "c0ffee") if last else None
    return go_module_finding(package, module, Version.parse(version), before)


@pytest.mark.parametrize(
    ("module", "last", "version", "needed"),
    [
        ("example.com/env/v11", "11.4.1", "12.0.0", "example.com/env/v12"),
        ("example.com/env", "1.4.1", "2.0.0-rc.1", "example.com/env/v2"),
        ("example.com/env", None, "2.0.0", "example.com/env/v2"),
        ("example.com/env/v3", "2.0.0", "2.0.1", "example.com/env/v2"),
        ("example.com/env/v2", None, "0.1.0", "example.com/env"),
        ("gopkg.in/yaml.v3", "3.0.0", "4.0.0", "gopkg.in/yaml.v4"),
    ],
)
def test_a_version_that_go_refuses_for_the_module_is_a_warning_with_the_line_to_write(
    module: str, last: str | None, version: str, needed: str
) -> None:
    finding = found(module, last, version)
    assert finding is not None and finding.severity == "warning"
    assert f"`go.mod` has the module path `{module}`" in finding.what and f"`module {needed}`" in finding.fix
    assert found(needed, last, version) is None


@pytest.mark.parametrize(
    ("module", "last", "version"),
    [
        ("example.com/env/v11", "11.4.1", "11.5.0"),
        ("example.com/env", None, "0.1.0"),
        ("example.com/env", "0.4.1", "1.0.0"),
        ("example.com/program", "2.4.1", "2.5.0"),  # its releases leave the major version out
        ("gopkg.in/yaml.v3", "3.0.0", "3.0.1"),
    ],
)
def test_a_version_that_fits_the_module_is_no_warning(module: str, last: str | None, version: str) -> None:
    assert found(module, last, version) is None


@pytest.mark.parametrize(("tag", "warned"), [("server/v{version}", True), ("server-v{version}", False)])
def test_only_a_tag_that_go_reads_is_a_warning(tag: str, warned: bool) -> None:
    finding = found("example.com/server", "1.0.0", "2.0.0", f'{PACKAGE}tag = "{tag}"\n')
    assert (finding is not None) == warned
    assert finding is None or "`server/go.mod`" in finding.fix


@pytest.mark.parametrize("text", ["", "go 1.22\n", "module (\n", "// module a\n"])
def test_a_file_that_names_no_module_is_not_looked_at(text: str) -> None:
    assert module_path(text) is None


def test_plan_and_doctor_show_the_warning(repo: Repository) -> None:
    repo.commit("feat: begin", files={"go.mod": "module example.com/env\n\ngo 1.22\n"})
    repo.tag("v1.0.0")
    repo.commit("feat!: a")
    clone = clone_of(repo)
    finding = doctor(clone)["go-module"]
    assert finding in plan(clone).findings and "`example.com/env/v2`" in finding.what
