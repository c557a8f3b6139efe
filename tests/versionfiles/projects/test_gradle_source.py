"""The file that a computed version of a Gradle build script comes from."""

from __future__ import annotations

import pytest

from shipit.versionfiles.projects.gradle_source import GradleSource, version_source

PROPERTY = GradleSource("gradle.properties", "properties", "appVersion")
FILES = {
    "gradle.properties": "# the version\nappVersion=1.2.3\nempty=\n",
    "gradle/libs.versions.toml": '[versions]\nmy-app = "1.2.3"\nother = { strictly = "1.0" }\n',
    "buildSrc/src/main/kotlin/Versions.kt": 'object Versions {\n    const val app = "1.2.3"\n}\n',
    "buildSrc/src/main/groovy/acme/Project.groovy": 'class Project {\n    static final String VERSION = "1.2.3"\n}\n',
}


def source(script: str, path: str = "build.gradle", **more: str) -> GradleSource | None:
    files = FILES | more | {path: script}
    return version_source(path, script, files.get, lambda: sorted(files))


@pytest.mark.parametrize(
    "expression",
    [
        "providers.gradleProperty('appVersion')",
        "providers.gradleProperty('appVersion').get()",
        "project.property('appVersion')",
        "property('appVersion').toString()",
        "findProperty('appVersion')",
        "rootProject.findProperty('appVersion') as String",
        "project.properties['appVersion']",
        "project.properties.appVersion",
        "appVersion",
        '"$appVersion"',
        '"${appVersion}"',
        "\"${project.property('appVersion')}\"",
    ],
)
def test_a_property_leads_to_gradle_properties(expression: str) -> None:
    assert source(f"plugins {{ id 'java' }}\nversion = {expression}\n") == PROPERTY


@pytest.mark.parametrize(
    "script",
    [
        'version = providers.gradleProperty("appVersion").get()',
        'version = property("appVersion") as String',
        'version = project.findProperty("appVersion")!!',
        "val appVersion: String by project\nversion = appVersion",
        'val number = property("appVersion") as String\nallprojects {\n    version = number\n}',
    ],
)
def test_a_property_in_kotlin_leads_to_gradle_properties(script: str) -> None:
    assert source(script, "build.gradle.kts") == PROPERTY


@pytest.mark.parametrize(
    ("path", "script", "found"),
    [
        (
            "build.gradle",
            "ext.appVersion = '1.2.3'\nversion = rootProject.ext.appVersion",
            ("gradle", "ext.appVersion"),
        ),
        ("build.gradle", "ext {\n    number = '1.2.3'\n}\nversion = number", ("gradle", "ext.number")),
        ("build.gradle", "def number = '1.2.3'\nversion = \"$number\"", ("gradle", "def number")),
        ("build.gradle.kts", 'val number = "1.2.3"\nversion = number', ("gradle-kotlin", "val number")),
        (
            "build.gradle.kts",
            'val number by extra("1.2.3")\nversion = number',
            ("gradle-kotlin", "val number by extra"),
        ),
        ("gradle/libs.versions.toml", "version = libs.versions.my.app.get()", ("toml", "versions.my-app")),
        (
            "buildSrc/src/main/kotlin/Versions.kt",
            "version = Versions.app",
            ("gradle-kotlin", "objectVersions.const val app"),
        ),
        (
            "buildSrc/src/main/groovy/acme/Project.groovy",
            "version = Project.VERSION",
            ("gradle", "classProject.static final String VERSION"),
        ),
    ],
)
def test_a_variable_a_catalog_and_a_constant_lead_to_their_place(
    path: str, script: str, found: tuple[str, str]
) -> None:
    assert source(script, path if path.startswith("build.") else "build.gradle") == GradleSource(path, *found)


@pytest.mark.parametrize(
    "expression",
    [
        "findProperty('appVersion') ?: '1.0'",
        "providers.gradleProperty('appVersion').getOrElse('1.0')",
        '"${appVersion}-SNAPSHOT"',
        '"$appVersion.$build"',
        "scmVersion.version",
        "gitVersion()",
        "System.getenv('VERSION')",
        "findProperty('missing')",
        "findProperty('empty')",
        "libs.versions.other.get()",
        "libs.versions.missing.get()",
        "Versions.missing",
        "Versions.current()",
        "'1.2.3'",
        "version",
    ],
)
def test_anything_else_than_a_plain_reference_leads_nowhere(expression: str) -> None:
    assert source(f"version = {expression}\n") is None


def test_a_package_uses_its_own_files_before_those_of_the_root() -> None:
    script, root = "version = appVersion", {"build.gradle": "ext.rootVersion = '1.2.3'"}
    assert source(script, "api/build.gradle") == PROPERTY
    own = source(script, "api/build.gradle", **{"api/gradle.properties": "appVersion=2.0.0"})
    assert own == GradleSource("api/gradle.properties", "properties", "appVersion")
    assert source("version = rootProject.ext.rootVersion", "api/build.gradle", **root) == GradleSource(
        "build.gradle", "gradle", "ext.rootVersion"
    )


def test_a_catalog_that_cannot_be_read_is_no_error() -> None:
    assert source("version = libs.versions.my.app.get()", **{"gradle/libs.versions.toml": "[versions"}) is None


@pytest.mark.parametrize(
    "script", ["version = '1", "", "version = a\nversion = b", "def a = b\ndef b = a\nversion = a"]
)
def test_a_script_that_cannot_be_followed_is_no_error(script: str) -> None:
    assert source(script) is None
