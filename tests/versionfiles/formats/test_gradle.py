"""The version of a Gradle build script. `⟦…⟧` marks the characters that the format must find."""

from __future__ import annotations

import pytest

from shipit.versionfiles import FORMATS, VersionFileError
from shipit.versionfiles.base import VersionFile

SAMPLES = {
    "gradle": ("plugins { id 'a' version '9.9.9' }\nversion = '@' // '8.8.8'\nopenapi3 { version = '1.0' }", ()),
    "gradle-kotlin": ('plugins { id("a") version "9.9.9" }\r\nallprojects { version = "@" }\r\n', ()),
}  # fmt: skip

GROOVY, KOTLIN = FORMATS["gradle"], FORMATS["gradle-kotlin"]

SPRING_BOOT = """\
// version = '9.9.9'
buildscript {
    ext { version = '9.9.9' }
}

plugins {
    id 'java'
    id 'org.springframework.boot' version '3.3.4'
    id 'io.spring.dependency-management' version '1.1.6'
    id "com.epages.restdocs-api-spec" version "0.19.2"
}

group = 'com.example'
version = '⟦0.0.1-SNAPSHOT⟧' // released by hand before: version = '0.0.0'
sourceCompatibility = '17'

/*
 * version = '9.9.9'
 */
java { toolchain { languageVersion = JavaLanguageVersion.of(21) } }

ext {
    set('springCloudVersion', "2023.0.3")
    version = '9.9.9'
}

dependencies {
    implementation 'org.springframework.boot:spring-boot-starter-web'
    implementation group: 'org.x', name: 'y', version: '9.9.9'
    implementation("com.google.guava:guava:33.3.0-jre") {
        version { strictly '33.3.0-jre' }
    }
    testImplementation "com.epages:restdocs-api-spec-mockmvc:${restdocsVersion}"
}

def note = \"""
version = '9.9.9'
${ [version: '9.9.9'].collect { k, v -> "$k = '${v}'" }.join('}') }
\"""
def pattern = ~/version = '(\\d+)'/
def half = total / 2 // not a string'

openapi3 {
    server = "http://localhost:8080"
    title = 'API'
    version = '1.0'
}

tasks.named('bootJar') {
    archiveVersion = '9.9.9'
}
"""

SPRING_BOOT_KTS = """\
@file:Suppress("version = 9.9.9")
/* comments /* nest */ version = "9.9.9" */
plugins {
    java
    id("org.springframework.boot") version "3.3.4"
    kotlin("jvm") version "2.0.20"
    `java-test-fixtures`
}

val version2: String by project
val note = \"""C:\\version = "9.9.9" ${"$"}{ ${ listOf("}").map { "version = \\"9.9.9\\"" } } \\\"""
val quote = '"'

group = "com.example"
version = "⟦0.0.1-SNAPSHOT⟧"

dependencies {
    implementation(group = "a", name = "b",
        version = "9.9.9")
    implementation("org.springframework.boot:spring-boot-starter")
}

openapi3 {
    setServer("http://localhost:8080")
    version = "1.0"
}

tasks.named<Jar>("bootJar") { archiveVersion.set("9.9.9") }
"""


def find(marked: str) -> tuple[str, str]:
    """Return the text without the marks, and the version between them."""
    return marked.replace("⟦", "").replace("⟧", ""), marked.partition("⟦")[2].partition("⟧")[0]


def assert_found(file: VersionFile, marked: str, paths: tuple[str, ...] = ()) -> None:
    text, version = find(marked)
    assert file.read(text, paths) == version
    before, after = marked.partition("⟦")[0], marked.partition("⟧")[2]
    assert file.write(text, "7.0.0", paths) == f"{before}7.0.0{after}"


def test_in_a_spring_boot_script_only_the_version_of_the_project_changes() -> None:
    assert_found(GROOVY, SPRING_BOOT)


def test_in_a_kotlin_script_only_the_version_of_the_project_changes() -> None:
    assert_found(KOTLIN, SPRING_BOOT_KTS)


