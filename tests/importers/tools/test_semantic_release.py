"""The settings of semantic-release, key by key, in each format and place."""

from __future__ import annotations

from typing import Any

import pytest
from importers.reading import ASK, DEFAULT, NONE, TAKEN, Fixture, Keys, imported, statuses

from shipit.importers import RepositoryFacts, read_settings

SR = "@semantic-release"
ANALYZER, NOTES, GIT, GITHUB, NPM, EXEC = (
    f"{SR}/{name}" for name in ("commit-analyzer", "release-notes-generator", "git", "github", "npm", "exec")
)
QUIET = {"successComment": False, "releasedLabels": False}
PLUGINS: list[Any] = [ANALYZER, NOTES, GIT, [GITHUB, QUIET]]

FIXTURES = [
    Fixture(
        "preset-in-package-json",
        {"package.json": {"name": "shop", "version": "1.2.0", "release": {"branches": ["main"]}}},
        {
            "branches": DEFAULT,
            "@semantic-release/commit-analyzer.preset": DEFAULT,
            "@semantic-release/release-notes-generator": DEFAULT,
            "@semantic-release/npm": ASK,
            "@semantic-release/github.successComment": TAKEN,
            "@semantic-release/github.releasedLabels": TAKEN,
            "plugins (no git)": TAKEN,
        },
        {"announce": {"comment": True, "label": "released"}, "release": {"write-back": "none"}},
    ),
    Fixture(
        "npm-library",
        {
            ".releaserc.json": {
                "branches": ["main", "next", {"name": "beta", "prerelease": True}],
                "plugins": [
                    "@semantic-release/commit-analyzer",
                    "@semantic-release/release-notes-generator",
                    "@semantic-release/npm",
                    "@semantic-release/github",
                ],
            }
        },
        {
            "branches": ASK,
            "@semantic-release/commit-analyzer.preset": DEFAULT,
            "@semantic-release/release-notes-generator": DEFAULT,
            "@semantic-release/npm": ASK,
            "@semantic-release/github.successComment": TAKEN,
            "@semantic-release/github.releasedLabels": TAKEN,
            "plugins (no git)": TAKEN,
        },
        {
            "release": {"branches": ["main", "next", {"name": "beta", "prerelease": "beta"}], "write-back": "none"},
            "announce": {"comment": True, "label": "released"},
        },
    ),
    Fixture(
        "spring-boot-with-exec",
        {
            ".releaserc": """\
branches: [main]
plugins:
  - "@semantic-release/commit-analyzer"
  - "@semantic-release/release-notes-generator"
  - ["@semantic-release/changelog", {changelogFile: CHANGELOG.md}]
  - ["@semantic-release/exec", {prepareCmd: "sed -i 's/^version=.*/version=${nextRelease.version}/' gradle.properties && ./gradlew bootJar"}]
  - ["@semantic-release/git", {assets: [CHANGELOG.md, gradle.properties], message: "chore(release): ${nextRelease.version} [skip ci]"}]
  - ["@semantic-release/github", {assets: [{path: build/libs/*.jar, label: jar}]}]
""",
            "gradle.properties": "version=1.2.0\n",
        },
        {
            "branches": DEFAULT,
            "@semantic-release/commit-analyzer.preset": DEFAULT,
            "@semantic-release/release-notes-generator": DEFAULT,
            "@semantic-release/changelog.changelogFile": TAKEN,
            "@semantic-release/exec.prepareCmd (1)": DEFAULT,
            "@semantic-release/exec.prepareCmd (2)": TAKEN,
            "@semantic-release/git.message ([skip ci])": ASK,
            "@semantic-release/git.message": DEFAULT,
            "@semantic-release/git.assets (CHANGELOG.md)": DEFAULT,
            "@semantic-release/git.assets (gradle.properties)": DEFAULT,
            "@semantic-release/github.assets[0]": TAKEN,
            "@semantic-release/github.assets[0].label": NONE,
            "@semantic-release/github.successComment": TAKEN,
            "@semantic-release/github.releasedLabels": TAKEN,
        },
        {
            "changelog": {"file": "CHANGELOG.md"},
            "release": {"prepare": ["./gradlew bootJar"], "assets": ["build/libs/*.jar"]},
            "announce": {"comment": True, "label": "released"},
        },
    ),
    Fixture(
        "rules-and-sections",
        {
            "release.config.js": """\
/** our releases */
module.exports = {
  branches: ['main'],
  plugins: [
    ['@semantic-release/commit-analyzer', {
      preset: 'conventionalcommits',
      releaseRules: [
        { type: 'refactor', release: 'patch' },
        { type: 'docs', scope: 'README', release: 'patch' },
        { type: 'perf', release: false },
        { scope: 'no-release', release: false },
      ],
      parserOpts: { noteKeywords: ['BREAKING CHANGE', 'BREAKING CHANGES'] },
    }],
    ['@semantic-release/release-notes-generator', {
      preset: 'conventionalcommits',
      presetConfig: { types: [
        { type: 'feat', section: '✨ 기능' },
        { type: 'fix', section: '🐛 버그 수정' },
        { type: 'chore', hidden: true },
      ] },
    }],
    '@semantic-release/github',
  ],
};
"""
        },
        {
            "branches": DEFAULT,
            "@semantic-release/commit-analyzer.preset": DEFAULT,
            "@semantic-release/commit-analyzer.releaseRules[0]": TAKEN,
            "@semantic-release/commit-analyzer.releaseRules[1]": TAKEN,
            "@semantic-release/commit-analyzer.releaseRules[2]": TAKEN,
            "@semantic-release/commit-analyzer.releaseRules[3]": TAKEN,
            "@semantic-release/commit-analyzer.parserOpts.noteKeywords": TAKEN,
            "@semantic-release/release-notes-generator.presetConfig.types": TAKEN,
            "@semantic-release/github.successComment": TAKEN,
            "@semantic-release/github.releasedLabels": TAKEN,
            "plugins (no git)": TAKEN,
        },
        {
            "bump": {
                "refactor": "patch",
                "docs(README)": "patch",
                "perf": "none",
                "feat(no-release)": "none",
                "fix(no-release)": "none",
                "refactor(no-release)": "none",
                "revert(no-release)": "none",
            },
            "commits": {"breaking": ["BREAKING CHANGES"]},
            "changelog": {"sections": {"feat": "✨ 기능", "fix": "🐛 버그 수정", "perf": False, "revert": False}},
            "announce": {"comment": True, "label": "released"},
            "release": {"write-back": "none"},
        },
    ),
    Fixture(
        "tag-format-without-v",
        {
            ".releaserc.yaml": """\
tagFormat: '${version}'
branches: main
repositoryUrl: https://github.com/acme/shop
ci: true
debug: false
"""
        },
        {
            "tagFormat": TAKEN,
            "repositoryUrl": NONE,
            "ci": NONE,
            "debug": NONE,
            "branches": DEFAULT,
            "@semantic-release/commit-analyzer.preset": DEFAULT,
            "@semantic-release/release-notes-generator": DEFAULT,
            "@semantic-release/npm": ASK,
            "@semantic-release/github.successComment": TAKEN,
            "@semantic-release/github.releasedLabels": TAKEN,
            "plugins (no git)": TAKEN,
        },
        {"release": {"tag": "{version}", "write-back": "none"}, "announce": {"comment": True, "label": "released"}},
        ("1.2.0",),
        "1.2.0",
    ),
    Fixture(
        "maintenance-and-channels",
        {
            ".releaserc.yml": """\
branches:
  - '+([0-9])?(.{+([0-9]),x}).x'
  - main
  - {name: next, channel: next}
  - {name: alpha, prerelease: true, channel: alpha}
"""
        },
        {
            "branches[0]": NONE,
            "branches[2].channel": NONE,
            "branches[3].channel": NONE,
            "branches": ASK,
            "@semantic-release/commit-analyzer.preset": DEFAULT,
            "@semantic-release/release-notes-generator": DEFAULT,
            "@semantic-release/npm": ASK,
            "@semantic-release/github.successComment": TAKEN,
            "@semantic-release/github.releasedLabels": TAKEN,
            "plugins (no git)": TAKEN,
        },
        {
            "release": {"branches": ["main", "next", {"name": "alpha", "prerelease": "alpha"}], "write-back": "none"},
            "announce": {"comment": True, "label": "released"},
        },
    ),
    Fixture(
        "two-plain-branches",
        {
            ".releaserc.json": {
                "branches": ["develop", "main"],
                "plugins": ["@semantic-release/commit-analyzer", "@semantic-release/github"],
            }
        },
        {
            "branches": ASK,
            "@semantic-release/commit-analyzer.preset": DEFAULT,
            "@semantic-release/github.successComment": TAKEN,
            "@semantic-release/github.releasedLabels": TAKEN,
            "plugins (no git)": TAKEN,
        },
        {
            "release": {"branches": ["develop", "main"], "write-back": "none"},
            "announce": {"comment": True, "label": "released"},
        },
    ),
    Fixture(
        "github-comments-off",
        {
            "release.config.cjs": "module.exports = { branches: ['main'], plugins: ['@semantic-release/commit-analyzer', '@semantic-release/release-notes-generator', ['@semantic-release/github', { successComment: false, failComment: false, releasedLabels: false, draftRelease: true, assets: ['dist/*.zip'] }]] };"
        },
        {
            "branches": DEFAULT,
            "@semantic-release/commit-analyzer.preset": DEFAULT,
            "@semantic-release/release-notes-generator": DEFAULT,
            "@semantic-release/github.assets[0]": TAKEN,
            "@semantic-release/github.successComment": DEFAULT,
            "@semantic-release/github.releasedLabels": DEFAULT,
            "@semantic-release/github.failComment": DEFAULT,
            "@semantic-release/github.draftRelease": NONE,
            "plugins (no git)": TAKEN,
        },
        {"release": {"assets": ["dist/*.zip"], "write-back": "none"}},
    ),
    Fixture(
        "hooks-after-the-release",
        {
            ".releaserc.json": {
                "branches": ["main"],
                "plugins": [
                    "@semantic-release/commit-analyzer",
                    [
                        "@semantic-release/exec",
                        {
                            "verifyReleaseCmd": "./check.sh ${nextRelease.version}",
                            "publishCmd": "./publish.sh",
                            "successCmd": "curl -X POST https://chat.example",
                        },
                    ],
                ],
            }
        },
        {
            "branches": DEFAULT,
            "@semantic-release/commit-analyzer.preset": DEFAULT,
            "@semantic-release/exec.verifyReleaseCmd": ASK,
            "@semantic-release/exec.publishCmd": ASK,
            "@semantic-release/exec.successCmd": ASK,
            "plugins (no git)": TAKEN,
            "plugins (no github)": ASK,
        },
        {"release": {"write-back": "none"}},
    ),
    Fixture(
        "gradle-plugin",
        {
            "package.json": {
                "private": True,
                "release": {
                    "branches": ["master"],
                    "plugins": [
                        "@semantic-release/commit-analyzer",
                        "@semantic-release/release-notes-generator",
                        "gradle-semantic-release-plugin",
                        "@semantic-release/github",
                    ],
                },
            },
            "gradle.properties": "version=1.2.0\n",
        },
        {
            "branches": TAKEN,
            "@semantic-release/commit-analyzer.preset": DEFAULT,
            "@semantic-release/release-notes-generator": DEFAULT,
            "gradle-semantic-release-plugin": ASK,
            "@semantic-release/github.successComment": TAKEN,
            "@semantic-release/github.releasedLabels": TAKEN,
            "plugins (no git)": TAKEN,
        },
        {"release": {"branch": "master", "write-back": "none"}, "announce": {"comment": True, "label": "released"}},
    ),
    Fixture(
        "replace-plugin",
        {
            ".releaserc.json": {
                "branches": ["main"],
                "plugins": [
                    "@semantic-release/commit-analyzer",
                    [
                        "@google/semantic-release-replace-plugin",
                        {
                            "replacements": [
                                {
                                    "files": ["pyproject.toml"],
                                    "from": 'version = ".*"',
                                    "to": 'version = "${nextRelease.version}"',
                                }
                            ]
                        },
                    ],
                    ["@semantic-release/git", {"assets": ["pyproject.toml"]}],
                ],
            },
            "pyproject.toml": """\
[project]
name = "shop"
version = "1.2.0"
""",
        },
        {
            "branches": DEFAULT,
            "@semantic-release/commit-analyzer.preset": DEFAULT,
            "@google/semantic-release-replace-plugin.replacements[0] (pyproject.toml)": DEFAULT,
            "@semantic-release/git.message ([skip ci])": ASK,
            "@semantic-release/git.assets (pyproject.toml)": DEFAULT,
            "plugins (no github)": ASK,
        },
    ),
    Fixture(
        "catch-all-rule",
        {
            ".releaserc.json": {
                "branches": ["main"],
                "plugins": [
                    [
                        "@semantic-release/commit-analyzer",
                        {
                            "preset": "angular",
                            "releaseRules": [
                                {"release": "patch"},
                                {"type": "feat", "release": "minor"},
                                {"breaking": True, "release": "major"},
                            ],
                        },
                    ]
                ],
            }
        },
        {
            "branches": DEFAULT,
            "@semantic-release/commit-analyzer.preset": DEFAULT,
            "@semantic-release/commit-analyzer.releaseRules[2]": DEFAULT,
            "@semantic-release/commit-analyzer.releaseRules[0]": TAKEN,
            "@semantic-release/commit-analyzer.releaseRules[1]": DEFAULT,
            "plugins (no git)": TAKEN,
            "plugins (no github)": ASK,
        },
        {"bump": {"*": "patch"}, "release": {"write-back": "none"}},
    ),
    Fixture(
        "npm-without-publishing",
        {
            "release.config.mjs": "export default { branches: ['main'], plugins: ['@semantic-release/commit-analyzer', ['@semantic-release/npm', { npmPublish: false, tarballDir: 'dist' }], ['@semantic-release/git', { assets: ['package.json', 'dist/**'], message: 'release: ${nextRelease.version}' }]] };",
            "package.json": {"name": "shop", "version": "1.2.0"},
        },
        {
            "branches": DEFAULT,
            "@semantic-release/commit-analyzer.preset": DEFAULT,
            "@semantic-release/npm.npmPublish": DEFAULT,
            "@semantic-release/npm.tarballDir": ASK,
            "@semantic-release/git.message": TAKEN,
            "@semantic-release/git.assets (package.json)": DEFAULT,
            "@semantic-release/git.assets (dist/**)": ASK,
            "plugins (no github)": ASK,
        },
        {"release": {"commit-message": "release: {version}"}},
    ),
    Fixture(
        "extends-a-preset",
        {".releaserc.json": {"extends": "semantic-release-preconfigured-conventional-commits", "branches": ["main"]}},
        {
            "extends": ASK,
            "branches": DEFAULT,
            "@semantic-release/commit-analyzer.preset": DEFAULT,
            "@semantic-release/release-notes-generator": DEFAULT,
            "@semantic-release/npm": ASK,
            "@semantic-release/github.successComment": TAKEN,
            "@semantic-release/github.releasedLabels": TAKEN,
            "plugins (no git)": TAKEN,
        },
        {"announce": {"comment": True, "label": "released"}, "release": {"write-back": "none"}},
    ),
]


