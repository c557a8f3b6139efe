"""The poms that repeat the version of a Maven project, checked by Maven itself."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from shipit.versionfiles import FORMATS
from shipit.versionfiles.projects.maven_modules import module_versions

pytestmark = pytest.mark.slow

MAVEN = FORMATS["maven"]
PARENT = ("project.parent.version",)


def pom(artifact: str, *, parent: str = "", version: str = "", modules: tuple[str, ...] = (), rest: str = "") -> str:
    """Return a pom of the group `g`; `parent` is the artifact and the version of its parent, as in `root:1.2.3`."""
    above, _, of = parent.partition(":")
    parts = [
        "<modelVersion>4.0.0</modelVersion>",
        f"<parent><groupId>g</groupId><artifactId>{above}</artifactId><version>{of}</version></parent>" * bool(parent),
        "<groupId>g</groupId>" * (not parent),
        f"<artifactId>{artifact}</artifactId>",
        f"<version>{version}</version>" * bool(version),
        "<packaging>pom</packaging>",
        f"<modules>{''.join(f'<module>{name}</module>' for name in modules)}</modules>",
        rest,
    ]
    return f"<project>{''.join(parts)}</project>"


def found(poms: dict[str, str]) -> dict[str, tuple[str, ...]]:
    return dict(module_versions("pom.xml", poms.get))


def test_modules_of_modules_repeat_the_version_of_the_root() -> None:
    poms = {
        "pom.xml": pom("root", version="1.2.3", modules=("api", "web/app.xml")),
        "api/pom.xml": pom("api", parent="root:1.2.3", modules=("../core", "model/")),
        "api/model/pom.xml": pom("model", parent="api:1.2.3"),
        "core/pom.xml": pom("core", parent="root:1.2.3"),
        "web/app.xml": pom("web", parent="root:1.2.3"),
        "other/pom.xml": pom("other", parent="root:1.2.3"),
    }
    assert found(poms) == dict.fromkeys(["api/pom.xml", "core/pom.xml", "api/model/pom.xml", "web/app.xml"], PARENT)


def test_a_module_that_repeats_the_version_as_its_own_is_updated_in_both_places() -> None:
    poms = {
        "pom.xml": pom("root", version="1.2.3", modules=("api",)),
        "api/pom.xml": pom("api", parent="root:1.2.3", version="1.2.3"),
    }
    assert found(poms) == {"api/pom.xml": (*PARENT, "project.version")}


def test_a_module_with_another_version_and_its_modules_do_not_change() -> None:
    poms = {
        "pom.xml": pom("root", version="1.2.3", modules=("api",)),
        "api/pom.xml": pom("api", parent="root:1.2.3", version="7.0.0", modules=("model",)),
        "api/model/pom.xml": pom("model", parent="api:7.0.0"),
    }
    assert found(poms) == {"api/pom.xml": PARENT}


@pytest.mark.parametrize(
    "module",
    [
        pom("api", parent="spring-boot-starter-parent:1.2.3"),
        pom("api", parent="root:1.0.0"),
        pom("api", parent="root:${revision}"),
        pom("api", version="1.2.3"),
        pom("api", parent="root:1.2.3").replace("<groupId>g", "<groupId>other"),
        "<project><parent>",
        "",
    ],
)
def test_a_module_with_another_parent_does_not_change(module: str) -> None:
    assert found({"pom.xml": pom("root", version="1.2.3", modules=("api", "gone")), "api/pom.xml": module}) == {}


def test_the_modules_of_a_profile_are_updated() -> None:
    profile = "<profiles><profile><modules><module>api</module></modules></profile></profiles>"
    poms = {"pom.xml": pom("root", version="1.2.3", rest=profile), "api/pom.xml": pom("api", parent="root:1.2.3")}
    assert found(poms) == {"api/pom.xml": PARENT}


def test_the_group_of_the_root_may_come_from_its_own_parent() -> None:
    poms = {
        "pom.xml": pom("root", parent="boot:3.3.4", version="1.2.3", modules=("api",)),
        "api/pom.xml": pom("api", parent="root:1.2.3"),
    }
    assert found(poms) == {"api/pom.xml": PARENT}


@pytest.mark.parametrize("root", [pom("root", version="${revision}", modules=("api",)), pom("root"), "", "<project"])
def test_without_a_plain_version_in_the_root_pom_no_module_changes(root: str) -> None:
    assert found({"pom.xml": root, "api/pom.xml": pom("api", parent="root:${revision}")}) == {}


def test_poms_that_list_each_other_as_modules_do_not_loop() -> None:
    poms = {
        "pom.xml": pom("root", version="1.2.3", modules=("api", ".")),
        "api/pom.xml": pom("api", parent="root:1.2.3", modules=("..", ".")),
    }
    assert found(poms) == {"api/pom.xml": PARENT}


def test_maven_resolves_the_modules_after_the_release(maven_program: str, tmp_path: Path) -> None:
    def valid() -> bool:
        argv = [maven_program, "-o", "-q", f"-Dmaven.repo.local={tmp_path / 'repository'}", "validate"]
        return subprocess.run(argv, cwd=tmp_path, capture_output=True, timeout=120).returncode == 0

    poms = {
        "pom.xml": pom("root", version="0.0.1-SNAPSHOT", modules=("api",)),
        "api/pom.xml": pom("api", parent="root:0.0.1-SNAPSHOT", modules=("model",)),
        "api/model/pom.xml": pom("model", parent="api:0.0.1-SNAPSHOT", version="0.0.1-SNAPSHOT"),
    }
    (tmp_path / "api" / "model").mkdir(parents=True)
    for path, text in poms.items():
        (tmp_path / path).write_text(text)
    (tmp_path / "pom.xml").write_text(MAVEN.write(poms["pom.xml"], "0.1.0"))
    assert not valid(), "Maven does not mind modules that fell behind"

    for path, places in module_versions("pom.xml", poms.get):
        (tmp_path / path).write_text(MAVEN.write(poms[path], "0.1.0", places))
    assert valid()
