"""The settings of commitizen, key by key, in each format and place."""

from __future__ import annotations

from typing import Any

from importers.reading import ASK, DEFAULT, NONE, TAKEN, Fixture, Keys

RULES = {"refactor": "patch", "revert": "none"}
USUAL: Keys = {
    "tag_format": DEFAULT,
    "major_version_zero": DEFAULT,
    "(rules of commitizen)": TAKEN,
}


def fixture(
    name: str,
    own: dict[str, Any],
    keys: Keys,
    settings: dict[str, Any] | None = None,
    files: dict[str, str] | None = None,
) -> Fixture:
    """Return a fixture with settings of commitizen in `.cz.json`."""
    return Fixture(
        name,
        {".cz.json": {"commitizen": own}, **(files or {})},
        {**USUAL, **keys},
        {"bump": RULES, **(settings or {})},
    )


FIXTURES = [
    fixture("empty", {}, {}),
    Fixture(
        "toml",
        {".cz.toml": '[tool.commitizen]\ntag_format = "v$version"\nversion = "1.2.0"\n'},
        {**USUAL, "version": TAKEN},
        {"bump": RULES, "release": {"version-files": [{"path": ".cz.toml", "paths": ["tool.commitizen.version"]}]}},
    ),
    Fixture(
        "yaml",
        {"cz.yaml": "commitizen:\n  tag_format: $version\n  major_version_zero: true\n  version_provider: scm\n"},
        {**USUAL, "tag_format": TAKEN, "version_provider": DEFAULT, "version_provider (no file)": TAKEN},
        {"bump": RULES, "release": {"tag": "{version}", "version-files": []}},
        ("0.3.0",),
        "0.3.0",
    ),
    Fixture(
        "pyproject-with-its-version",
        {
            "pyproject.toml": '[project]\nversion = "0.3.0"\n[tool.commitizen]\nversion_provider = "pep621"\n'
            'tag_format = "v${version}"\nversion_scheme = "pep440"\nupdate_changelog_on_bump = true\n'
        },
        {
            **USUAL,
            "version_provider": DEFAULT,
            "version_scheme": ASK,
            "update_changelog_on_bump": DEFAULT,
            "major_version_zero": TAKEN,
        },
        {"bump": RULES, "release": {"major-on-zero": True}},
        ("v0.3.0",),
        "0.3.0",
    ),
    fixture(
        "npm",
        {"version_provider": "npm", "version_scheme": "semver"},
        {"version_provider": DEFAULT, "version_scheme": DEFAULT},
        files={"package.json": '{"name": "x", "version": "1.2.0"}'},
    ),
    fixture(
        "version-files",
        {
            "version_provider": "poetry",
            "version_files": ["app/__init__.py", "app/v.py:VERSION", "docs/conf.txt", "README.md:badge", "src/*.py"],
        },
        {
            "version_provider": DEFAULT,
            "version_files[0]": TAKEN,
            "version_files[1]": TAKEN,
            "version_files[2]": ASK,
            "version_files[3]": TAKEN,
            "version_files[4]": ASK,
        },
        {
            "release": {
                "version-files": [
                    "pyproject.toml",
                    "app/__init__.py",
                    {"path": "app/v.py", "paths": ["VERSION"]},
                    "README.md",
                ]
            }
        },
        files={
            "pyproject.toml": '[tool.poetry]\nversion = "1.2.0"\n',
            "app/__init__.py": '__version__ = "1.2.0"\n',
            "app/v.py": 'VERSION = "1.2.0"\n',
            "docs/conf.txt": "1.2.0 1.2.0\n",
            "README.md": "badge 1.2.0 <!-- x-shipit-version -->\n",
        },
    ),
    fixture(
        "tags",
        {"tag_format": "$major.$minor.$patch$prerelease", "legacy_tag_formats": ["x"], "ignored_tag_formats": ["y"]},
        {"tag_format": DEFAULT, "legacy_tag_formats": NONE, "ignored_tag_formats": DEFAULT},
    ),
    fixture("tag-without-a-version", {"tag_format": "$major"}, {"tag_format": ASK}),
    fixture(
        "changelog",
        {
            "changelog_file": "docs/NEWS.md",
            "changelog_format": "restructuredtext",
            "changelog_incremental": True,
            "change_type_map": {"feat": "New", "fix": "Repairs", "perf": "Performance"},
            "change_type_order": ["BREAKING CHANGE", "Repairs", "New"],
            "bump_message": "release $new_version",
            "update_changelog_on_bump": False,
        },
        {
            "changelog_file": TAKEN,
            "changelog_format": NONE,
            "changelog_incremental": DEFAULT,
            "change_type_map": TAKEN,
            "bump_message": TAKEN,
            "update_changelog_on_bump": NONE,
        },
        {
            "release": {"commit-message": "release {version}"},
            "changelog": {
                "file": "docs/NEWS.md",
                "sections": {"fix": "Repairs", "feat": "New", "perf": "Performance", "revert": False},
            },
        },
    ),
    fixture(
        "hooks-and-signing",
        {
            "pre_bump_hooks": ["make build V=$CZ_PRE_NEW_VERSION", "echo ${CZ_PRE_CURRENT_VERSION}"],
            "post_bump_hooks": ["make publish"],
            "gpg_sign": True,
            "annotated_tag": True,
            "always_signoff": True,
        },
        {
            "pre_bump_hooks[0]": TAKEN,
            "pre_bump_hooks[1]": ASK,
            "post_bump_hooks": ASK,
            "gpg_sign": NONE,
            "annotated_tag": DEFAULT,
            "always_signoff": NONE,
        },
        {"release": {"prepare": ["make build V=$SHIPIT_VERSION"]}},
    ),
    fixture(
        "prompts-and-lint",
        {"style": [], "use_shortcuts": True, "allowed_prefixes": ["Merge"], "message_length_limit": 72, "own": 1},
        {"style": NONE, "use_shortcuts": NONE, "allowed_prefixes": NONE, "message_length_limit": NONE, "own": ASK},
    ),
    Fixture(
        "own-rules",
        {
            "cz.json": {
                "commitizen": {
                    "name": "cz_customize",
                    "tag_format": "v$version",
                    "customize": {
                        "bump_map": {
                            "^.+!$": "MAJOR",
                            "break": "MAJOR",
                            "^(feat|new)": "MINOR",
                            "^fix": "PATCH",
                            "docs": "PATCH",
                            "x.*y[z": "PATCH",
                        },
                        "bump_pattern": "^(break|new|fix)",
                        "schema": "x",
                    },
                }
            }
        },
        {
            "name": ASK,
            "tag_format": DEFAULT,
            "major_version_zero": DEFAULT,
            "customize.bump_map.^.+!$": DEFAULT,
            "customize.bump_map.break": DEFAULT,
            "customize.bump_map.^(feat|new)": TAKEN,
            "customize.bump_map.^fix": DEFAULT,
            "customize.bump_map.docs": TAKEN,
            "customize.bump_map.x.*y[z": ASK,
            "customize.bump_map (other types)": TAKEN,
            "customize.bump_pattern": ASK,
            "customize.schema": NONE,
        },
        {"bump": {"new": "minor", "docs": "patch", "perf": "none", "revert": "none"}},
    ),
]