def of(settings: dict[str, Any], files: dict[str, str] | None = None) -> tuple[dict[str, Any], Keys]:
    """Return the settings of shipit and what became of each key, for settings beside `PLUGINS`."""
    found = imported({".releaserc": {"plugins": PLUGINS, **settings}, **(files or {})})
    return {table: dict(keys) for table, keys in found.settings.items()}, statuses(found)


def plugin(name: str, options: dict[str, Any], files: dict[str, str] | None = None) -> tuple[dict[str, Any], Keys]:
    """Return the same for one plugin with options in place of the same one of `PLUGINS`."""
    others = [each for each in PLUGINS if each != name and each[0] != name]
    settings, keys = of({"plugins": [*others, [name, options]]}, files)
    return settings, {
        key.removeprefix(f"{name}."): status
        for key, status in keys.items()
        if key.startswith(f"{name}.") or key == name
    }


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".releaserc", '{"tagFormat": "release-${version}"}'),
        (".releaserc", "tagFormat: release-${version}"),
        (".releaserc.json", '{"tagFormat": "release-${version}"}'),
        (".releaserc.yaml", "tagFormat: release-${version}"),
        (".releaserc.yml", "# ours\ntagFormat: 'release-${version}'"),
        (".releaserc.js", "module.exports = { tagFormat: 'release-${version}' };"),
        (".releaserc.cjs", "module.exports = { tagFormat: 'release-${version}' };"),
        (".releaserc.mjs", "export default { tagFormat: 'release-${version}' };"),
        ("release.config.js", "module.exports = { tagFormat: 'release-${version}' };"),
        ("release.config.ts", "export default { tagFormat: 'release-${version}' } satisfies Options;"),
        ("package.json", '{"name": "x", "release": {"tagFormat": "release-${version}"}}'),
    ],
)
def test_each_place_of_settings_is_read(path: str, text: str) -> None:
    found = imported({path: text})
    assert (found.tool, found.files) == ("semantic-release", (path,))
    assert found.settings["release"]["tag"] == "release-{version}"


