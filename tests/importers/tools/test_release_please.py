"""The settings of release-please, key by key."""

from __future__ import annotations

from typing import Any

import pytest
from importers.reading import ASK, DEFAULT, NONE, TAKEN, Fixture, Keys, imported, statuses

CONFIG, MANIFEST = "release-please-config.json", ".release-please-manifest.json"
APP = ".github/release-please.yml"
USUAL = {"feat": "Features", "fix": "Bug Fixes", "perf": "Performance Improvements", "revert": "Reverts"}
ALWAYS = {"include-component-in-tag", "(release pull request)", "release-type", MANIFEST}

FIXTURES = [
    Fixture(
        "simple",
        {
            "release-please-config.json": {"release-type": "simple", "packages": {".": {}}},
            ".release-please-manifest.json": {".": "1.2.0"},
            "version.txt": "1.2.0\n",
        },
        {
            "include-component-in-tag": DEFAULT,
            "release-type": DEFAULT,
            "(release pull request)": ASK,
            ".release-please-manifest.json": NONE,
        },
    ),
    Fixture(
        "java-with-a-snapshot",
        {
            "release-please-config.json": {"packages": {".": {"release-type": "java", "bump-minor-pre-major": True}}},
            ".release-please-manifest.json": {".": "1.2.0"},
        },
        {
            "include-component-in-tag": DEFAULT,
            "release-type": DEFAULT,
            "bump-minor-pre-major": DEFAULT,
            "(snapshot versions)": TAKEN,
            "(release pull request)": ASK,
            ".release-please-manifest.json": NONE,
        },
        {"release": {"snapshot": True}},
    ),
    Fixture(
        "maven-skip-snapshot",
        {
            "release-please-config.json": {"packages": {".": {"release-type": "maven", "skip-snapshot": True}}},
            ".release-please-manifest.json": {".": "1.2.0"},
        },
        {
            "include-component-in-tag": DEFAULT,
            "release-type": DEFAULT,
            "skip-snapshot": DEFAULT,
            "(release pull request)": ASK,
            ".release-please-manifest.json": NONE,
        },
    ),
    Fixture(
        "gradle-extra-file",
        {
            "release-please-config.json": {
                "release-type": "simple",
                "packages": {
                    ".": {
                        "extra-files": [
                            "build.gradle",
                            {"type": "json", "path": "web/package.json", "jsonpath": "$.version"},
                            {"type": "yaml", "path": "chart/values.yaml", "jsonpath": "$.image.tag"},
                        ]
                    }
                },
            },
            ".release-please-manifest.json": {".": "1.2.0"},
            "build.gradle": "version = '1.2.0' // x-release-please-version\n",
            "web/package.json": '{"version": "1.2.0"}',
            "chart/values.yaml": """\
image:
  tag: 1.2.0
""",
        },
        {
            "include-component-in-tag": DEFAULT,
            "release-type": DEFAULT,
            "extra-files": TAKEN,
            "(release pull request)": ASK,
            ".release-please-manifest.json": NONE,
        },
        {
            "release": {
                "version-files": [
                    "build.gradle",
                    {"path": "build.gradle", "format": "marker"},
                    {"path": "web/package.json", "format": "json", "paths": ["version"]},
                    {"path": "chart/values.yaml", "format": "yaml", "paths": ["image.tag"]},
                ]
            }
        },
    ),
    Fixture(
        "sections-and-path",
        {
            "release-please-config.json": {
                "release-type": "node",
                "changelog-path": "docs/CHANGES.md",
                "changelog-sections": [
                    {"type": "feat", "section": "새 기능"},
                    {"type": "fix", "section": "버그 수정"},
                    {"type": "perf", "section": "성능", "hidden": False},
                    {"type": "docs", "hidden": True},
                ],
                "packages": {".": {}},
            },
            ".release-please-manifest.json": {".": "1.2.0"},
        },
        {
            "include-component-in-tag": DEFAULT,
            "release-type": DEFAULT,
            "changelog-path": TAKEN,
            "changelog-sections": TAKEN,
            "(release pull request)": ASK,
            ".release-please-manifest.json": NONE,
        },
        {
            "changelog": {
                "file": "docs/CHANGES.md",
                "sections": {"feat": "새 기능", "fix": "버그 수정", "perf": "성능", "revert": False},
            }
        },
    ),
    Fixture(
        "before-1.0",
        {
            "release-please-config.json": {
                "release-type": "node",
                "bump-minor-pre-major": True,
                "bump-patch-for-minor-pre-major": True,
                "packages": {".": {}},
            },
            ".release-please-manifest.json": {".": "0.3.0"},
        },
        {
            "include-component-in-tag": DEFAULT,
            "release-type": DEFAULT,
            "bump-minor-pre-major": DEFAULT,
            "bump-patch-for-minor-pre-major": TAKEN,
            "(release pull request)": ASK,
            ".release-please-manifest.json": NONE,
        },
        {"release": {"feature-on-zero": "patch"}},
        ("v0.3.0",),
        "0.3.0",
    ),
    Fixture(
        "two-packages",
        {
            "release-please-config.json": {
                "separate-pull-requests": True,
                "packages": {
                    "backend": {"release-type": "java", "component": "api"},
                    "frontend": {"release-type": "node", "component": "web", "exclude-paths": ["frontend/docs"]},
                },
            },
            ".release-please-manifest.json": {"backend": "1.2.0", "frontend": "2.0.0"},
        },
        {
            "separate-pull-requests": ASK,
            "packages.backend": TAKEN,
            "packages.backend.release-type": DEFAULT,
            "packages.frontend": TAKEN,
            "packages.frontend.release-type": DEFAULT,
            "(release pull request)": ASK,
            ".release-please-manifest.json": NONE,
        },
        {"packages": {"api": {"path": "backend"}, "web": {"path": "frontend", "exclude": ["frontend/docs"]}}},
        ("api-v1.2.0", "web-v2.0.0"),
        "2.0.0",
    ),
    Fixture(
        "prerelease",
        {
            "release-please-config.json": {
                "release-type": "go",
                "versioning": "prerelease",
                "prerelease": True,
                "prerelease-type": "rc",
                "packages": {".": {}},
            },
            ".release-please-manifest.json": {".": "1.2.0"},
        },
        {
            "include-component-in-tag": DEFAULT,
            "release-type": ASK,
            "versioning": ASK,
            "prerelease": ASK,
            "prerelease-type": ASK,
            "(release pull request)": ASK,
            ".release-please-manifest.json": NONE,
        },
    ),
    Fixture(
        "always-patch",
        {
            "release-please-config.json": {
                "release-type": "simple",
                "versioning": "always-bump-patch",
                "packages": {".": {}},
            },
            ".release-please-manifest.json": {".": "1.2.0"},
        },
        {
            "include-component-in-tag": DEFAULT,
            "release-type": DEFAULT,
            "versioning": ASK,
            "(release pull request)": ASK,
            ".release-please-manifest.json": NONE,
        },
        {"bump": {"feat": "patch", "fix": "patch", "perf": "patch", "revert": "patch"}},
    ),
    Fixture(
        "always-major",
        {
            "release-please-config.json": {
                "release-type": "simple",
                "versioning": "always-bump-major",
                "packages": {".": {}},
            },
            ".release-please-manifest.json": {".": "1.2.0"},
        },
        {
            "include-component-in-tag": DEFAULT,
            "release-type": DEFAULT,
            "versioning": TAKEN,
            "(release pull request)": ASK,
            ".release-please-manifest.json": NONE,
        },
        {"bump": {"feat": "major", "fix": "major", "perf": "major", "revert": "major"}},
    ),
    Fixture(
        "release-as-and-shas",
        {
            "release-please-config.json": {
                "release-type": "python",
                "release-as": "2.0.0",
                "bootstrap-sha": "0a1b2c3",
                "last-release-sha": "1a1b2c3",
                "initial-version": "0.1.0",
                "packages": {".": {}},
            },
            ".release-please-manifest.json": {".": "1.2.0"},
        },
        {
            "include-component-in-tag": DEFAULT,
            "release-type": DEFAULT,
            "release-as": NONE,
            "bootstrap-sha": NONE,
            "last-release-sha": NONE,
            "initial-version": TAKEN,
            "(release pull request)": ASK,
            ".release-please-manifest.json": NONE,
        },
        {"release": {"initial-version": "0.1.0"}},
    ),
    Fixture(
        "pull-request-words",
        {
            "release-please-config.json": {
                "release-type": "node",
                "pull-request-title-pattern": "chore: release ${version}",
                "pull-request-header": "## Release",
                "label": "autorelease: pending",
                "draft-pull-request": True,
                "include-v-in-tag": False,
                "include-component-in-tag": False,
                "draft": True,
                "packages": {".": {}},
            },
            ".release-please-manifest.json": {".": "1.2.0"},
        },
        {
            "include-component-in-tag": TAKEN,
            "release-type": DEFAULT,
            "pull-request-title-pattern": NONE,
            "pull-request-header": NONE,
            "label": NONE,
            "draft-pull-request": ASK,
            "draft": ASK,
            "(release pull request)": ASK,
            ".release-please-manifest.json": NONE,
        },
        {"release": {"tag": "{version}"}},
        ("1.2.0",),
        "1.2.0",
    ),
    Fixture(
        "plugins",
        {
            "release-please-config.json": {
                "release-type": "node",
                "plugins": [
                    "sentence-case",
                    {"type": "linked-versions", "groupName": "all", "components": ["a", "b"]},
                    "node-workspace",
                ],
                "packages": {"a": {"component": "a"}, "b": {"component": "b"}},
            },
            ".release-please-manifest.json": {"a": "1.2.0", "b": "1.2.0"},
        },
        {
            "release-type": DEFAULT,
            "plugins[0] (sentence-case)": NONE,
            "plugins[1] (linked-versions)": NONE,
            "plugins[2] (node-workspace)": ASK,
            "packages.a": TAKEN,
            "packages.b": TAKEN,
            "(release pull request)": ASK,
            ".release-please-manifest.json": NONE,
        },
        {"packages": {"a": {"path": "a"}, "b": {"path": "b"}}},
        ("a-v1.2.0", "b-v1.2.0"),
        "1.2.0",
    ),
]


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
        (
            {"versioning": "always-bump-minor"},
            {"bump": {"feat": "minor", "fix": "minor", "perf": "minor", "revert": "minor"}},
            {"versioning": ASK},
        ),
        ({"draft": False, "prerelease": True}, {}, {"draft": DEFAULT, "prerelease": ASK}),
        ({"release-as": "2.0.0", "bootstrap-sha": "x"}, {}, {"release-as": NONE, "bootstrap-sha": NONE}),
        ({"signoff": "x", "separate-pull-requests": True}, {}, {"signoff": NONE, "separate-pull-requests": ASK}),
        (
            {"bump-patch-for-minor-pre-major": True},
            {"release": {"feature-on-zero": "patch"}},
            {"bump-patch-for-minor-pre-major": TAKEN},
        ),
        ({"plugins": ["node-workspace"], "fantasy": 1}, {}, {"plugins[0] (node-workspace)": ASK, "fantasy": ASK}),
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
        "web": {"path": "apps/web", "changelog": "apps/web/C.md"},
        "api": {"path": "apps/api", "tag": "api-{version}"},
    }
    keys = statuses(found)
    assert (keys["packages.apps/web"], keys["packages.."], keys["packages.apps/web.changelog-path"]) == (
        TAKEN,
        ASK,
        TAKEN,
    )
    assert keys["packages.apps/api.release-type"] == DEFAULT