@pytest.mark.parametrize(
    "marked",
    [
        "version = '⟦1.2.3⟧'",
        "version='⟦1.2.3⟧'",
        "version '⟦1.2.3⟧'",
        'version "⟦1.2.3⟧"',
        'version = "⟦1.2.3⟧"',
        "version('⟦1.2.3⟧')",
        "version(\n  '⟦1.2.3⟧'\n)\n",
        "setVersion('⟦1.2.3⟧')",
        "project.version = '⟦1.2.3⟧'",
        "project.setVersion('⟦1.2.3⟧')",
        "rootProject.version = '⟦1.2.3⟧'",
        "this.version = '⟦1.2.3⟧'",
        "version = '''⟦1.2.3⟧'''",
        "version = '⟦1.2.3⟧';group = 'x'",
        "group = 'x'; version = '⟦1.2.3⟧'",
        "version =\n  '⟦1.2.3⟧'\n",
        "version = '⟦1.2.3⟧' /* . */ // .\n",
        "version = 'v⟦1.2.3⟧'",
        "allprojects { version = '⟦1.2.3⟧' }",
        "subprojects {\n  version '⟦1.2.3⟧'\n}",
        "subprojects { p -> version = '⟦1.2.3⟧' }",
        "subprojects { project -> project.version = '⟦1.2.3⟧' }",
        "\ufeffversion = '⟦1.2.3⟧'",
        "configure(subprojects) { version = '⟦1.2.3⟧' }",
        "id ';' version '9.9.9'\nversion = '⟦1.2.3⟧'",
        'println "${/"/.size()}"\nversion = \'⟦1.2.3⟧\'',
        "configure(allprojects) { version = '⟦1.2.3⟧' }",
        "allprojects { it.version = '⟦1.2.3⟧' }",
        "#!/usr/bin/env gradle '\nversion = '⟦1.2.3⟧'",
        "def a = [1, 2].sum() / 2 / 3\nversion = '⟦1.2.3⟧'",
        "def a = b[0] / 'x'.length()\nversion = '⟦1.2.3⟧' // a/b",
        "def a = x =~ /'\\/version = '9.9.9'/\nversion = '⟦1.2.3⟧'",
        "return /'/\nversion = '⟦1.2.3⟧'",
        "def a = $/ ' $/$ \" $$ /$\nversion = '⟦1.2.3⟧'",
        "def a = \"\\\"version = '9.9.9'\"\nversion = '⟦1.2.3⟧'",
        "def a = '{'\nversion = '⟦1.2.3⟧'\nfoo('}')",
        "if (ci) { version = '9.9.9' }\nversion = '⟦1.2.3⟧'",
        "version = '⟦1.2.3⟧'\nversion += suffix",
        "assert version == '9.9.9'\nversion =~ /x/\nversion = '⟦1.2.3⟧'",
        "// 버전\nversion = '⟦1.2.3⟧' // '릴리스'",
    ],
)
def test_the_version_of_a_groovy_script_is_found(marked: str) -> None:
    assert_found(GROOVY, marked)


@pytest.mark.parametrize(
    "marked",
    [
        'version = "⟦1.2.3⟧"',
        'setVersion("⟦1.2.3⟧")',
        'project.version = "⟦1.2.3⟧"',
        'allprojects {\n    version = "⟦1.2.3⟧"\n}',
        "val quote = '\"'; val a = '\\''\nversion = \"⟦1.2.3⟧\"",
        'val raw = """\\"""\nversion = "⟦1.2.3⟧"',
        'val raw = """a""""\nversion = "⟦1.2.3⟧"',
        'val half = a / b; version = "⟦1.2.3⟧" // c/d',
        'val `version = "9.9.9"` = 1\nversion = "⟦1.2.3⟧"',
        "list.map { it -> \"${it.let { \"}\" }}\" }\nversion = \"⟦1.2.3⟧\"",
    ],
)  # fmt: skip
def test_the_version_of_a_kotlin_script_is_found(marked: str) -> None:
    assert_found(KOTLIN, marked)


@pytest.mark.parametrize(
    ("path", "marked"),
    [
        ("openapi3.version", "version = '9.9.9'\nopenapi3 {\n  version = '⟦1.0⟧'\n}"),
        ("openapi3.version", "version = '9.9.9'\nopenapi3.version = '⟦1.0⟧'"),
        ("openapi3.version", "openapi3 { setVersion('⟦1.0⟧') }"),
        ("openapi3.version", "openapi3 { version.set('⟦1.0⟧') }"),
        ("ext.version", "ext { version = '⟦1.2.3⟧' }"),
        ("ext.version", "project.ext.version = '⟦1.2.3⟧'"),
        ("else.version", "if (ci) { version = '9.9.9' } else { version = '⟦1.2.3⟧' }"),
        ("def appVersion", "def appVersion = '⟦1.2.3⟧'\nversion = appVersion"),
        ("project(:api).version", "project(':api') { version = '⟦1.2.3⟧' }"),
        ("tasks.named(bootJar).archiveVersion", "tasks.named('bootJar') { archiveVersion = '⟦1.2.3⟧' }"),
        ("publishing.publications.maven.version", "publishing { publications { maven { version = '⟦1.2.3⟧' } } }"),
        ("subprojects.version", "version = '9.9.9'\nsubprojects { version = '⟦1.2.3⟧' }"),
        ("version", "version = '⟦1.2.3⟧'\nsubprojects { version = '9.9.9' }"),
    ],
)
def test_any_place_can_be_named_by_its_blocks(path: str, marked: str) -> None:
    assert_found(GROOVY, marked, (path,))