def test_a_repository_without_settings_of_a_tool_has_no_import() -> None:
    assert read_settings(RepositoryFacts({"package.json": '{"name": "x"}'}.get)) == ()


@pytest.mark.parametrize(
    ("branches", "release", "status"),
    [
        (["main"], {}, {"branches": DEFAULT}),
        ("main", {}, {"branches": DEFAULT}),
        (["production"], {"branch": "production"}, {"branches": TAKEN}),
        (
            ["main", {"name": "beta", "prerelease": True, "channel": "b"}],
            {"branches": ["main", {"name": "beta", "prerelease": "beta"}]},
            {"branches[1].channel": NONE, "branches": TAKEN},
        ),
        (
            ["main", {"name": "1.x", "range": "1.x"}, {"name": "pre/rc", "prerelease": "rc"}],
            {"branches": ["main", {"name": "1.x", "range": "1.x"}, {"name": "pre/rc", "prerelease": "rc"}]},
            {"branches": TAKEN},
        ),
        (["+([0-9])?(.{+([0-9]),x}).x", "main"], {}, {"branches[0]": NONE, "branches": DEFAULT}),
        (["develop", "main"], {"branches": ["develop", "main"]}, {"branches": ASK}),
        (
            [{"name": "feat/x", "prerelease": True}],
            {"branches": [{"name": "feat/x", "prerelease": "feat-x"}]},
            {"branches[0].prerelease": ASK, "branches": TAKEN},
        ),
        ([7], {}, {"branches[0]": ASK}),
    ],
)
def test_branches(branches: Any, release: dict[str, Any], status: Keys) -> None:
    settings, keys = of({"branches": branches})
    assert settings.get("release", {}) == release
    assert {key: value for key, value in keys.items() if key.startswith("branches")} == status


