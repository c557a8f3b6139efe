"""Tests of bumps."""

from shipit.core.versions import Bump, effective_bump


def test_bumps_are_ordered() -> None:
    assert Bump.NONE < Bump.PATCH < Bump.MINOR < Bump.MAJOR


def test_a_breaking_change_bumps_minor_while_major_is_zero() -> None:
    assert effective_bump(Bump.MAJOR, major=0, major_on_zero=False) is Bump.MINOR


def test_a_breaking_change_leaves_zero_only_if_it_is_configured() -> None:
    assert effective_bump(Bump.MAJOR, major=0, major_on_zero=True) is Bump.MAJOR


def test_other_bumps_stay_the_same_while_major_is_zero() -> None:
    for bump in (Bump.NONE, Bump.PATCH, Bump.MINOR):
        assert effective_bump(bump, major=0, major_on_zero=False) is bump


def test_a_breaking_change_bumps_major_from_version_one_on() -> None:
    assert effective_bump(Bump.MAJOR, major=1, major_on_zero=False) is Bump.MAJOR


def test_a_feature_can_bump_patch_while_major_is_zero() -> None:
    bumps = {bump: effective_bump(bump, major=0, major_on_zero=False, feature_on_zero=Bump.PATCH) for bump in Bump}
    assert bumps == {
        Bump.NONE: Bump.NONE,
        Bump.PATCH: Bump.PATCH,
        Bump.MINOR: Bump.PATCH,
        Bump.MAJOR: Bump.MINOR,
    }
    assert effective_bump(Bump.MINOR, major=1, major_on_zero=False, feature_on_zero=Bump.PATCH) is Bump.MINOR