def test_several_named_places_are_written_together_and_the_first_is_read() -> None:
    text = "version = '1.2.3'\nopenapi3 { version = '1.0' }"
    paths = ["version", "openapi3.version"]
    assert GROOVY.read(text, paths) == "1.2.3"
    assert GROOVY.write(text, "2.0.0", paths) == "version = '2.0.0'\nopenapi3 { version = '2.0.0' }"


def test_a_place_named_twice_is_written_once() -> None:
    assert GROOVY.write("version = '1.2.3'", "10.20.30", ["version", "version"]) == "version = '10.20.30'"


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("rootProject.findProperty('appVersion')", 'path = "gradle.properties", paths = ["appVersion"]'),
        ('providers.gradleProperty("appVersion").get()', 'path = "gradle.properties", paths = ["appVersion"]'),
        ("project.properties['appVersion']", 'path = "gradle.properties", paths = ["appVersion"]'),
        ('"${appVersion}"', 'path = "gradle.properties", paths = ["appVersion"]'),
        ('"$appVersion"', 'path = "gradle.properties", paths = ["appVersion"]'),
        ("appVersion", 'path = "gradle.properties", paths = ["appVersion"]'),
        ("major", 'paths = ["def major"]'),
        ('"${major}"', 'paths = ["def major"]'),
        ('"${major}.0"', "write it as a plain string"),  # written there, `.0` would follow the version
        ("'1.2.3' + suffix", "plain string"),
        ("'1.2.3'.trim()", "plain string"),
        ("'1.2.3'\n    .trim()", "plain string"),
        ("'1.2.3'\n    ?.trim()", "plain string"),
        ("System.getProperty('version')", "plain string"),
        ("'1.2.3' as Object", "plain string"),
        ("('1.2.3')", "plain string"),
        ("System.getenv('VERSION') ?: '1.2.3'", "plain string"),
        ("file('VERSION').text", "plain string"),
        ("1.2", "plain string"),
    ],
)
def test_a_computed_version_is_refused_with_the_variable_or_file_it_comes_from(value: str, hint: str) -> None:
    with pytest.raises(VersionFileError, match="`version` is computed here") as caught:
        GROOVY.write(f"def major = '7'\nversion = {value}\n", "2.0.0")
    assert caught.value.where == "line 2"
    assert hint in (caught.value.hint or "")


def test_the_hint_for_a_computed_version_does_not_name_an_unrelated_version() -> None:
    with pytest.raises(VersionFileError) as caught:
        GROOVY.read("openapi3 { version = '1.0' }\nversion = catalog.version")
    assert "openapi3" not in (caught.value.hint or "")


@pytest.mark.parametrize(
    "text",
    [
        "plugins { id 'x' version '1.2.3' }",
        "plugins {\n  id 'x'\n  version '1.2.3'\n}",
        "def version = '1.2.3'",
        "String version = '1.2.3'",
        "def fooVersion = '1.2.3'",
        "fooVersion = '1.2.3'",
        "openapi3 { version = '1.2.3' }",
        "ext { version = '1.2.3' }",
        "ext.version = '1.2.3'",
        "buildscript { allprojects { version = '1.2.3' } }",
        "dependencies { implementation group: 'a', name: 'b', version: '1.2.3' }",
        "foo(version: '1.2.3')",
        "foo(\n  version = '1.2.3'\n)",
        "def m = [\n  version: '1.2.3'\n]",
        "version == '1.2.3'",
        "// version = '1.2.3'",
        "/* \n version = '1.2.3'\n */",
        "def a = '''\nversion = '1.2.3'\n'''",
        'def a = """\nversion = \'1.2.3\'\n"""',
        "def a = \"${ version = '1.2.3' }\"",
        "println version",
        "",
    ],
)
def test_another_version_is_not_taken_for_the_version_of_the_project(text: str) -> None:
    with pytest.raises(VersionFileError, match="sets no `version` of the project"):
        GROOVY.read(text)


def test_the_error_lists_the_places_that_could_be_named() -> None:
    with pytest.raises(VersionFileError) as caught:
        GROOVY.read("openapi3 { version = '1.0' }")
    assert "`openapi3.version`" in (caught.value.hint or "")


