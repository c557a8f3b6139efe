"""Tests of tag formats and release tags."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipit.core.versions import TagFormat, Version, mismatched_tags, suggested_format, version_tags

V = TagFormat("v{version}")

versions = st.builds(
    Version,
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.one_of(st.none(), st.from_regex(r"(?:alpha|beta|rc)\.(?:0|[1-9][0-9]{0,3})", fullmatch=True)),
    st.one_of(st.none(), st.from_regex(r"[0-9A-Za-z]{1,8}", fullmatch=True)),
)
formats = st.builds(
    lambda before, after: TagFormat(before + "{version}" + after),
    st.sampled_from(["", "v", "app-v", "release/", "@acme/app@"]),
    st.sampled_from(["", "-final", ".RELEASE"]),
)


@given(formats, versions)
def test_a_rendered_tag_is_parsed_to_the_same_version(format: TagFormat, version: Version) -> None:
    read = format.parse(format.render(version))
    assert read is not None
    assert str(read) == str(version)


@given(formats, st.text())
def test_any_tag_name_is_parsed_without_an_error(format: TagFormat, name: str) -> None:
    version = format.parse(name)
    assert version is None or format.render(version) == name


@pytest.mark.parametrize(
    "name", ["v1", "v1.2", "nightly", "latest", "v1.x", "v1.2.3.4", "v01.2.3", "vv1.2.3", "v 1.2.3"]
)
def test_a_floating_tag_or_another_word_is_not_a_version(name: str) -> None:
    assert V.parse(name) is None


@pytest.mark.parametrize("name", ["1.2.3", "V1.2.3", "app-v1.2.3", "v1.2.3-final "])
def test_a_tag_of_another_format_is_not_a_version(name: str) -> None:
    assert V.parse(name) is None


@pytest.mark.parametrize("digits", ["v١.٢.٣", "v1.2.３"])
def test_digits_of_other_scripts_are_not_a_version(digits: str) -> None:
    assert V.parse(digits) is None


def test_tags_are_ordered_by_precedence_and_not_by_spelling() -> None:
    commits = dict.fromkeys(["v1.9.0", "v1.10.0", "v0.99.99", "v1.2.0"], "c")
    assert [tag.name for tag in version_tags(commits, V)] == ["v1.10.0", "v1.9.0", "v1.2.0", "v0.99.99"]


def test_pre_releases_count_in_their_channel_only() -> None:
    commits = dict.fromkeys(["v1.0.0", "v1.1.0-beta.2", "v1.1.0-beta.10", "v1.1.0-alpha.9", "v1.1.0-rc"], "c")
    assert [tag.name for tag in version_tags(commits, V)] == ["v1.0.0"]
    assert [tag.name for tag in version_tags(commits, V, "beta")] == ["v1.1.0-beta.10", "v1.1.0-beta.2", "v1.0.0"]
    assert [tag.name for tag in version_tags(commits, V, "rc")] == ["v1.1.0-rc", "v1.0.0"]


def test_a_tag_has_the_commit_that_it_points_to() -> None:
    (tag,) = version_tags({"v1.0.0": "abc", "nightly": "def"}, V)
    assert (tag.name, str(tag.version), tag.commit) == ("v1.0.0", "1.0.0", "abc")


def test_the_tags_of_one_package_are_not_those_of_another() -> None:
    commits = dict.fromkeys(["web-v1.0.0", "web-admin-v2.0.0", "v3.0.0"], "c")
    assert [tag.name for tag in version_tags(commits, TagFormat("web-v{version}"))] == ["web-v1.0.0"]


@pytest.mark.parametrize("name", ["1.2.3", "release-1.2.3", "@acme/app@1.2.3", "V1.2.3", "app/1.2.3-rc.1"])
def test_a_tag_that_looks_like_a_version_is_found_and_its_format_is_suggested(name: str) -> None:
    assert mismatched_tags([name, "nightly"], [V]) == (name,)
    assert TagFormat(suggested_format(name) or "{version}").parse(name) is not None


@pytest.mark.parametrize("name", ["v1", "v1.2", "nightly", "2024-01-31", "build.17"])
def test_a_tag_that_does_not_look_like_a_version_is_not_a_mismatch(name: str) -> None:
    assert mismatched_tags([name], [V]) == ()


def test_no_tag_is_a_mismatch_if_one_tag_has_the_format() -> None:
    assert mismatched_tags(["1.2.3", "v1.2.4"], [V]) == ()
    assert mismatched_tags(["1.2.3", "web-v1.0.0"], [TagFormat("web-v{version}"), TagFormat("api-v{version}")]) == ()
