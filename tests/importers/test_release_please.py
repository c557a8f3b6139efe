"""The settings of release-please, key by key."""

from __future__ import annotations

from typing import Any

import pytest
from importers.reading import Keys, imported, statuses

TAKEN, DEFAULT, NONE, ASK = "taken", "default already", "no counterpart", "needs your decision"
CONFIG, MANIFEST = "release-please-config.json", ".release-please-manifest.json"
USUAL = {"feat": "Features", "fix": "Bug Fixes", "perf": "Performance Improvements", "revert": "Reverts"}
ALWAYS = {"include-component-in-tag", "(release pull request)", "release-type", MANIFEST}


def of(settings: dict[str, Any], files: dict[str, str] | None = None, **facts: Any) -> tuple[dict[str, Any], Keys]:
    """Return the settings of shipit and what became of each key, for one package."""
    whole = {"release-type": "node", "packages": {".": {}}, **settings}
    found = imported({CONFIG: whole, MANIFEST: '{".": "1.2.0"}', **(files or {})}, **facts)
    keys = {key: status for key, status in statuses(found).items() if key not in ALWAYS}
    return {table: dict(values) for table, values in found.settings.items()}, keys


@pytest.mark.parametrize(
    ("settings", "expected", "status"),
    [
        ({}, {}, {}),
        ({"bump-minor-pre-major": True}, {}, {"bump-minor-pre-major": DEFAULT}),
        ({"changelog-path": "CHANGES.md"}, {"changelog": {"file": "CHANGES.md"}}, {"changelog-path": TAKEN}),
        ({"initial-version": "0.5.0"}, {"release": {"initial-version": "0.5.0"}}, {"initial-version": TAKEN}),
        (
            {
                "changelog-sections": [
                    {"type": "feat", "section": "Features"},
                    {"type": "docs", "section": "Pages"},
                    {"type": "ci", "hidden": True},
                    {},
                ]
            },
            {
                "changelog": {
                    "sections": {"feat": True, "docs": "Pages", "fix": False, "perf": False, "revert": False}
                },
                "bump": {"docs": "patch"},
            },
            {"changelog-sections[3]": ASK, "changelog-sections": TAKEN, "changelog-sections[1]": TAKEN},
        ),
        (
            {"changelog-sections": [{"type": type, "section": heading} for type, heading in USUAL.items()]},
            {},
            {"changelog-sections": DEFAULT},
        ),
        ({"versioning": "default"}, {}, {"versioning": DEFAULT}),
        ({"versioning": "always-bump-minor"}, {}, {"versioning": ASK}),
        ({"draft": False, "prerelease": True}, {}, {"draft": DEFAULT, "prerelease": ASK}),
        ({"release-as": "2.0.0", "bootstrap-sha": "x"}, {}, {"release-as": NONE, "bootstrap-sha": NONE}),
        ({"signoff": "x", "separate-pull-requests": True}, {}, {"signoff": NONE, "separate-pull-requests": NONE}),
        (
            {"bump-patch-for-minor-pre-major": True},
            {"release": {"feature-on-zero": "patch"}},
            {"bump-patch-for-minor-pre-major": TAKEN},
        ),
        ({"plugins": ["node-workspace"], "fantasy": 1}, {}, {"plugins": ASK, "fantasy": ASK}),
    ],
)  # fmt: skip
def test_a_key(settings: dict[str, Any], expected: dict[str, Any], status: Keys) -> None:
    assert of(settings) == (expected, status)


def test_the_keys_of_the_only_package_count_like_those_above() -> None:
    assert of({"packages": {".": {"changelog-path": "C.md"}}})[0] == {"changelog": {"file": "C.md"}}


def test_a_breaking_change_of_0_x_is_that_of_release_please() -> None:
    settings, keys = of({}, tags=("v0.3.0",), last="0.3.0")
    assert (settings, keys) == ({"release": {"major-on-zero": True}}, {"bump-minor-pre-major": TAKEN})
    assert of({"bump-minor-pre-major": True}, tags=("v0.3.0",), last="0.3.0")[0] == {}