@pytest.mark.parametrize(
    "text",
    [
        "version = '1.2.3'\nversion = '1.2.3'",
        "version = '1.2.3'\n\nallprojects { version = '1.2.4' }",
        "version = '1.2.3'\nversion = version + '-x'",
        "version = '1.2.3'\nsubprojects { version = rootProject.version + '-x' }",
        "version = '1.2.3'\nsubprojects {  version = rootProject.version\n    .toUpperCase() }",
    ],
)
def test_a_version_set_twice_is_refused_with_both_lines(text: str) -> None:
    with pytest.raises(VersionFileError, match=r"is set 2 times \(lines 1, [23]\)"):
        GROOVY.read(text)


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("version = '1.2.3'\nsubprojects { version = '1.2.4' }", ["version", "subprojects.version"]),
        ("version = '1.2.3'\nsubprojects { version = rootProject.version + '-x' }", ["version"]),
        ("version = findProperty('v')\nallprojects { version = '1.2.3' }", ["allprojects.version"]),
    ],
)
def test_the_places_that_the_error_for_several_names_can_be_written(text: str, paths: list[str]) -> None:
    with pytest.raises(VersionFileError) as caught:
        GROOVY.read(text)
    assert f"paths = {paths}".replace("'", '"') in (caught.value.hint or "")
    assert GROOVY.read(GROOVY.write(text, "2.0.0", paths), paths) == "2.0.0"


@pytest.mark.parametrize(
    "text", ["version = '1.2.3'\nversion = '1.2.3'", "version = '1.2.3'\nversion += '-x'; version = x"]
)
def test_a_place_set_twice_is_not_suggested_as_a_name(text: str) -> None:
    with pytest.raises(VersionFileError) as caught:
        GROOVY.read(text)
    assert caught.value.hint == "keep one of them"


@pytest.mark.parametrize(
    "block",
    [
        "subprojects {\n    version = rootProject.version\n}",
        "subprojects { version = parent.version }",
        "subprojects { version rootProject.version }",
        'subprojects { version = "${rootProject.version}" }',
        "subprojects { setVersion(rootProject.getVersion()); group = 'x' }",
        "allprojects { version = project.version } // as above",
        "configure(subprojects) { version = rootProject.version.toString() }",
    ],
)
def test_a_block_that_inherits_the_version_is_ignored(block: str) -> None:
    assert_found(GROOVY, "version = '⟦1.2.3⟧'\n" + block)


def test_a_kotlin_block_that_inherits_the_version_is_ignored() -> None:
    assert_found(KOTLIN, 'version = "⟦1.2.3⟧"\nsubprojects { version = parent!!.version }')


def test_a_block_that_repeats_the_version_is_updated_as_well() -> None:
    text = "version = '@'\nsubprojects { version = '@' }\nallprojects { version '@' }"
    assert GROOVY.write(text.replace("@", "1.2.3"), "2.0.0") == text.replace("@", "2.0.0")


def test_a_reference_without_a_version_to_refer_to_is_refused() -> None:
    with pytest.raises(VersionFileError, match=r"`subprojects\.version` is computed here"):
        GROOVY.read("subprojects { version = rootProject.version }")


def test_the_error_shows_only_the_value() -> None:
    with pytest.raises(VersionFileError, match=r"`file\('V'\)\.text`$"):
        GROOVY.read("allprojects { version = file('V').text } // why")


def test_the_hint_for_an_unknown_path_names_a_similar_one() -> None:
    with pytest.raises(VersionFileError, match=r"`openapi\.version` is not set") as caught:
        GROOVY.read("openapi3 { version = '1.0' }", ["openapi.version"])
    assert "`openapi3.version`" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("\nversion = '1.2.3", "string has no end"),
        ("\nversion = '1.2.\n3'", "string has no end"),
        ('\ndef a = "${ {', "string has no end"),
        ("\n/* version = '1.2.3'", "comment has no end"),
    ],
)
def test_an_incomplete_script_is_refused_with_the_line(text: str, what: str) -> None:
    with pytest.raises(VersionFileError, match=what) as caught:
        GROOVY.read(text)
    assert caught.value.where == "line 2"


def test_groovy_comments_do_not_nest_but_kotlin_comments_do() -> None:
    text = '/* /* */ version = "1.2.3" /* */'
    assert GROOVY.read(text) == "1.2.3"
    with pytest.raises(VersionFileError):
        KOTLIN.read(text)


def test_a_script_of_half_a_megabyte_is_read_quickly() -> None:
    text = "dependencies { implementation 'a:b:1' }\n" * 12_000 + "version = '1.2.3'\n"
    assert GROOVY.read(text) == "1.2.3"
