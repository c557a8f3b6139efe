from __future__ import annotations

import pytest

from shipit.versionfiles import FORMATS, VersionFileError

SAMPLES = {
    "python": ('"""version = 9.9.9"""\nx = "é"; __version__ = "@"  # "8.8.8"\n', ()),
}  # fmt: skip

PYTHON = FORMATS["python"]


@pytest.mark.parametrize(
    "text",
    [
        '__version__ = "@"\n',
        "__version__: str = '@'  # __version__ = '9.9.9'\r\n",
        '__version__ = version = """@"""',
        '"""\n__version__ = "9.9.9"\n"""\ndef f():\n    __version__ = "9.9.9"\n__version__ = "@"\n',
        'x = "é버전"; __version__ = ("@")',
        'x = "\\d"\r__version__ = "@"',
        "\ufeff__version__ = '@'\n",
        "a, b = 1, 2\na.__version__ = '9.9.9'\n__version__: str\n__version__ = '@'\n",
    ],
)
def test_only_the_variable_at_the_top_level_changes(text: str) -> None:
    assert PYTHON.write(text.replace("@", "1.2.3"), "2.0.0") == text.replace("@", "2.0.0")


def test_another_variable_can_be_named() -> None:
    assert PYTHON.write("VERSION = '1.2.3'", "2.0.0", ["VERSION"]) == "VERSION = '2.0.0'"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('import x\n__version__ = x.version("app")', "computed"),
        ('v = 1\n__version__ = f"{v}.0"', "computed"),
        ('\n__version__ = "1.2." "3"', "computed"),
        ("version = '1.2.3'", "`__version__` is not set"),
        ("__version__ = '1.2.3'\n__version__ = '1.2.3'", "set 2 times"),
        ("__version__ = (", "this is not Python"),
        ("\0", "not"),
    ],
)
def test_a_module_without_one_plain_version_is_refused(text: str, what: str) -> None:
    with pytest.raises(VersionFileError) as caught:
        PYTHON.read(text)
    assert what in caught.value.what
    if what == "computed":
        assert caught.value.where == "line 2"
