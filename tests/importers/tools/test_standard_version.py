"""The settings of standard-version and commit-and-tag-version, key by key, in each format and place."""

from __future__ import annotations

from importers.reading import ASK, DEFAULT, NONE, TAKEN, Fixture

FIXTURES = [
    Fixture(
        "only-features-and-fixes",
        {".versionrc.json": {"noBumpWhenEmptyChanges": True}},
        {"noBumpWhenEmptyChanges": TAKEN},
        {"bump": {"perf": "none", "revert": "none"}},
    ),
    Fixture(
        "versionrc",
        {".versionrc": '{"tagPrefix": "v"}', "package.json": '{"name": "shop", "version": "1.2.0"}'},
        {"tagPrefix": DEFAULT, "(commits of any type)": ASK},
        {},
    ),
    Fixture(
        "versionrc-json",
        {".versionrc.json": {"tagPrefix": "release/", "releaseCommitMessageFormat": "chore: {{currentTag}}"}},
        {"tagPrefix": TAKEN, "releaseCommitMessageFormat": TAKEN, "(commits of any type)": ASK},
        {"release": {"tag": "release/{version}", "commit-message": "chore: {tag}"}},
        ("release/1.2.0",),
        "1.2.0",
    ),
    Fixture(
        "versionrc-js",
        {".versionrc.js": "// ours\nmodule.exports = { tagPrefix: '', infile: 'docs/NEWS.md' };\n"},
        {"infile": TAKEN, "tagPrefix": TAKEN, "(commits of any type)": ASK},
        {"changelog": {"file": "docs/NEWS.md"}, "release": {"tag": "{version}"}},
        ("1.2.0",),
        "1.2.0",
    ),
    Fixture(
        "versionrc-cjs",
        {".versionrc.cjs": "module.exports = { header: '# Changes', sign: true, signoff: false };\n"},
        {"header": DEFAULT, "sign": NONE, "signoff": DEFAULT, "(commits of any type)": ASK},
        {},
    ),
    Fixture(
        "package-json",
        {
            "package.json": {
                "name": "shop",
                "version": "1.2.0",
                "standard-version": {"skip": {"tag": True, "changelog": False}},
            }
        },
        {"skip.tag": ASK, "skip.changelog": DEFAULT, "(commits of any type)": ASK},
        {},
    ),
    Fixture(
        "successor",
        {
            "package.json": {
                "name": "shop",
                "version": "1.2.0",
                "commit-and-tag-version": {"noVerify": True, "commitAll": True},
            }
        },
        {"noVerify": NONE, "commitAll": ASK, "(commits of any type)": ASK},
        {},
    ),
    Fixture(
        "only-a-script",
        {"package.json": {"name": "shop", "version": "0.3.0", "scripts": {"release": "standard-version"}}},
        {"(major version 0)": TAKEN, "(commits of any type)": ASK},
        {"release": {"feature-on-zero": "patch"}},
        ("v0.3.0",),
        "0.3.0",
    ),
    Fixture(
        "types",
        {
            ".versionrc.json": {
                "types": [
                    {"type": "feat", "section": "New"},
                    {"type": "fix", "section": "Repairs"},
                    {"type": "chore", "hidden": True},
                    {"type": "docs", "section": "Pages", "hidden": False},
                ]
            }
        },
        {"types": TAKEN, "(commits of any type)": ASK},
        {"changelog": {"sections": {"feat": "New", "fix": "Repairs", "docs": "Pages", "perf": False, "revert": False}}},
    ),
    Fixture(
        "preset",
        {
            ".versionrc.json": {
                "preset": {
                    "name": "conventionalcommits",
                    "types": [{"type": "perf", "section": "Speed"}],
                    "issuePrefixes": ["#"],
                }
            }
        },
        {"issuePrefixes": NONE, "types": TAKEN, "(commits of any type)": ASK},
        {"changelog": {"sections": {"perf": "Speed", "feat": False, "fix": False, "revert": False}}},
    ),
    Fixture(
        "other-preset",
        {
            ".versionrc.json": {
                "preset": "eslint",
                "parserOpts": {},
                "writerOpts": {},
                "gitTagFallback": False,
                "tagForce": True,
            }
        },
        {
            "parserOpts": ASK,
            "writerOpts": NONE,
            "gitTagFallback": DEFAULT,
            "tagForce": NONE,
            "preset": ASK,
            "(commits of any type)": ASK,
        },
        {},
    ),
    Fixture(
        "files",
        {
            ".versionrc.json": {
                "packageFiles": [{"filename": "package.json", "type": "json"}],
                "bumpFiles": [
                    {"filename": "package.json", "type": "json"},
                    {"filename": "version.txt", "type": "plain-text"},
                    {"filename": "app/build.gradle", "type": "gradle"},
                    {"filename": "src/version.h"},
                    {"filename": "x.toml", "updater": "updater.js"},
                    "manifest.json",
                ],
            },
            "package.json": '{"name": "shop", "version": "1.2.0"}',
            "version.txt": "1.2.0\n",
            "app/build.gradle": "version = '1.2.0'\n",
            "src/version.h": '#define VERSION "1.2.0"\n',
            "manifest.json": '{"manifest_version": 3, "version": "1.2.0"}',
        },
        {
            "packageFiles": DEFAULT,
            "bumpFiles[4]": ASK,
            "bumpFiles[0]": DEFAULT,
            "bumpFiles[1]": DEFAULT,
            "bumpFiles[2]": TAKEN,
            "bumpFiles[3]": TAKEN,
            "bumpFiles[5]": TAKEN,
            "(commits of any type)": ASK,
        },
        {
            "release": {
                "version-files": [
                    "package.json",
                    "version.txt",
                    "app/build.gradle",
                    {"path": "src/version.h", "pattern": '#define VERSION "{version}"'},
                    {"path": "manifest.json", "pattern": '{"manifest_version": 3, "version": "{version}"}'},
                ]
            }
        },
    ),
    Fixture(
        "scripts",
        {
            ".versionrc.json": {
                "scripts": {
                    "prebump": "npm test",
                    "postbump": "npm run build",
                    "precommit": "git add dist",
                    "postchangelog": "x",
                    "posttag": "git push --follow-tags",
                }
            }
        },
        {
            "scripts.prebump": TAKEN,
            "scripts.postbump": TAKEN,
            "scripts.precommit": TAKEN,
            "scripts.postchangelog": ASK,
            "scripts.posttag": ASK,
            "(commits of any type)": ASK,
        },
        {"release": {"prepare": ["npm test", "npm run build", "git add dist"]}},
    ),
    Fixture(
        "links-and-habits",
        {
            ".versionrc.json": {
                "commitUrlFormat": "{{host}}/x",
                "compareUrlFormat": "x",
                "issueUrlFormat": "x",
                "userUrlFormat": "x",
                "releaseAs": "2.0.0",
                "prerelease": "rc",
                "firstRelease": True,
                "dryRun": True,
                "silent": True,
                "npmPublishHint": "x",
                "path": "web",
                "lernaPackage": "web",
                "own": 1,
            }
        },
        {
            "commitUrlFormat": NONE,
            "compareUrlFormat": NONE,
            "issueUrlFormat": NONE,
            "userUrlFormat": NONE,
            "releaseAs": NONE,
            "prerelease": ASK,
            "firstRelease": DEFAULT,
            "dryRun": NONE,
            "silent": NONE,
            "npmPublishHint": NONE,
            "path": ASK,
            "lernaPackage": ASK,
            "own": ASK,
            "(commits of any type)": ASK,
        },
        {},
    ),
]
