from __future__ import annotations

import pytest

from shipit.versionfiles import FORMATS, VersionFileError

SAMPLES = {
    "maven": (
        "<?xml version='1.0' encoding='UTF-8'?>\n<!-- <version>9</version> -->\n<project a='>'>"
        "<parent><version>8</version></parent><version> @\n</version><build/></project>",
        (),
    ),
}  # fmt: skip

MAVEN = FORMATS["maven"]

POM = """\
<?xml version="1.0" encoding="UTF-8"?>
<!-- <version>9.9.9</version> -->
<project xmlns="http://maven.apache.org/POM/4.0.0" xmlns:xsi="a>b">
\t<parent>
\t\t<groupId>org.springframework.boot</groupId>
\t\t<version>3.3.4</version>
\t</parent>
\t<version>@</version> <!-- <version>9.9.9</version> -->
\t<name><![CDATA[<version>9.9.9</version> 한글]]></name>
\t<properties><java.version>17</java.version><version>9.9.9</version></properties>
\t<dependencies><dependency><version>9.9.9</version></dependency></dependencies>
\t<build><plugins><plugin><version>9.9.9</version></plugin></plugins></build>
</project>
"""


def test_only_the_version_of_the_project_changes() -> None:
    assert MAVEN.read(POM.replace("@", "1.2.3-SNAPSHOT")) == "1.2.3-SNAPSHOT"
    assert MAVEN.write(POM.replace("@", "1.2.3-SNAPSHOT"), "1.2.3") == POM.replace("@", "1.2.3")


def test_the_version_in_a_revision_property_is_used() -> None:
    pom = "<project><version>${revision}</version><properties><revision>@</revision></properties></project>"
    assert MAVEN.write(pom.replace("@", "1.2.3"), "2.0.0") == pom.replace("@", "2.0.0")


def test_spaces_and_cdata_around_the_version_do_not_change() -> None:
    pom = "<project><version>\r\n <![CDATA[ @ ]]> </version></project>"
    assert MAVEN.write(pom.replace("@", "1.2.3"), "2.0.0") == pom.replace("@", "2.0.0")


def test_another_element_can_be_named() -> None:
    pom = "<project><version>1.2.3</version><parent><version>1.0.0</version></parent></project>"
    assert MAVEN.read(pom, ["project.parent.version"]) == "1.0.0"


@pytest.mark.parametrize(
    ("pom", "what", "hint"),
    [
        (
            "<project><parent><version>1</version></parent></project>",
            "it inherits the version of its parent",
            "the pom.xml of the parent",
        ),
        (
            "<project><version>${revision}${sha1}${changelist}</version><properties><revision>1</revision></properties></project>",
            "composed of properties",
            'paths = ["project.properties.revision"]',
        ),
        ("<project><version>1.${b}</version></project>", "not a plain version", "version-files"),
        (
            "<project><version>${revision}</version></project>",
            "`project.properties.revision` is not set",
            "set `project.",
        ),
        ("<project><version>1<!-- x --></version></project>", "not a plain version", "version-files"),
        ("<project><version/></project>", "`project.version` is not set", "set `project."),
        ("<project><version>1</version><version>2</version></project>", "set 2 times", "keep one"),
        ("<project><version>1</project>", "this is not valid XML", "fix it"),
    ],
)
def test_a_pom_without_one_plain_version_is_refused(pom: str, what: str, hint: str) -> None:
    with pytest.raises(VersionFileError) as caught:
        MAVEN.read(pom)
    assert what in caught.value.what
    assert hint in (caught.value.hint or "")


def test_the_named_property_of_a_composed_version_is_written() -> None:
    pom = "<project><version>${revision}${changelist}</version><properties><revision>1.2.0</revision></properties></project>"
    with pytest.raises(VersionFileError) as caught:
        MAVEN.read(pom)
    assert caught.value.computed
    written = MAVEN.write(pom, "1.3.0", ["project.properties.revision"])
    assert written == pom.replace("1.2.0", "1.3.0")


def use(artifact: str, version: str = "1.2.3") -> str:
    group, _, name = artifact.partition(":")
    return f"<groupId>{group}</groupId><artifactId>{name}</artifactId><version>{version}</version>"


@pytest.mark.parametrize(
    "around",
    [
        "<dependencies><dependency>@</dependency></dependencies>",
        "<dependencyManagement><dependencies><dependency>@</dependency></dependencies></dependencyManagement>",
        "<build><plugins><plugin>@</plugin></plugins></build>",
        "<build><pluginManagement><plugins><plugin>@</plugin></plugins></pluginManagement></build>",
        "<build><plugins><plugin><dependencies><dependency>@</dependency></dependencies></plugin></plugins></build>",
        "<build><extensions><extension>@</extension></extensions></build>",
        "<profiles><profile><dependencies><dependency>@</dependency></dependencies></profile></profiles>",
        "<parent>@</parent>",
    ],
)
def test_an_artifact_is_written_wherever_the_pom_uses_it(around: str) -> None:
    pom = f"\ufeff<project>한글<groupId>g</groupId>\r\n{around}<version>1.2.3</version></project>"
    old, new = (pom.replace("@", use("g:a", version)) for version in ("1.2.3", "2.0.0"))
    assert MAVEN.read(old, ["g:a"]) == "1.2.3"
    assert MAVEN.write(old, "2.0.0", ["g:a"]) == new


@pytest.mark.parametrize(
    "other",
    [
        use("g:b"),
        use("h:a"),
        use("g:a", "${project.version}"),
        use("g:a").replace("<version>1.2.3</version>", ""),
        f"<configuration><oldVersion><dependency>{use('g:a')}</dependency></oldVersion></configuration>",
        f"<exclusions><exclusion>{use('g:a')}</exclusion></exclusions>",
    ],
)
def test_other_versions_than_that_of_the_artifact_stay(other: str) -> None:
    pom = "<project><dependencies><dependency>{}</dependency><dependency>{}</dependency></dependencies></project>"
    assert MAVEN.write(pom.format(other, use("g:a")), "2.0.0", ["g:a"]) == pom.format(other, use("g:a", "2.0.0"))
    with pytest.raises(VersionFileError, match="`g:a` is no dependency"):
        MAVEN.read(pom.format(other, other), ["g:a"])


@pytest.mark.parametrize("group", ["${project.groupId}", "${pom.groupId}", "${project.parent.groupId}"])
def test_the_group_of_an_artifact_may_be_that_of_the_pom_or_of_its_parent(group: str) -> None:
    pom = f"<project><parent><groupId>g</groupId></parent><dependencies><dependency>{use(f'{group}:a', '@')}</dependency></dependencies></project>"
    assert MAVEN.write(pom.replace("@", "1.2.3"), "2.0.0", ["g:a"]) == pom.replace("@", "2.0.0")


def test_the_version_of_the_pom_and_of_an_artifact_are_written_together() -> None:
    pom = f"<project><version>@</version><dependencies><dependency>{use('g:a', '@')}</dependency></dependencies></project>"
    assert MAVEN.write(pom.replace("@", "1.2.3"), "2.0.0", ["g:a", "project.version"]) == pom.replace("@", "2.0.0")