@pytest.mark.parametrize(
    ("format", "tag", "status"),
    [
        ("v${version}", None, DEFAULT),
        ("${version}", "{version}", TAKEN),
        ("app-${version}", "app-{version}", TAKEN),
        ("v${x}", None, ASK),
    ],
)
def test_the_tag_format(format: str, tag: str | None, status: str) -> None:
    settings, keys = of({"tagFormat": format})
    assert (settings.get("release", {}).get("tag"), keys["tagFormat"]) == (tag, status)


def test_keys_that_shipit_does_not_need_and_unknown_ones_are_reported() -> None:
    _, keys = of({"ci": False, "debug": True, "dryRun": False, "repositoryUrl": "x", "extends": "y", "fantasy": 1})
    expected = {**dict.fromkeys(("ci", "debug", "dryRun", "repositoryUrl"), NONE), "extends": ASK, "fantasy": ASK}
    assert {key: keys[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("rule", "bump", "status"),
    [
        ({"type": "docs", "release": "patch"}, {"docs": "patch"}, TAKEN),
        ({"type": "docs", "scope": "README", "release": "patch"}, {"docs(README)": "patch"}, TAKEN),
        ({"type": "fix", "release": "patch"}, {}, DEFAULT),
        ({"type": "feat", "release": False}, {"feat": "none"}, TAKEN),
        ({"type": "{style,chore}", "release": "patch"}, {"style": "patch", "chore": "patch"}, TAKEN),
        ({"breaking": True, "release": "major"}, {}, DEFAULT),
        ({"breaking": True, "release": "minor"}, {}, ASK),
        ({"revert": True, "release": "patch"}, {}, DEFAULT),
        ({"scope": "x", "release": False}, {"feat(x)": "none", "fix(x)": "none", "perf(x)": "none", "revert(x)": "none"}, TAKEN),
        ({"type": "!(docs)", "release": "patch"}, {}, ASK),
        ({"type": "feat", "subject": "x*", "release": "patch"}, {}, ASK),
        ({"type": "feat", "release": "prerelease"}, {}, ASK),
        ("rules.js", {}, ASK),
    ],
)  # fmt: skip
def test_a_release_rule(rule: Any, bump: dict[str, str], status: str) -> None:
    settings, keys = plugin(ANALYZER, {"releaseRules": [rule]})
    assert (settings.get("bump", {}), keys["releaseRules[0]"]) == (bump, status)


def test_of_several_rules_for_a_commit_the_highest_counts() -> None:
    rules = [
        {"type": "docs", "scope": "api", "release": "patch"},
        {"type": "docs", "release": "minor"},
        {"type": "perf", "release": "minor"},
        {"scope": "no-release", "release": False},
    ]
    settings, keys = plugin(ANALYZER, {"releaseRules": rules})
    assert settings["bump"] == {
        "docs": "minor",
        "perf": "minor",
        **{f"{type}(no-release)": "none" for type in ("docs", "feat", "fix", "perf", "revert")},
    }
    assert keys["releaseRules[0]"] == DEFAULT


def test_a_rule_without_a_release_replaces_those_before_it_and_not_those_after_it() -> None:
    rules = [
        {"type": "perf", "release": "minor"},
        {"scope": "x", "release": False},
        {"type": "fix", "release": "minor"},
    ]
    settings, _ = plugin(ANALYZER, {"releaseRules": rules})
    assert settings["bump"] == {
        "perf": "minor",
        "fix": "minor",
        **{f"{type}(x)": "none" for type in ("feat", "perf", "revert")},
    }


def test_the_rule_without_a_type_is_that_of_every_other_commit() -> None:
    settings, keys = plugin(ANALYZER, {"releaseRules": [{"release": "patch"}, {"type": "feat", "release": "minor"}]})
    assert (settings["bump"], keys["releaseRules[0]"]) == ({"*": "patch"}, TAKEN)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, {"preset": DEFAULT}),
        ({"preset": "conventionalcommits"}, {"preset": DEFAULT}),
        ({"preset": "eslint"}, {"preset": ASK}),
        ({"config": "x"}, {"config": ASK}),
        ({"releaseRules": "./rules.js"}, {"preset": DEFAULT, "releaseRules": ASK}),
        (
            {"parserOpts": {"noteKeywords": ["BREAKING CHANGE"]}},
            {"preset": DEFAULT, "parserOpts.noteKeywords": DEFAULT},
        ),
        ({"parserOpts": {"noteKeywords": ["BREAKING CHANGES"]}}, {"preset": DEFAULT, "parserOpts.noteKeywords": TAKEN}),
        ({"parserOpts": {"noteKeywords": ["Note"]}}, {"preset": DEFAULT, "parserOpts.noteKeywords": ASK}),
        ({"parserOpts": {"headerPattern": "x"}}, {"preset": DEFAULT, "parserOpts.headerPattern": ASK}),
        ({"presetConfig": {}}, {"preset": DEFAULT, "presetConfig": NONE}),
    ],
)
def test_options_of_the_commit_analyzer(options: dict[str, Any], expected: Keys) -> None:
    assert plugin(ANALYZER, options)[1] == expected


