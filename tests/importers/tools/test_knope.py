"""The settings of knope, key by key."""

from __future__ import annotations

from importers.reading import ASK, DEFAULT, NONE, TAKEN, Fixture

FIXTURES = [
    Fixture(
        "one-package",
        {
            "knope.toml": '[package]\nversioned_files = ["Cargo.toml", "Cargo.lock"]\nchangelog = "CHANGELOG.md"\n',
            "Cargo.toml": '[package]\nname = "shop"\nversion = "1.2.0"\n',
            "Cargo.lock": '[[package]]\nname = "shop"\nversion = "1.2.0"\n',
        },
        {
            "package.versioned_files[0]": DEFAULT,
            "package.versioned_files[1]": DEFAULT,
            "package.changelog": TAKEN,
            "(rules of knope)": TAKEN,
        },
        {"changelog": {"file": "CHANGELOG.md"}, "bump": {"perf": "none", "revert": "none"}},
    ),
    Fixture(
        "no-package",
        {
            "knope.toml": '[[workflows]]\nname = "release"\n[[workflows.steps]]\ntype = "PrepareRelease"\n[[workflows.steps]]\ntype = "Release"\n'
        },
        {"workflows[0].steps[0]": DEFAULT, "workflows[0].steps[1]": DEFAULT, "(rules of knope)": TAKEN},
        {"bump": {"perf": "none", "revert": "none"}},
    ),
    Fixture(
        "zero",
        {
            "knope.toml": '[package]\nversioned_files = ["package.json"]\n',
            "package.json": '{"name": "x", "version": "0.3.0"}',
        },
        {"package.versioned_files[0]": DEFAULT, "(major version 0)": TAKEN, "(rules of knope)": TAKEN},
        {"release": {"feature-on-zero": "patch"}, "bump": {"perf": "none", "revert": "none"}},
        ("v0.3.0",),
        "0.3.0",
    ),
    Fixture(
        "no-files",
        {"knope.toml": '[package]\nversioned_files = []\nchangelog = "docs/NEWS.md"\n'},
        {"package.versioned_files": TAKEN, "package.changelog": TAKEN, "(rules of knope)": TAKEN},
        {
            "release": {"version-files": []},
            "changelog": {"file": "docs/NEWS.md"},
            "bump": {"perf": "none", "revert": "none"},
        },
    ),
    Fixture(
        "other-files",
        {
            "knope.toml": '[package]\nversioned_files = ["version.txt", { path = "x/Cargo.toml", dependency = "shop" }, { path = "README.md", regex = "v(?<version>.*)" }, "missing.json"]\n',
            "version.txt": "1.2.0\n",
            "README.md": "v1.2.0\n",
        },
        {
            "package.versioned_files[1]": ASK,
            "package.versioned_files[0]": DEFAULT,
            "package.versioned_files[2]": TAKEN,
            "package.versioned_files[3]": ASK,
            "(rules of knope)": TAKEN,
        },
        {
            "release": {"version-files": ["version.txt", {"path": "README.md", "pattern": "v{version}"}]},
            "bump": {"perf": "none", "revert": "none"},
        },
    ),
    Fixture(
        "sections",
        {
            "knope.toml": '[package]\nextra_changelog_sections = [{ types = ["docs"], name = "Pages" }, { footers = ["Note"], name = "Notes" }, { types = ["minor", "api"], name = "New" }]\nscopes = ["web"]\nignore_go_major_versioning = true\n'
        },
        {
            "package.scopes": ASK,
            "package.ignore_go_major_versioning": NONE,
            "package.extra_changelog_sections[0].types": NONE,
            "package.extra_changelog_sections[1].footers": ASK,
            "package.extra_changelog_sections[2]": TAKEN,
            "package.extra_changelog_sections[2].types": NONE,
            "(rules of knope)": TAKEN,
        },
        {"changelog": {"sections": {"feat": "New"}}, "bump": {"perf": "none", "revert": "none"}},
    ),
    Fixture(
        "assets",
        {"knope.toml": '[package]\nassets = [{ path = "./dist/a.zip", name = "a" }, { path = "dist/b.zip" }]\n'},
        {
            "package.assets[0]": TAKEN,
            "package.assets[0].name": NONE,
            "package.assets[1]": TAKEN,
            "(rules of knope)": TAKEN,
        },
        {"release": {"assets": ["dist/a.zip", "dist/b.zip"]}, "bump": {"perf": "none", "revert": "none"}},
    ),
    Fixture(
        "asset-pattern",
        {"knope.toml": '[package]\nassets = "dist/*"\n'},
        {"package.assets[0]": TAKEN, "(rules of knope)": TAKEN},
        {"release": {"assets": ["dist/*"]}, "bump": {"perf": "none", "revert": "none"}},
    ),
    Fixture(
        "several-packages",
        {
            "knope.toml": '[packages.web]\nversioned_files = ["web/package.json"]\nchangelog = "web/CHANGELOG.md"\nscopes = ["web"]\n[packages.api]\nversioned_files = ["api/Cargo.toml"]\nchangelog = "NEWS-api.md"\nassets = "dist/*"\n[packages.all]\nversioned_files = ["Cargo.toml"]\n',
            "web/package.json": '{"version": "1.2.0"}',
        },
        {
            "packages.web.scopes": ASK,
            "packages.web": TAKEN,
            "packages.api": TAKEN,
            "packages.api.assets": ASK,
            "packages.all": ASK,
            "(rules of knope)": TAKEN,
        },
        {
            "packages": {
                "web": {"path": "web", "tag": "web/v{version}"},
                "api": {"path": "api", "tag": "api/v{version}", "changelog": "NEWS-api.md"},
            },
            "bump": {"perf": "none", "revert": "none"},
        },
        ("web/v1.2.0", "api/v1.0.0"),
        "1.2.0",
    ),
    Fixture(
        "workflows",
        {
            "knope.toml": '[[workflows]]\nname = "release"\nsteps = [{ type = "PrepareRelease" }, { type = "Command", command = "git commit -m x" }, { type = "Command", command = "cargo publish" }, { type = "CreatePullRequest" }, { type = "SelectJiraIssue" }, { type = "Own" }]\n'
        },
        {
            "workflows[0].steps[0]": DEFAULT,
            "workflows[0].steps[1]": DEFAULT,
            "workflows[0].steps[2]": ASK,
            "workflows[0].steps[3]": ASK,
            "workflows[0].steps[4]": ASK,
            "workflows[0].steps[5]": ASK,
            "(rules of knope)": TAKEN,
        },
        {"bump": {"perf": "none", "revert": "none"}},
    ),
    Fixture(
        "change-files-and-notes",
        {
            "knope.toml": '[changes]\nignore_conventional_commits = true\n[release_notes]\nchange_templates = ["x"]\n[github]\nowner = "a"\nrepo = "b"\n[gitea]\nx = 1\n[jira]\nurl = "x"\n'
        },
        {
            "github": DEFAULT,
            "gitea": ASK,
            "jira": NONE,
            "changes.ignore_conventional_commits": ASK,
            "release_notes.change_templates": NONE,
            "(rules of knope)": TAKEN,
        },
        {"bump": {"perf": "none", "revert": "none"}},
    ),
    Fixture(
        "other-tags",
        {"knope.toml": "[package]\nversioned_files = []\n"},
        {"package.versioned_files": TAKEN, "(tags)": TAKEN, "(rules of knope)": TAKEN},
        {"release": {"version-files": [], "tag": "{version}"}, "bump": {"perf": "none", "revert": "none"}},
        ("1.2.0",),
        "1.2.0",
    ),
]
