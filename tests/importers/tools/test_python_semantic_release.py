"""The settings of python-semantic-release, key by key, in each format and place."""

from __future__ import annotations

from importers.reading import ASK, DEFAULT, NONE, TAKEN, Fixture

FIXTURES = [
    Fixture(
        "pyproject",
        {
            "pyproject.toml": '[project]\nname = "shop"\nversion = "1.2.0"\n[tool.semantic_release]\nversion_toml = ["pyproject.toml:project.version"]\n'
        },
        {"version_toml[0]": DEFAULT, "major_on_zero": DEFAULT, "(rules of python-semantic-release)": TAKEN},
        {"bump": {"revert": "none"}},
    ),
    Fixture(
        "releaserc-toml",
        {"releaserc.toml": '[semantic_release]\nadd_partial_tags = true\ncommit_author = "bot <bot@example.org>"\n'},
        {
            "add_partial_tags": TAKEN,
            "commit_author": TAKEN,
            "major_on_zero": DEFAULT,
            "(rules of python-semantic-release)": TAKEN,
        },
        {
            "release": {"floating-tags": ["major", "minor"], "author": "bot <bot@example.org>"},
            "bump": {"revert": "none"},
        },
    ),
    Fixture(
        "releaserc-json",
        {
            "releaserc.json": {
                "semantic_release": {
                    "tag_format": "release-{version}",
                    "commit_message": "release {version}\n\nAutomatically generated",
                    "no_git_verify": False,
                }
            }
        },
        {
            "commit_message": TAKEN,
            "no_git_verify": DEFAULT,
            "tag_format": DEFAULT,
            "major_on_zero": DEFAULT,
            "(rules of python-semantic-release)": TAKEN,
        },
        {"release": {"commit-message": "release {version}"}, "bump": {"revert": "none"}},
    ),
    Fixture(
        "tags-differ",
        {
            "releaserc.json": {
                "semantic_release": {"tag_format": "{version}", "branches": {"main": {"match": "(main|master)"}}}
            }
        },
        {
            "tag_format": DEFAULT,
            "branches": DEFAULT,
            "major_on_zero": DEFAULT,
            "(rules of python-semantic-release)": TAKEN,
        },
        {"bump": {"revert": "none"}},
        ("v1.2.0",),
        "1.2.0",
    ),
    Fixture(
        "branches",
        {
            "releaserc.json": {
                "semantic_release": {
                    "branches": {
                        "main": {"match": "main"},
                        "beta": {"match": "^beta$", "prerelease": True, "prerelease_token": "b"},
                        "rc": {"match": "release/next", "prerelease": True},
                        "x": {"match": "feat/.*", "prerelease": True},
                    }
                }
            }
        },
        {"branches.x": ASK, "branches": TAKEN, "major_on_zero": DEFAULT, "(rules of python-semantic-release)": TAKEN},
        {
            "release": {
                "branches": ["main", {"name": "beta", "prerelease": "b"}, {"name": "release/next", "prerelease": "rc"}]
            },
            "bump": {"revert": "none"},
        },
    ),
    Fixture(
        "version-variables",
        {
            "pyproject.toml": '[tool.semantic_release]\nversion_variables = ["shop/__init__.py:__version__", "docs/conf.py:release", "README.md:version", "none.py:x"]\nassets = ["uv.lock", "dist.json"]\n',
            "shop/__init__.py": '__version__ = "1.2.0"\n',
            "docs/conf.py": 'release = "1.2.0"\n',
            "README.md": "shop\n\nversion: 1.2.0\n",
        },
        {
            "version_variables[0]": TAKEN,
            "version_variables[1]": TAKEN,
            "version_variables[2]": TAKEN,
            "version_variables[3]": ASK,
            "assets (uv.lock)": ASK,
            "assets (dist.json)": ASK,
            "major_on_zero": DEFAULT,
            "(rules of python-semantic-release)": TAKEN,
        },
        {
            "release": {
                "version-files": [
                    "shop/__init__.py",
                    {"path": "docs/conf.py", "paths": ["release"]},
                    {"path": "README.md", "pattern": "version: {version}"},
                ]
            },
            "bump": {"revert": "none"},
        },
    ),
    Fixture(
        "no-version-file",
        {
            "pyproject.toml": '[project]\nname = "shop"\nversion = "1.2.0"\n[tool.semantic_release]\nbuild_command = """\npip install build\npython -m build --version ${NEW_VERSION}\n"""\nbuild_command_env = ["X"]\n'
        },
        {
            "build_command": TAKEN,
            "build_command_env": DEFAULT,
            "(no version file)": TAKEN,
            "major_on_zero": DEFAULT,
            "(rules of python-semantic-release)": TAKEN,
        },
        {
            "release": {
                "prepare": ["pip install build\npython -m build --version $SHIPIT_VERSION"],
                "version-files": [],
            },
            "bump": {"revert": "none"},
        },
    ),
    Fixture(
        "zero",
        {"releaserc.json": {"semantic_release": {"major_on_zero": False, "allow_zero_version": True}}},
        {"major_on_zero": DEFAULT, "allow_zero_version": DEFAULT, "(rules of python-semantic-release)": TAKEN},
        {"bump": {"revert": "none"}},
        ("v0.4.0",),
        "0.4.0",
    ),
    Fixture(
        "zero-by-default",
        {"releaserc.json": {"semantic_release": {}}},
        {"major_on_zero": TAKEN, "allow_zero_version": ASK, "(rules of python-semantic-release)": TAKEN},
        {"release": {"major-on-zero": True}, "bump": {"revert": "none"}},
        ("v0.4.0",),
        "0.4.0",
    ),
    Fixture(
        "first-release",
        {"releaserc.json": {"semantic_release": {"commit_parser": "angular"}}},
        {
            "commit_parser": DEFAULT,
            "major_on_zero": TAKEN,
            "allow_zero_version": TAKEN,
            "(rules of python-semantic-release)": TAKEN,
        },
        {"release": {"major-on-zero": True, "initial-version": "1.0.0"}, "bump": {"revert": "none"}},
        (),
        "",
    ),
    Fixture(
        "rules",
        {
            "releaserc.json": {
                "semantic_release": {
                    "commit_parser_options": {
                        "minor_tags": ["feat", "new"],
                        "patch_tags": ["fix", "docs"],
                        "allowed_tags": ["feat", "new", "fix", "docs", "chore"],
                        "default_bump_level": 0,
                        "parse_squash_commits": True,
                        "ignore_merge_commits": True,
                        "path_filters": ["."],
                        "scope_prefix": "x",
                    }
                }
            }
        },
        {
            "major_on_zero": DEFAULT,
            "commit_parser_options.parse_squash_commits": DEFAULT,
            "commit_parser_options.ignore_merge_commits": DEFAULT,
            "commit_parser_options.path_filters": ASK,
            "commit_parser_options.scope_prefix": ASK,
            "commit_parser_options (minor_tags, patch_tags, allowed_tags, default_bump_level)": TAKEN,
        },
        {"bump": {"perf": "none", "revert": "none", "new": "minor", "docs": "patch"}},
    ),
    Fixture(
        "catch-all",
        {"releaserc.json": {"semantic_release": {"commit_parser_options": {"default_bump_level": 2}}}},
        {"major_on_zero": DEFAULT, "commit_parser_options (default_bump_level)": TAKEN},
        {
            "bump": {
                "revert": "none",
                "build": "patch",
                "chore": "patch",
                "ci": "patch",
                "docs": "patch",
                "style": "patch",
                "refactor": "patch",
                "test": "patch",
            }
        },
    ),
    Fixture(
        "other-parser",
        {
            "releaserc.json": {
                "semantic_release": {
                    "commit_parser": "emoji",
                    "repo_dir": "x",
                    "own": 1,
                    "signoff_commit": True,
                    "logging_use_named_masks": True,
                }
            }
        },
        {
            "commit_parser": ASK,
            "repo_dir": ASK,
            "own": ASK,
            "signoff_commit": NONE,
            "logging_use_named_masks": NONE,
            "major_on_zero": DEFAULT,
            "(rules of python-semantic-release)": TAKEN,
        },
        {"bump": {"revert": "none"}},
    ),
    Fixture(
        "changelog",
        {
            "releaserc.json": {
                "semantic_release": {
                    "changelog": {
                        "changelog_file": "NEWS.md",
                        "mode": "init",
                        "insertion_flag": "x",
                        "exclude_commit_patterns": ["chore"],
                        "template_dir": "t",
                        "environment": {},
                        "default_templates": {
                            "changelog_file": "docs/NEWS.md",
                            "output_format": "rst",
                            "mask_initial_release": True,
                        },
                    }
                }
            }
        },
        {
            "changelog.changelog_file": TAKEN,
            "changelog.mode": NONE,
            "changelog.insertion_flag": NONE,
            "changelog.exclude_commit_patterns": ASK,
            "changelog.template_dir": ASK,
            "changelog.environment": NONE,
            "changelog.default_templates.changelog_file": TAKEN,
            "changelog.default_templates.output_format": NONE,
            "changelog.default_templates.mask_initial_release": NONE,
            "major_on_zero": DEFAULT,
            "(rules of python-semantic-release)": TAKEN,
        },
        {"changelog": {"file": "docs/NEWS.md"}, "bump": {"revert": "none"}},
    ),
    Fixture(
        "publish-and-remote",
        {
            "releaserc.json": {
                "semantic_release": {
                    "publish": {"dist_glob_patterns": ["./dist/*.whl"], "upload_to_vcs_release": True},
                    "remote": {
                        "name": "upstream",
                        "type": "gitlab",
                        "domain": "x",
                        "token": {"env": "T"},
                        "ignore_token_for_push": True,
                    },
                    "build_command": "build $PACKAGE_NAME",
                }
            }
        },
        {
            "build_command": ASK,
            "publish.dist_glob_patterns[0]": TAKEN,
            "publish.upload_to_vcs_release": DEFAULT,
            "remote.name": TAKEN,
            "remote.type": ASK,
            "remote.domain": DEFAULT,
            "remote.token": DEFAULT,
            "remote.ignore_token_for_push": NONE,
            "major_on_zero": DEFAULT,
            "(rules of python-semantic-release)": TAKEN,
        },
        {"release": {"assets": ["dist/*.whl"], "remote": "upstream"}, "bump": {"revert": "none"}},
    ),
]
