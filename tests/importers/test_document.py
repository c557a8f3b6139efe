"""Files that are no settings, too large or hostile are refused, and nothing in them is executed."""

from __future__ import annotations

from pathlib import Path

import pytest
from importers.reading import imported

from shipit.errors import ConfigError

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
)


def refusal(path: str, text: str) -> ConfigError:
    with pytest.raises(ConfigError) as refused:
        imported({path: text})
    return refused.value


@pytest.mark.parametrize(
    ("path", "text", "what"),
    [
        (".releaserc.json", "{", "it is not valid"),
        (".releaserc.json", "[]", "it contains no keys"),
        ("cliff.toml", f"[git]\ntag_pattern = 0x{'f' * 4000}", "it is not valid: Exceeds the limit"),
        (".releaserc.yml", f"tagFormat: 0x{'f' * 4000}", "it is not valid: Exceeds the limit"),
        (".releaserc", "a: [", "it is not valid"),
        (".releaserc.yaml", BOMB, "it has more than 10,000 values"),
        (".releaserc.yaml", "a: !!python/object/apply:os.system [id]", "it is not valid"),
        (".releaserc.yml", "a: " + "[" * 1000, "open brackets"),
        (".releaserc.json", "[" * 100_000, "it is not valid"),
        (".releaserc.json", '"' + "x" * (10 << 20) + '"', "it is larger than 256 KiB"),
        ("release.config.js", "module.exports = {};" + " " * (1 << 20), "it is larger than 256 KiB"),
    ],
    ids=lambda value: value[:20],
)
def test_a_file_that_is_no_settings_is_refused(path: str, text: str, what: str) -> None:
    error = refusal(path, text)
    assert f"`{path}`" in error.what + str(error.where)
    assert what in error.what
    assert error.state == "nothing was changed"


def test_code_is_refused_with_the_command_that_converts_it_and_is_not_executed(tmp_path: Path) -> None:
    marker = tmp_path / "executed"
    error = refusal("release.config.js", f"require('fs').writeFileSync('{marker}', '');\nmodule.exports = {{}}")
    assert error.what.endswith("line 1: `require` is code, and shipit executes no code")
    assert error.hint and error.hint.startswith('convert it to JSON: node -e \'import("./release.config.js")')
    assert not marker.exists()