def test_the_first_release_and_the_major_version_0_are_those_of_semantic_release() -> None:
    without = imported({".releaserc": {"plugins": PLUGINS}}, tags=(), last="")
    zero = imported({".releaserc": {"plugins": PLUGINS}}, tags=("v0.3.0",), last="0.3.0")
    assert without.settings == {"release": {"initial-version": "1.0.0"}}
    assert zero.settings == {"release": {"major-on-zero": True}}


def test_options_of_the_notes() -> None:
    options = {"presetConfig": {"types": [{"type": "feat", "section": "New"}]}, "writerOpts": {}, "linkCompare": True}
    settings, keys = plugin(NOTES, options)
    assert settings == {"changelog": {"sections": {"feat": "New", "fix": False, "perf": False, "revert": False}}}
    assert keys == {"presetConfig.types": TAKEN, "writerOpts": NONE, "linkCompare": NONE}


def test_the_changelog_and_the_files_of_the_release_commit() -> None:
    files = {"build.gradle": "version = '1'", "app/build.gradle": "version = '1'"}
    assets = ["docs/CHANGES.md", "build.gradle", "app/build.gradle", "dist/**"]
    plugins = [ANALYZER, NOTES, [f"{SR}/changelog", {"changelogFile": "docs/CHANGES.md"}], [GIT, {"assets": assets}]]
    settings, keys = of({"plugins": [*plugins, [GITHUB, QUIET]]}, files)
    assert settings == {
        "changelog": {"file": "docs/CHANGES.md"},
        "release": {"version-files": ["build.gradle", "app/build.gradle"]},
    }
    committed = {asset: keys[f"{GIT}.assets ({asset})"] for asset in assets}
    assert committed == {**dict.fromkeys(assets[:3], DEFAULT), "dist/**": ASK}


