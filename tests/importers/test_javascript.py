"""Settings in JavaScript are read as a literal; code is refused and never executed."""

from __future__ import annotations

import pytest

from shipit.importers.javascript import CodeError, read_javascript

SETTINGS = {"branches": ["main", {"name": "next", "prerelease": True}], "tagFormat": "v${version}", "ci": False}
LITERAL = """{
  branches: ['main', { "name": `next`, prerelease: true, },], // release
  tagFormat: "v${version}", /* as ever */
  'ci': false,
}"""


@pytest.mark.parametrize(
    "module",
    [
        f"module.exports = {LITERAL};",
        f'"use strict";\n/** @type {{import("x").Options}} */\nmodule.exports = {LITERAL}\n',
        f"export default {LITERAL}",
        f"const config = {LITERAL};\nexport default config;",
        f"const config: Options = {LITERAL};\nmodule.exports = config;",
        f"export default {LITERAL} satisfies Partial<GlobalConfig>;",
        f"export default {LITERAL} as const",
    ],
)
def test_each_way_to_export_a_literal_is_read(module: str) -> None:
    assert read_javascript(module) == SETTINGS


def test_a_constant_can_be_used_in_the_literal() -> None:
    assert read_javascript("const plugins = ['a']; var n = -1.5;\nmodule.exports = { plugins, n: n }") == {
        "plugins": ["a"],
        "n": -1.5,
    }


def test_the_escapes_of_strings_are_read() -> None:
    assert read_javascript(r"""module.exports = ["a\nb\t\x41\u00e9\u{1F600}\'", '\
c', `\${x}`, null, 0]""") == ["a\nb\tA\u00e9\U0001f600'", "c", "${x}", None, 0]


@pytest.mark.parametrize(
    ("module", "error"),
    [
        ("module.exports = { plugins: list() }", "line 1: `list` is code"),
        ("const fs = require('fs');\nmodule.exports = {}", "line 1: `require` is code"),
        ("import x from 'y'\nexport default {}", "line 1: `import` is code"),
        ("module.exports = {\n  a: 1,\n  ...base }", "line 3: `.` is code"),
        ("module.exports = () => ({})", "line 1: `(` is code"),
        ("module.exports = { a() { return 1 } }", "line 1: `(` is code"),
        ("module.exports = { a: `${process.env.X}` }", "line 1: ``${process.env.X}`` is code"),
        ("module.exports = { a: 1 + 1 }", "line 1: `+ 1 }` is code"),
        ("module.exports = { a: /x/ }", "line 1: `/x/ }` is code"),
        ("module.exports = {}\nrun()", "line 2: `run` is code"),
        ("module.exports = { a: process.env.X }", "line 1: `process` is code"),
        ("module.exports = { [key]: 1 }", "line 1: `[` is code"),
        ("module.exports = {", "line 1: the literal has no end"),
        ("", "line 1: `` is code"),
        ("module.exports = " + "[" * 100, "line 1: `[` is code"),
    ],
)
def test_code_is_refused_with_its_line(module: str, error: str) -> None:
    with pytest.raises(CodeError) as refused:
        read_javascript(module)
    assert str(refused.value) == error
