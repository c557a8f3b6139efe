from __future__ import annotations

import pytest

from shipit.versionfiles import FORMATS, VersionFileError

SAMPLES = {
    "pyproject": ('[project]\nname = "a"  # version = "9"\nversion = "@"\n[tool.poetry]\nversion = \'@\'\n', ()),
}  # fmt: skip

PYPROJECT = FORMATS["pyproject"]

TEXT = '''\
# version = "9.9.9"
[build-system]
requires = ["hatchling>=1.27"]  # version = "9.9.9"

[project]
name = "app"
description = """
version = "9.9.9"
"""
version  =  '@' # the version = "8.8.8"
dependencies = [
  "a==9.9.9", # [project]
]
urls = { version = "9.9.9" }

[[tool.x]]
version = "9.9.9"
[tool.y."project"]
version = "9.9.9"
'''


def test_only_the_version_of_the_project_changes() -> None:
    assert PYPROJECT.read(TEXT.replace("@", "1.2.3")) == "1.2.3"
    assert PYPROJECT.write(TEXT.replace("@", "1.2.3"), "2.0.0") == TEXT.replace("@", "2.0.0")


@pytest.mark.parametrize(
    "text",
    [
        '[tool.poetry]\nversion = "@"',
        '[project]\nversion = "@"\n[tool.poetry]\nversion = "@"',
        'project.version = "@"',
        'project = { name = "a", version = "@" }',
        '[ "project" ]\n"version" = "@"',
        '[project] # x\r\nversion = "@"\r\n',
    ],
)
def test_each_form_of_the_table_is_read(text: str) -> None:
    assert PYPROJECT.write(text.replace("@", "1.2.3"), "2.0.0") == text.replace("@", "2.0.0")


def test_a_dynamic_version_is_refused_with_a_hint_to_the_file_that_has_it() -> None:
    with pytest.raises(VersionFileError, match="is dynamic") as caught:
        PYPROJECT.read('[project]\nname = "a"\ndynamic = ["version"]')
    assert "__init__.py" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('[project]\nname = "a"', "`project.version` is not set"),
        ("[project]\nversion = 1.0", "`project.version` is not set"),
        ("[project]\ndynamic = 1", "`project.version` is not set"),
        ("[project", "this is not valid TOML"),
        ('project = ["version"]', "`project.version` is not set"),
    ],
)
def test_a_project_without_a_version_is_refused(text: str, what: str) -> None:
    with pytest.raises(VersionFileError) as caught:
        PYPROJECT.read(text)
    assert what in caught.value.what
