"""Checks with Gradle itself: it has the version that `read` returns, and after `write` the written version.

All forms are projects of one build, because the start of Gradle takes long.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from shipit.versionfiles import FORMATS, VersionFileError

pytestmark = pytest.mark.slow

NEXT = "2.0.0-rc.1"

FORMS = {
    "assigned": "version = '1.2.3'\n",
    "called": "group 'com.example'\nversion '0.0.1-SNAPSHOT'\n",
    "doublequoted": 'version "1.2.3" // version "9.9.9"\n',
    "parenthesised": "version('1.2.3');description = \"version '9.9.9'\"\n",
    "setter": "setVersion('1.2.3')\n",
    "project-dot": "project.version = '1.2.3'\r\ndef version = '9.9.9'\r\n",
    "next-line": "version =\n    '1.2.3'\n",
    "tripled": "version = '''1.2.3'''\n/* version = '9.9.9'\n*/\n",
    "all-projects": "allprojects {\n    group = 'x'; version = '1.2.3'\n}\n",
    "spring": """\
plugins { id 'java' }
def version = [a: '9.9.9']  // a local variable, not the project's
class OpenApi { String version; String title }
extensions.create('openapi3', OpenApi)

group = 'com.example'
project.version = '0.0.1-SNAPSHOT'
sourceCompatibility = '1.8'

ext { set('springCloudVersion', "9.9.9"); other = '8.8.8' }
/* version = '7.7.7' */
openapi3 {
    title = "the ${ { -> "version = '6.6.6'" }() } API"
    version = '1.0'
}
task show { doLast { println(/version = '5.5.5'/ + $/version = '4.4.4' $$ /$) } }
jar { version = '3.3.3' }
""",
    "slashes": """\
def half = 10 / 2 // '
def path = 'a/b' =~ /['"]\\/version = '9.9.9'/
def price = $/ ' $/$ " $$ /$
version = '1.2.3'
""",
    "nested-strings": 'def a = "${[x: "}\'"].collect { k, v -> "${v}{" }}"\nversion = \'1.2.3\' // {\n',
    "conditional": "version = '1.2.3'\nif (project.hasProperty('nightly')) { version = \"${version}-nightly\" }\n",
}

COMPUTED = {
    "from-property": ("version = findProperty('appVersion')\n", "paths = [\"appVersion\"]"),
    "from-bare-property": ("version = appVersion\n", "gradle.properties"),
    "from-variable": ("def ours = '7.1.0'\nversion = \"${ours}\"\n", 'paths = ["def ours"]'),
    "from-template": ("def major = '7.1'\nversion = \"${major}.0\"\n", "plain string"),
    "concatenated": ("version = '1.2.3' + '-x'\n", "plain string"),
    "method-on-next-line": ("version = '1.2.3-x'\n    .replace('-x', '')\n", "plain string"),
}  # fmt: skip

TASK = 'task versions { doLast { subprojects.each { println "${it.name} ${it.version}" } } }\n'


class Build:
    """A Gradle build with several projects, which writes their scripts and returns the versions that Gradle has."""

    def __init__(self, root: Path, program: str, scripts: dict[str, str]) -> None:
        self.root, self.program = root, program
        names = ", ".join(f"'{name}'" for name in scripts)
        (root / "settings.gradle").write_text(f"include {names}\n")
        (root / "build.gradle").write_text(TASK)
        (root / "gradle.properties").write_text("appVersion=4.5.6\n")
        self.write(scripts)

    def write(self, scripts: dict[str, str]) -> None:
        for name, text in scripts.items():
            (self.root / name).mkdir(exist_ok=True)
            (self.root / name / "build.gradle").write_bytes(text.encode())

    def versions(self) -> dict[str, str]:
        argv = [self.program, "--offline", "--no-daemon", "--quiet", "-g", str(self.root / ".home"), "versions"]
        done = subprocess.run(argv, cwd=self.root, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        return dict(line.split(" ", 1) for line in done.stdout.splitlines() if line.count(" ") == 1)


@pytest.fixture(scope="module")
def seen(gradle_program: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], dict[str, str]]:
    """The versions that Gradle has, before and after a new version is written into each form."""
    scripts = FORMS | {name: text for name, (text, _) in COMPUTED.items()}
    build = Build(tmp_path_factory.mktemp("build"), gradle_program, scripts)
    before = build.versions()
    build.write({name: FORMATS["gradle"].write(text, NEXT) for name, text in FORMS.items()})
    return before, build.versions()


@pytest.mark.parametrize("name", FORMS)
def test_gradle_has_the_version_that_was_read(name: str, seen: tuple[dict[str, str], dict[str, str]]) -> None:
    assert seen[0][name] == FORMATS["gradle"].read(FORMS[name])


@pytest.mark.parametrize("name", FORMS)
def test_gradle_has_the_version_that_was_written(name: str, seen: tuple[dict[str, str], dict[str, str]]) -> None:
    assert seen[1][name] == NEXT


@pytest.mark.parametrize("name", COMPUTED)
def test_a_version_that_gradle_computes_is_refused(name: str, seen: tuple[dict[str, str], dict[str, str]]) -> None:
    text, hint = COMPUTED[name]
    assert seen[0][name] != "unspecified", "Gradle does not compute a version here"
    with pytest.raises(VersionFileError) as caught:
        FORMATS["gradle"].read(text)
    assert "is computed" in caught.value.what
    assert hint in (caught.value.hint or "")