def test_the_extra_files_of_a_package_are_its_version_files_beside_the_detected_ones() -> None:
    own = [
        "src/version.ts",
        {"type": "json", "path": "/app.json", "jsonpath": "$.version"},
        {"path": "*", "glob": True},
    ]
    packages = {"web": {"component": "web", "extra-files": own}, "api": {"component": "api"}}
    found = imported({CONFIG: {"packages": packages}, "web/package.json": "{}"})
    assert found.settings["packages"] == {
        "web": {
            "path": "web",
            "version-files": [
                "web/package.json",
                {"path": "web/src/version.ts", "format": "marker"},
                {"path": "app.json", "format": "json", "paths": ["version"]},
            ],
        },
        "api": {"path": "api"},
    }
    keys = statuses(found)
    assert (keys["packages.web.extra-files"], keys["packages.web.extra-files[2]"]) == (TAKEN, ASK)


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


def test_the_file_of_the_github_app_is_read_with_its_own_spelling_of_the_keys() -> None:
    app = """\
releaseType: java-yoshi
bumpMinorPreMajor: true
handleGHRelease: true
primaryBranch: trunk
extraFiles:
  - README.md
branches:
  - branch: 1.x
"""
    found = imported({APP: app})
    assert found.files == (APP,)
    assert found.settings["release"]["branch"] == "trunk"
    assert found.settings["release"]["version-files"] == [{"path": "README.md", "format": "marker"}]
    assert found.settings["release"]["snapshot"] is True
    assert statuses(found)["branches"] == ASK
    assert statuses(found)["handle-gh-release"] == NONE


def test_the_configuration_that_the_github_app_names_is_read() -> None:
    files = {
        APP: "manifest: true\nmanifestConfig: v2/release-please-config.json\nmanifestFile: v2/.manifest.json\n",
        "v2/release-please-config.json": {"include-component-in-tag": False, "packages": {"v2": {"component": "v2"}}},
        "v2/.manifest.json": "{}",
    }
    found = imported(files)
    assert found.files == (APP, "v2/release-please-config.json", "v2/.manifest.json")
    assert found.settings["packages"] == {"v2": {"path": "v2", "tag": "v{version}"}}


@pytest.mark.parametrize("odd", ["1: x", "manifestConfig:", "manifestConfig: [a]", "manifestFile: 3", "primaryBranch:"])
def test_odd_values_in_the_file_of_the_github_app_are_no_crash(odd: str) -> None:
    assert "branch" not in imported({APP: f"releaseType: simple\n{odd}\n"}).settings.get("release", {})
