from __future__ import annotations

import pytest

from shipit.versionfiles import FORMATS, VersionFileError

SAMPLES = {
    "properties": ("# version=9.9.9\nversion: @  \nname=caf\\u00e9 \\\n  version=7.7.7\n", ()),
}  # fmt: skip

PROPERTIES = FORMATS["properties"]


@pytest.mark.parametrize(
    "text",
    [
        "version=@",
        "version = @\n",
        "version: @\r\n",
        "version @\n",
        "  version\t=\t@  \n",
        "#version=9.9.9\n! version=9.9.9 \\\nversion=@\n",
        "note=a \\\n  version=9.9.9\nversion=@\n",
        "note=a \\\r\n\tversion=9.9.9\r\nversion=@\r\n",
        "path=C\\:\\\\\nversion=@\n",
        "app.version=9.9.9\nversionName=9.9.9\nversion=@",
        "설명=version=9.9.9\n\n   \nversion=@",
        "flag\nversion=@",
    ],
)
def test_only_the_property_version_changes(text: str) -> None:
    assert PROPERTIES.read(text.replace("@", "1.2.3")) == "1.2.3"
    assert PROPERTIES.write(text.replace("@", "1.2.3"), "2.0.0") == text.replace("@", "2.0.0")


def test_a_property_is_named_by_its_whole_key() -> None:
    assert PROPERTIES.write("app.version=1.2.3", "2.0.0", ["app.version"]) == "app.version=2.0.0"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("org.gradle.jvmargs=-Xmx2g", "`version` is not set"),
        ("version=1.2.3\nversion=1.2.3", "set 2 times"),
        ("version=", "`` is not a plain version"),
        ("version=1.2.\\\n3", "not a plain version"),
        ("version=@app.version@", "not a plain version"),
    ],
)
def test_properties_without_one_plain_version_are_refused(text: str, what: str) -> None:
    with pytest.raises(VersionFileError) as caught:
        PROPERTIES.read(text)
    assert what in caught.value.what