@pytest.mark.parametrize(
    ("message", "status"),
    [
        ("release ${x}", {"message": ASK}),
        ("release ${nextRelease.version} [skip ci]", {"message": TAKEN, "message ([skip ci])": ASK}),
        ("chore(release): ${nextRelease.version}\n\n${nextRelease.notes}", {"message": DEFAULT}),
        ("release ${nextRelease.gitTag}", {"message": TAKEN}),
    ],
)
def test_the_message_of_the_release_commit(message: str, status: Keys) -> None:
    assert plugin(GIT, {"message": message})[1] == status


def test_without_the_git_plugin_there_is_no_release_commit() -> None:
    settings, keys = of({"plugins": [ANALYZER, NOTES]})
    assert settings == {"release": {"write-back": "none"}}
    assert (keys["plugins (no git)"], keys["plugins (no github)"]) == (TAKEN, ASK)


def test_without_plugins_those_of_semantic_release_count() -> None:
    found = imported({".releaserc": {"branches": ["main"]}})
    assert {table: dict(keys) for table, keys in found.settings.items()} == {
        "release": {"write-back": "none"},
        "announce": {"comment": True, "label": "released"},
    }
    assert statuses(found)[NPM] == ASK


def test_options_of_github() -> None:
    options = {
        "assets": ["build/*.jar", {"path": "./dist/app.zip", "name": "app", "label": "App"}, ["a", "!b"]],
        "releasedLabels": ["shipped"],
        "failComment": False,
        "failTitle": "x",
        "draftRelease": True,
        "githubUrl": "https://git.example",
    }
    settings, keys = plugin(GITHUB, options)
    assert settings["release"]["assets"] == ["build/*.jar", "dist/app.zip"]
    assert settings["announce"] == {"comment": True, "label": "shipped"}
    assert keys == {
        "assets[0]": TAKEN,
        "assets[1]": TAKEN,
        "assets[1].name": NONE,
        "assets[1].label": NONE,
        "assets[2]": ASK,
        "successComment": TAKEN,
        "releasedLabels": TAKEN,
        "failComment": DEFAULT,
        "failTitle": NONE,
        "draftRelease": NONE,
        "githubUrl": DEFAULT,
    }


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"npmPublish": False}, {"npmPublish": DEFAULT}),
        ({"npmPublish": False, "tarballDir": "x", "pkgRoot": "y"}, {"npmPublish": DEFAULT, "tarballDir": ASK, "pkgRoot": ASK}),
    ],
)  # fmt: skip
def test_options_of_npm(options: dict[str, Any], expected: Keys) -> None:
    assert plugin(NPM, options)[1] == expected


