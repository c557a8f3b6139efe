from __future__ import annotations

import pytest

from shipit.versionfiles import FORMATS, VersionFileError

SAMPLES = {
    "json": ('\ufeff{"info": {"version": "@"}, "list": [{"version": "@"}]}', ("info.version", "list.0.version")),
    "yaml": ("info:\n  version: '@'\nimages:\n- tag: v@ # é 🚀\n- tag: 9.9.9\n", ("info.version", "images.0.tag")),
    "toml": ('[a.b]\nc = 1\n"d" = { e = ["9.9.9"], f = "@" }\n', ("a.b.d.f",)),
    "xml": ("<a>\r\n<b x='1'/><c><![CDATA[@]]></c></a>", ("a.c",)),
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "path"),
    [
        ("json", '{"info": {"version": "@"}}', "info.version"),
        ("json", '[{"a": []}, {"b": [{"version": "@"}]}]', "1.b.0.version"),
        ("json", '{"a": {"b": "9.9.9"}, "c": [1, true, {"}": "]"}, "@"]}', "c.3"),
        ("yaml", "info:\n  version: @\n", "info.version"),
        ("yaml", "? info\n: {version: '@', x: 1} # 9.9.9\n", "info.version"),
        ("yaml", "- []\n- tags: [a, v@]\n", "1.tags.1"),
        ("yaml", "%YAML 1.2\n---\ninfo: &info\n  version: \"@\"\nother: *info\n", "info.version"),
        ("toml", 'version = "9.9.9"\n[[info]]\n[[info]]\na."b".version = "@"\n', "info.1.a.b.version"),
        ("toml", 'l = [1, { version = "9.9.9" }]\nx = { y = { z = 1 }, version = "@" }\n', "x.version"),
        ("xml", '<A sdk="a>b"><B><Version>@</Version><!-- <a> --></B></A>', "A.B.Version"),
        ("xml", "<프로젝트><버전>@</버전></프로젝트>", "프로젝트.버전"),
    ],
)  # fmt: skip
def test_a_value_is_found_by_its_path(name: str, text: str, path: str) -> None:
    assert FORMATS[name].read(text.replace("@", "1.2.3"), [path]) == "1.2.3"
    assert FORMATS[name].write(text.replace("@", "1.2.3"), "2.0.0", [path]) == text.replace("@", "2.0.0")


@pytest.mark.parametrize("name", ["json", "yaml", "toml", "xml"])
def test_without_a_path_the_error_says_how_to_name_one(name: str) -> None:
    with pytest.raises(VersionFileError, match="is not configured") as caught:
        FORMATS[name].read("")
    assert "paths = [" in (caught.value.hint or "")
    assert 'format = "marker"' in (caught.value.hint or "")


def test_items_of_a_list_in_a_list_are_numbered() -> None:
    assert FORMATS["json"].read('[[1, 2], [["1.2.3"]]]', ["1.0.0"]) == "1.2.3"


def test_a_template_that_is_not_yaml_is_refused_with_a_hint_to_use_the_marker() -> None:
    with pytest.raises(VersionFileError) as caught:
        FORMATS["yaml"].read("image: {{ .Values.image }}:1.2.3 }", ["image"])
    assert "x-shipit-version" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("name", "text", "path"),
    [
        ("toml", 'list = [{ version = "1.2.3" }, "1.2.3"]', "list.version"),
        ("xml", "<a><b><c>1.2.3</c></b></a>", "a.b"),
        ("json", '{"a": {"b": "1.2.3"}}', "a"),
        ("yaml", "a:\n  b: 1.2.3", "a"),
    ],
)
def test_a_path_that_is_not_a_single_value_is_refused(name: str, text: str, path: str) -> None:
    with pytest.raises(VersionFileError, match="is not set"):
        FORMATS[name].read(text, [path])


def test_the_letters_of_a_cdata_mark_are_not_taken_for_the_value() -> None:
    assert FORMATS["xml"].write("<a><![CDATA[C]]></a>", "2.0.0", ["a"]) == "<a><![CDATA[2.0.0]]></a>"
