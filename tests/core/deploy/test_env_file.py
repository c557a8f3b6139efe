"""Files with environment variables: each program reads back the exact values."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from parts.daemon import program

from shipit.core.deploy.env_file import env_file
from shipit.errors import ConfigError

NASTY = {
    "DOLLAR": "a$HOME${HOME}$$",
    "SINGLE": "it's",
    "DOUBLE": 'say "hi"',
    "HASH": "a #b",
    "BACKSLASH": "ends with \\",
    "BLANKS": "  both ends  ",
    "EQUALS": "a=b=c",
    "PERCENT": "%s%%",
    "KOREAN": "비밀번호 🔑",
    "BACKQUOTE": "`date`!",
}
LINES = {"LINES": "one\ntwo\n"}


def test_a_shell_reads_every_value_back(tmp_path: Path) -> None:
    values = NASTY | LINES
    path = tmp_path / ".env"
    path.write_text(env_file(values, "shell"))
    script = f"set -a; . {path}; env -0"
    output = subprocess.run(["sh", "-c", script], env={"PATH": "/bin:/usr/bin"}, capture_output=True, check=True).stdout
    read = dict(entry.split("=", 1) for entry in output.decode().split("\0") if entry)
    assert {name: read[name] for name in values} == values


def test_java_reads_every_value_back_as_properties(tmp_path: Path) -> None:
    values = NASTY | LINES
    (tmp_path / "app.properties").write_text(env_file(values, "properties"), encoding="latin-1")
    (tmp_path / "Read.java").write_text(
        """
        class Read {
            public static void main(String[] arguments) throws Exception {
                var properties = new java.util.Properties();
                properties.load(new java.io.FileInputStream("app.properties"));
                var out = new java.io.PrintStream(System.out, true, "UTF-8");
                properties.forEach((name, value) -> out.print(name + "=" + value + "\\0"));
            }
        }
        """
    )
    output = subprocess.run([program("java"), "Read.java"], cwd=tmp_path, capture_output=True, check=True).stdout
    assert dict(entry.split("=", 1) for entry in output.decode().split("\0") if entry) == values


def test_docker_compose_gets_double_quotes_with_three_characters_escaped() -> None:
    text = env_file({"A": 'a$b"c\\', "B": "one\ntwo"}, "compose")
    assert text == 'A="a\\$b\\"c\\\\"\nB="one\ntwo"\n'


def test_docker_run_gets_values_as_they_are_and_no_line_break() -> None:
    assert env_file(NASTY, "docker") == "".join(f"{name}={NASTY[name]}\n" for name in sorted(NASTY))
    with pytest.raises(ConfigError, match="`LINES` has several lines"):
        env_file(LINES, "docker")


@pytest.mark.parametrize("name", ["db-password", "1A", "A.B"])
def test_a_name_that_a_shell_would_run_as_a_command_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match=f"`{name}` cannot be the name") as caught:
        env_file({name: "hunter2"}, "shell")
    assert "hunter2" not in f"{caught.value} {caught.value.hint}"
