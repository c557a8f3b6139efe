"""Tests of the calculation of the next version."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipit.core.versions import Bump, Version, VersionRange, build_version, bumped_version, channel_of, first_version
from shipit.core.versions.version import is_version, precedence, version_of
from shipit.errors import ConflictError

numbers = st.integers(0, 99)
stable = st.builds(Version, numbers, numbers, numbers)
identifiers = st.lists(st.from_regex(r"0|[1-9][0-9]{0,2}|[a-c-][0-9a-c-]?", fullmatch=True), min_size=1, max_size=3)
any_version = st.builds(
    lambda core, pre, build: f"{core}{'-' * bool(pre)}{pre}{'+' * bool(build)}{build}",
    st.builds(Version, *[st.integers(0, 11)] * 3),
    st.just("") | st.builds(".".join, identifiers),
    st.sampled_from(["", "", "7", "b.01"]),
)
rises = st.sampled_from([Bump.PATCH, Bump.MINOR, Bump.MAJOR])


def after(previous: str, bump: Bump, **options: object) -> str:
    return str(bumped_version(Version.parse(previous), bump, **options))  # type: ignore[arg-type]


def versions(*texts: str) -> list[Version]:
    return [Version.parse(text) for text in texts]


@pytest.mark.parametrize(
    ("previous", "bump", "expected"),
    [
        ("1.3.5", Bump.PATCH, "1.3.6"),
        ("1.3.5", Bump.MINOR, "1.4.0"),
        ("1.3.5", Bump.MAJOR, "2.0.0"),
        ("0.3.5", Bump.PATCH, "0.3.6"),
        ("0.3.5", Bump.MINOR, "0.4.0"),
        ("0.0.1", Bump.PATCH, "0.0.2"),
        ("9.9.9", Bump.PATCH, "9.9.10"),
    ],
)
def test_a_bump_raises_one_part_and_sets_the_lower_parts_to_zero(previous: str, bump: Bump, expected: str) -> None:
    assert after(previous, bump) == expected


def test_a_breaking_change_bumps_minor_while_major_is_zero() -> None:
    assert after("0.3.5", Bump.MAJOR) == "0.4.0"


def test_a_breaking_change_leaves_zero_if_it_is_configured() -> None:
    assert after("0.3.5", Bump.MAJOR, major_on_zero=True) == "1.0.0"
    assert after("0.3.5", Bump.MINOR, major_on_zero=True) == "0.4.0"


def test_without_a_bump_the_version_stays() -> None:
    assert after("1.3.5", Bump.NONE) == "1.3.5"


@given(stable, rises)
def test_the_next_version_is_higher_than_the_previous(previous: Version, bump: Bump) -> None:
    assert bumped_version(previous, bump) > previous


@given(stable, rises, st.lists(st.builds(Version, numbers, numbers, numbers, st.builds("beta.{}".format, numbers))))
def test_the_next_pre_release_is_the_highest_of_its_channel_and_below_the_next_stable_version(
    previous: Version, bump: Bump, channel_versions: list[Version]
) -> None:
    found = bumped_version(previous, bump, channel="beta", channel_versions=channel_versions)
    assert all(found > version for version in [previous, *channel_versions])
    assert found.finalize_version() >= bumped_version(previous, bump)


def test_the_first_pre_release_has_number_one() -> None:
    assert after("1.3.0", Bump.MINOR, channel="beta") == "1.4.0-beta.1"


def test_the_numbers_of_pre_releases_are_compared_as_numbers_and_not_as_text() -> None:
    known = versions("1.4.0-beta.9", "1.4.0-beta.10", "1.4.0-beta.2")
    assert after("1.3.0", Bump.MINOR, channel="beta", channel_versions=known) == "1.4.0-beta.11"


def test_a_weaker_change_continues_the_pre_releases_of_the_higher_version() -> None:
    known = versions("2.0.0-beta.1")
    assert after("1.3.0", Bump.PATCH, channel="beta", channel_versions=known) == "2.0.0-beta.2"


def test_a_stronger_change_starts_the_pre_releases_of_the_higher_version_at_one() -> None:
    known = versions("1.3.1-beta.1", "1.3.1-beta.2")
    assert after("1.3.0", Bump.MINOR, channel="beta", channel_versions=known) == "1.4.0-beta.1"


def test_pre_releases_of_a_released_version_do_not_count() -> None:
    known = versions("1.4.0-beta.1", "1.4.0-beta.2")
    assert after("1.4.0", Bump.PATCH, channel="beta", channel_versions=known) == "1.4.1-beta.1"


def test_a_pre_release_without_a_number_counts_as_number_zero() -> None:
    assert after("1.3.0", Bump.MINOR, channel="beta", channel_versions=versions("1.4.0-beta")) == "1.4.0-beta.1"


def test_the_first_release_is_the_initial_version() -> None:
    assert str(first_version(Version.parse("0.1.0"), None)) == "0.1.0"


def test_the_first_release_of_a_channel_is_below_the_initial_version() -> None:
    initial = Version.parse("0.1.0")
    assert str(first_version(initial, "beta")) == "0.1.0-beta.1"
    assert str(first_version(initial, "beta", versions("0.1.0-beta.1"))) == "0.1.0-beta.2"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1.0.0", None), ("1.0.0-beta.3", "beta"), ("1.0.0-beta", "beta"), ("1.0.0-next.1+b", "next"), ("1.0.0+b", None)],
)
def test_the_channel_of_a_version_is_the_identifier_before_its_number(text: str, expected: str | None) -> None:
    assert channel_of(Version.parse(text)) == expected


@pytest.mark.parametrize("branch", ["1.x", "1.X"])
def test_a_major_maintenance_branch_holds_every_version_of_its_major(branch: str) -> None:
    limits = VersionRange.of_branch(branch)
    assert limits
    assert [limits.holds(version) for version in versions("1.0.0", "1.99.3", "2.0.0", "0.9.0")] == [
        True,
        True,
        False,
        False,
    ]


def test_a_minor_maintenance_branch_holds_its_patches_only() -> None:
    limits = VersionRange.of_branch("1.2.x")
    assert limits
    assert [limits.holds(version) for version in versions("1.2.0", "1.2.44", "1.3.0", "2.2.0")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("branch", ["main", "x", "1", "1.2", "1.2.3.x", "v1.x", "1.x-fixes", "release/1.x"])
def test_any_other_branch_has_no_range(branch: str) -> None:
    assert VersionRange.of_branch(branch) is None


def test_a_version_outside_the_range_is_an_error_that_names_the_branch() -> None:
    limits = VersionRange.of_branch("1.2.x")
    assert limits
    with pytest.raises(ConflictError) as refused:
        limits.require(Version.parse("1.3.0"), "Release-As: {}")
    assert refused.value.what == "`1.3.0` leaves the range of the maintenance branch `1.2.x`"
    assert refused.value.hint


def test_the_version_of_a_build_is_lower_than_the_next_version() -> None:
    built = build_version(Version.parse("1.4.0"), 7, "0123456789abcdef")
    assert str(built) == "1.4.0-dev.7+0123456"
    assert Version.parse("1.3.9") < built < Version.parse("1.4.0")
    assert str(build_version(Version.parse("2.0.0-beta.1"), 3, "abcdef0123")) == "2.0.0-dev.3+abcdef0"


@given(st.lists(any_version))
def test_the_sort_key_gives_the_order_of_versions(texts: list[str]) -> None:
    found = versions(*texts)
    assert [str(version) for version in sorted(found, key=precedence)] == [str(version) for version in sorted(found)]


@given(
    any_version
    | st.from_regex(r"[0-9]{1,3}\.[0-9]{1,2}\.[0-9]{1,20}\n?", fullmatch=True)
    | st.text("0129.-+v\n٣ ", max_size=9)
)
def test_the_fast_parser_accepts_the_same_versions_as_the_library(text: str) -> None:
    expected = Version.parse(text) if Version.is_valid(text) and text.isascii() else None
    assert version_of(text) == expected
    assert str(version_of(text)) == str(expected)


HUGE = "9" * 5000


@pytest.mark.parametrize("text", [f"{HUGE}.0.0", f"1.0.{HUGE}", f"1.0.0-beta.{HUGE}", f"1.0.0+{HUGE}"])
def test_a_version_with_thousands_of_digits_is_invalid(text: str) -> None:
    assert not is_version(text)
    assert version_of(text) is None