@pytest.mark.parametrize(
    ("command", "prepare", "expected"),
    [
        ("sed -i s/x/${nextRelease.version}/ build.gradle", None, [DEFAULT]),
        (
            "sed -i s/x/${nextRelease.version}/ build.gradle && ./gradlew build -Pv=${nextRelease.version}",
            ["./gradlew build -Pv=$SHIPIT_VERSION"],
            [DEFAULT, TAKEN],
        ),
        ("echo <%= nextRelease.gitTag %> > tag.txt", ["echo $SHIPIT_TAG > tag.txt"], [TAKEN]),
        ("docker build -t x . && docker push x", ["docker build -t x ."], [TAKEN, ASK]),
        ("echo ${lastRelease.version}", None, [ASK]),
    ],
)
def test_the_command_before_a_release(command: str, prepare: list[str] | None, expected: list[str]) -> None:
    settings, keys = plugin(EXEC, {"prepareCmd": command}, {"build.gradle": "version = '1'"})
    assert (settings.get("release", {}).get("prepare"), list(keys.values())) == (prepare, expected)


def test_other_commands_and_unknown_plugins_need_a_decision() -> None:
    names = ("verifyConditionsCmd", "publishCmd", "successCmd", "failCmd", "shell")
    assert set(plugin(EXEC, dict.fromkeys(names, "x"))[1].values()) == {ASK}
    _, keys = of({"plugins": [*PLUGINS, "semantic-release-gitmoji", ["./own.js", {}]]})
    assert (keys["semantic-release-gitmoji"], keys["./own.js"]) == (ASK, ASK)


def test_each_key_without_a_counterpart_or_with_a_decision_has_a_reason() -> None:
    found = imported(
        {".releaserc": {"branches": ["a", "b"], "extends": "x", "plugins": ["y", [EXEC, {"publishCmd": "z"}]]}}
    )
    assert all(key.why for key in found.keys if key.status in (NONE, ASK))
    assert found.settings["release"]["branches"] == ["a", "b"]
