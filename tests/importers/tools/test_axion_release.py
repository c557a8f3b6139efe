"""The settings of axion-release, key by key, in Groovy and Kotlin."""

from __future__ import annotations

from pathlib import Path

import pytest
from importers.reading import ASK, DEFAULT, NONE, TAKEN, Fixture, imported, statuses

FIXTURES = [
    Fixture(
        "groovy",
        {
            "build.gradle": "plugins { id 'pl.allegro.tech.build.axion-release' version '1.18.0' }\n\nscmVersion {\n    tag {\n        prefix = 'v'\n    }\n}\n\nproject.version = scmVersion.version\n"
        },
        {"tag.prefix": DEFAULT, "scmVersion": TAKEN, "(versionIncrementer)": ASK},
        {"release": {"version-files": [], "write-back": "none"}},
    ),
    Fixture(
        "kotlin",
        {
            "build.gradle.kts": 'plugins { id("pl.allegro.tech.build.axion-release") }\n\nscmVersion {\n    tag {\n        prefix.set("app")\n        versionSeparator.set("-")\n    }\n}\n'
        },
        {"tag.prefix": TAKEN, "scmVersion": TAKEN, "(versionIncrementer)": ASK},
        {"release": {"tag": "app-{version}", "version-files": [], "write-back": "none"}},
        ("app-1.2.0",),
        "1.2.0",
    ),
    Fixture(
        "old-default-prefix",
        {
            "build.gradle": "plugins { id 'pl.allegro.tech.build.axion-release' version '1.18.0' }\n\nscmVersion {\n}\n\nproject.version = scmVersion.version\n"
        },
        {"tag.prefix": TAKEN, "scmVersion": TAKEN, "(versionIncrementer)": ASK},
        {"release": {"tag": "release-{version}", "version-files": [], "write-back": "none"}},
        ("release-1.2.0",),
        "1.2.0",
    ),
    Fixture(
        "old-syntax",
        {
            "build.gradle": "plugins { id 'pl.allegro.tech.build.axion-release' version '1.18.0' }\n\nscmVersion {\n    tag { prefix 'release'; versionSeparator '/' }\n    // versionIncrementer 'x'\n    versionIncrementer 'incrementMinorIfNotOnRelease', [releaseBranchPattern: 'release/.+']\n}\n\nproject.version = scmVersion.version\n"
        },
        {"versionIncrementer": ASK, "tag.prefix": TAKEN, "scmVersion": TAKEN},
        {"release": {"tag": "release/{version}", "version-files": [], "write-back": "none"}},
        ("release/1.2.0",),
        "1.2.0",
    ),
    Fixture(
        "incrementers",
        {
            "build.gradle": "plugins { id 'pl.allegro.tech.build.axion-release' version '1.18.0' }\n\nscmVersion {\n    versionIncrementer('incrementMinor')\n    branchVersionIncrementer = ['feature/.*': 'incrementMinor']\n    branchVersionCreator = ['feature/.*': 'versionWithBranch']\n    versionCreator 'versionWithBranch'\n    snapshotCreator { version, position -> \"-$position\" }\n}\n\nproject.version = scmVersion.version\n"
        },
        {
            "versionIncrementer": ASK,
            "branchVersionIncrementer": ASK,
            "branchVersionCreator": ASK,
            "versionCreator": ASK,
            "snapshotCreator": NONE,
            "tag.prefix": DEFAULT,
            "scmVersion": TAKEN,
        },
        {"release": {"version-files": [], "write-back": "none"}},
    ),
    Fixture(
        "code",
        {
            "build.gradle": "plugins { id 'pl.allegro.tech.build.axion-release' version '1.18.0' }\n\nscmVersion {\n    versionIncrementer { context -> context.currentVersion.incrementMinor() }\n    tag {\n        prefix = prefixOf(project)\n        serialize = { tag, version -> \"x\" }\n        deserialize = { tag, position, name -> name }\n        initialVersion = { config, position -> '0.1.0' }\n    }\n    sanitizeVersion = false\n}\n\nproject.version = scmVersion.version\n"
        },
        {
            "versionIncrementer": ASK,
            "sanitizeVersion": NONE,
            "tag.serialize": ASK,
            "tag.deserialize": ASK,
            "tag.initialVersion": ASK,
            "tag.prefix": ASK,
            "scmVersion": TAKEN,
        },
        {"release": {"version-files": [], "write-back": "none"}},
    ),
    Fixture(
        "branches",
        {
            "build.gradle": "plugins { id 'pl.allegro.tech.build.axion-release' version '1.18.0' }\n\nscmVersion {\n    releaseBranchNames = ['main', 'release']\n    releaseOnlyOnReleaseBranches = true\n    useHighestVersion = true\n    localOnly = false\n    ignoreUncommittedChanges = true\n}\n\nproject.version = scmVersion.version\n"
        },
        {
            "releaseBranchNames": TAKEN,
            "releaseOnlyOnReleaseBranches": DEFAULT,
            "useHighestVersion": DEFAULT,
            "localOnly": DEFAULT,
            "ignoreUncommittedChanges": DEFAULT,
            "tag.prefix": DEFAULT,
            "scmVersion": TAKEN,
            "(versionIncrementer)": ASK,
        },
        {"release": {"branches": ["main", "release"], "version-files": [], "write-back": "none"}},
    ),
    Fixture(
        "one-branch",
        {
            "build.gradle.kts": 'scmVersion {\n    releaseBranchNames.set(setOf("production"))\n    unshallowRepoOnCI.set(true)\n}\n'
        },
        {
            "releaseBranchNames": TAKEN,
            "unshallowRepoOnCI": DEFAULT,
            "tag.prefix": DEFAULT,
            "scmVersion": TAKEN,
            "(versionIncrementer)": ASK,
        },
        {"release": {"branch": "production", "version-files": [], "write-back": "none"}},
    ),
    Fixture(
        "branch-pattern",
        {
            "build.gradle": "plugins { id 'pl.allegro.tech.build.axion-release' version '1.18.0' }\n\nscmVersion {\n    releaseBranchNames = ['release/.*']\n    createReleaseCommit = true\n    releaseCommitMessage { version, position -> \"release ${version}\" }\n    pushTagsOnly = true\n}\n\nproject.version = scmVersion.version\n"
        },
        {
            "releaseBranchNames": ASK,
            "createReleaseCommit": ASK,
            "releaseCommitMessage": ASK,
            "pushTagsOnly": DEFAULT,
            "tag.prefix": DEFAULT,
            "scmVersion": TAKEN,
            "(versionIncrementer)": ASK,
        },
        {"release": {"version-files": [], "write-back": "none"}},
    ),
    Fixture(
        "next-version-and-checks",
        {
            "build.gradle": "plugins { id 'pl.allegro.tech.build.axion-release' version '1.18.0' }\n\nscmVersion {\n    nextVersion {\n        suffix = 'rc'\n        separator = '.'\n    }\n    checks {\n        uncommittedChanges = false\n        aheadOfRemote = true\n        snapshotDependencies = true\n    }\n    repository {\n        type = 'git'\n        pushTagsOnly = true\n    }\n}\n\nproject.version = scmVersion.version\n"
        },
        {
            "nextVersion.suffix": ASK,
            "nextVersion.separator": ASK,
            "checks.uncommittedChanges": DEFAULT,
            "checks.aheadOfRemote": DEFAULT,
            "checks.snapshotDependencies": DEFAULT,
            "repository.type": DEFAULT,
            "repository.pushTagsOnly": DEFAULT,
            "tag.prefix": DEFAULT,
            "scmVersion": TAKEN,
            "(versionIncrementer)": ASK,
        },
        {"release": {"version-files": [], "write-back": "none"}},
    ),
    Fixture(
        "monorepo-and-hooks",
        {
            "build.gradle": "plugins { id 'pl.allegro.tech.build.axion-release' version '1.18.0' }\n\nscmVersion {\n    monorepo {\n        exclude 'shared'\n        include 'a', 'b'\n        projectDirs = project.subprojects.collect { it.path }\n    }\n    hooks {\n        pre 'fileUpdate', [file: 'README.md', pattern: { v, p -> /x/ }, replacement: { v, p -> 'y' }]\n        pre 'commit'\n    }\n}\n\nproject.version = scmVersion.version\n"
        },
        {
            "monorepo.exclude": ASK,
            "monorepo.include": ASK,
            "monorepo.projectDirs": ASK,
            "hooks.pre": ASK,
            "tag.prefix": DEFAULT,
            "scmVersion": TAKEN,
            "(versionIncrementer)": ASK,
        },
        {"release": {"version-files": [], "write-back": "none"}},
    ),
    Fixture(
        "initial-version",
        {
            "build.gradle.kts": 'scmVersion {\n    tag {\n        initialVersion("0.5.0")\n        fallbackPrefixes.set(listOf("old-", "v"))\n        branchPrefix.putAll(mapOf("legacy/.*" to "legacy"))\n    }\n    own.set(1)\n}\n'
        },
        {
            "own": ASK,
            "tag.initialVersion": TAKEN,
            "tag.fallbackPrefixes": NONE,
            "tag.branchPrefix": ASK,
            "tag.prefix": DEFAULT,
            "scmVersion": TAKEN,
            "(versionIncrementer)": ASK,
        },
        {"release": {"initial-version": "0.5.0", "version-files": [], "write-back": "none"}},
        (),
        "",
    ),
]


@pytest.mark.parametrize(
    "text",
    [
        "scmVersion {" * 1000,
        "scmVersion { tag {" + "a {" * 10_000,
        "scmVersion { prefix = " + "[" * 50_000,
        "scmVersion { x = '",
        "scmVersion { -> -> } }",
    ],
    ids=["open", "deep", "brackets", "string", "arrows"],
)
def test_a_script_that_is_no_settings_is_read_to_its_end(text: str) -> None:
    assert imported({"build.gradle": text}).tool == "axion-release"


def test_code_in_the_settings_is_not_executed(tmp_path: Path) -> None:
    marker = tmp_path / "executed"
    script = f"scmVersion {{ tag {{ prefix = new File('{marker}').createNewFile() }} }}\n"
    assert statuses(imported({"build.gradle": script}))["tag.prefix"] == ASK
    assert not marker.exists()