@pytest.mark.parametrize(
    ("settings", "tags", "tag"),
    [
        ({}, ("v1.2.0",), None),
        ({"include-v-in-tag": False}, ("1.2.0",), "{version}"),
        ({"component": "app"}, ("app-v1.2.0",), "app-v{version}"),
        ({"package-name": "@acme/app", "tag-separator": "/"}, ("app/v1.2.0",), "app/v{version}"),
        ({"component": "app", "include-component-in-tag": False}, ("v1.2.0",), None),
        ({"component": "app"}, ("v1.2.0",), None),
        ({"component": "app"}, (), "app-v{version}"),
    ],
)
def test_the_tag_format_is_checked_against_the_tags(
    settings: dict[str, Any], tags: tuple[str, ...], tag: str | None
) -> None:
    assert of(settings, tags=tags)[0].get("release", {}).get("tag") == tag


def test_extra_files_are_version_files_beside_the_detected_ones() -> None:
    entries = [
        "src/version.ts",
        {"type": "json", "path": "app.json", "jsonpath": "$.expo.version"},
        {"type": "yaml", "path": "openapi.yaml", "jsonpath": "$.info.version"},
        {"type": "toml", "path": "uv.lock", "jsonpath": "$.package[?(@.name.value=='x')].version"},
        {"type": "generic", "path": "docs/*.md", "glob": True},
    ]
    settings, keys = of({"extra-files": entries}, {"package.json": "{}"})
    assert settings["release"]["version-files"] == [
        "package.json",
        {"path": "src/version.ts", "format": "marker"},
        {"path": "app.json", "format": "json", "paths": ["expo.version"]},
        {"path": "openapi.yaml", "format": "yaml", "paths": ["info.version"]},
    ]
    assert keys == {"extra-files": TAKEN, "extra-files[3]": ASK, "extra-files[4]": ASK}


@pytest.mark.parametrize(("type", "status"), [("java", DEFAULT), ("python", DEFAULT), ("go", ASK), ("simple", DEFAULT)])
def test_the_release_type(type: str, status: str) -> None:
    assert statuses(imported({CONFIG: {"release-type": type, "packages": {".": {}}}}))["release-type"] == status


def test_several_packages_become_packages() -> None:
    packages = {
        "apps/web": {"component": "web", "changelog-path": "C.md"},
        "apps/api": {"package-name": "@acme/api", "include-v-in-tag": False, "release-type": "java"},
        ".": {},
    }
    found = imported({CONFIG: {"packages": packages}})
    assert found.settings["packages"] == {
        "web": {"path": "apps/web"},
        "api": {"path": "apps/api", "tag": "api-{version}"},
    }
    keys = statuses(found)
    assert (keys["packages.apps/web"], keys["packages.."], keys["packages.apps/web.changelog-path"]) == (
        TAKEN,
        ASK,
        ASK,
    )
    assert keys["packages.apps/api.release-type"] == DEFAULT


def test_a_package_of_the_whole_repository_and_excluded_paths_are_taken() -> None:
    packages = {
        ".": {"component": "app", "exclude-paths": ["web", "./docs/"]},
        "web": {"component": "web", "exclude-paths": ["web/docs", "docs"]},
    }
    found = imported({CONFIG: {"packages": packages}})
    assert found.settings["packages"] == {
        "app": {"path": ".", "exclude": ["web", "docs"]},
        "web": {"path": "web", "exclude": ["web/docs"]},
    }


def test_the_manifest_and_the_pull_request_are_reported() -> None:
    found = imported({CONFIG: {"packages": {".": {}}}, MANIFEST: "{}"})
    assert found.files == (CONFIG, MANIFEST)
    assert (statuses(found)[MANIFEST], statuses(found)["(release pull request)"]) == (NONE, ASK)
