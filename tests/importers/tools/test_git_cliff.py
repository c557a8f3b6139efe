"""The settings of git-cliff, key by key, in each format and place."""

from __future__ import annotations

from importers.reading import ASK, DEFAULT, NONE, TAKEN, Fixture

FIXTURES = [
    Fixture(
        "cliff-toml",
        {
            "cliff.toml": '[git]\nconventional_commits = true\nfilter_unconventional = true\ncommit_parsers = [\n  { message = "^feat", group = "<!-- 1 -->New" },\n  { message = "^fix", group = "<!-- 0 -->Repairs" },\n  { message = "^doc", group = "<!-- 3 -->Pages" },\n  { message = "^(chore|ci)", skip = true },\n  { message = ".*", group = "Other" },\n]\n'
        },
        {
            "git.conventional_commits": DEFAULT,
            "git.filter_unconventional": DEFAULT,
            "git.commit_parsers[3]": DEFAULT,
            "git.commit_parsers[4]": TAKEN,
            "git.commit_parsers": TAKEN,
        },
        {
            "changelog": {
                "sections": {"fix": "Repairs", "feat": "New", "docs": "Pages", "perf": "Other", "revert": "Other"}
            }
        },
    ),
    Fixture("hidden-file", {".cliff.toml": '[git]\ntag_pattern = "v[0-9].*"\n'}, {"git.tag_pattern": DEFAULT}, {}),
    Fixture(
        "config-directory",
        {".config/cliff.toml": '[git]\ntag_pattern = "[0-9]*"\n'},
        {"git.tag_pattern": TAKEN},
        {"release": {"tag": "{version}"}},
        ("1.2.0",),
        "1.2.0",
    ),
    Fixture(
        "yaml",
        {"cliff.yaml": "git:\n  tag_pattern: '^app-\\d+\\.\\d+'\n"},
        {"git.tag_pattern": TAKEN},
        {"release": {"tag": "app-{version}"}},
        ("app-1.2.0",),
        "1.2.0",
    ),
    Fixture(
        "cargo",
        {
            "Cargo.toml": '[package]\nname = "shop"\nversion = "1.2.0"\n[package.metadata.git-cliff.changelog]\noutput = "NEWS.md"\ntrim = true\n'
        },
        {"changelog.output": TAKEN, "changelog.trim": DEFAULT},
        {"changelog": {"file": "NEWS.md"}},
    ),
    Fixture(
        "workspace",
        {"Cargo.toml": "[workspace.metadata.git-cliff.git]\nsplit_commits = true\nprotect_breaking_commits = false\n"},
        {"git.split_commits": NONE, "git.protect_breaking_commits": NONE},
        {},
    ),
    Fixture(
        "pyproject",
        {"pyproject.toml": '[tool.git-cliff.git]\nfilter_commits = true\ntopo_order = true\nsort_commits = "newest"\n'},
        {"git.filter_commits": DEFAULT, "git.topo_order": NONE, "git.sort_commits": NONE},
        {},
    ),
    Fixture(
        "other-patterns",
        {
            "cliff.toml": '[git]\ntag_pattern = "(?i)v?1"\nskip_tags = "beta"\nignore_tags = "rc"\ncount_tags = "v.*"\ncommit_parsers = [{ message = "^.*: add", group = "Added" }, { field = "author.name", pattern = "bot", skip = true }, { message = "^security", group = "Security" }]\n'
        },
        {
            "git.skip_tags": NONE,
            "git.ignore_tags": DEFAULT,
            "git.count_tags": DEFAULT,
            "git.tag_pattern": ASK,
            "git.commit_parsers[0]": ASK,
            "git.commit_parsers[1]": ASK,
            "git.commit_parsers[2]": ASK,
        },
        {},
    ),
    Fixture(
        "commits",
        {
            "cliff.toml": '[git]\nconventional_commits = false\nfilter_unconventional = false\nrequire_conventional = true\nfail_on_unmatched_commit = true\ncommit_preprocessors = []\nlink_parsers = []\nlimit_commits = 9\ninclude_paths = ["a"]\nexclude_paths = ["b"]\nrecurse_submodules = true\nuse_branch_tags = true\n'
        },
        {
            "git.conventional_commits": ASK,
            "git.filter_unconventional": NONE,
            "git.require_conventional": ASK,
            "git.fail_on_unmatched_commit": ASK,
            "git.commit_preprocessors": NONE,
            "git.link_parsers": NONE,
            "git.limit_commits": NONE,
            "git.include_paths": ASK,
            "git.exclude_paths": ASK,
            "git.recurse_submodules": NONE,
            "git.use_branch_tags": DEFAULT,
        },
        {},
    ),
    Fixture(
        "keep-a-changelog",
        {
            "cliff.toml": '[changelog]\nheader = "# Changelog"\nbody = """\n## [{{ version }}] - {{ timestamp }}\n"""\nfooter = "x"\nrender_always = true\npostprocessors = []\n[git]\ncommit_parsers = [{ message = "^feat", group = "Added" }, { message = "^fix", group = "Fixed" }, { message = ".*", skip = true }]\n'
        },
        {
            "changelog.header": DEFAULT,
            "changelog.footer": NONE,
            "changelog.render_always": NONE,
            "changelog.postprocessors": NONE,
            "git.commit_parsers[2]": DEFAULT,
            "git.commit_parsers": TAKEN,
            "changelog.body": TAKEN,
        },
        {
            "changelog": {
                "sections": {"feat": "Added", "fix": "Fixed", "perf": False, "revert": False},
                "template": "keepachangelog",
            }
        },
    ),
    Fixture(
        "usual-body",
        {"cliff.toml": '[changelog]\nbody = """\n## [{{ version }}]\n"""\n'},
        {"changelog.body": DEFAULT},
        {},
    ),
    Fixture(
        "notes-of-github",
        {
            "cliff.toml": '[changelog]\nbody = """\n## What\'s Changed\n"""\n[remote.github]\nowner = "acme"\nrepo = "shop"\n'
        },
        {"remote": NONE, "changelog.body": TAKEN},
        {"changelog": {"template": "github"}},
    ),
    Fixture(
        "other-body",
        {
            "cliff.toml": '[changelog]\nbody = "{% for commit in commits %}{{ commit.message }}{% endfor %}"\n[git]\nown = 1\n'
        },
        {"git.own": ASK, "changelog.body": ASK},
        {},
    ),
    Fixture(
        "bump",
        {
            "cliff.toml": '[git]\nconventional_commits = true\nfilter_unconventional = true\ncommit_parsers = [\n  { message = "^feat", group = "<!-- 1 -->New" },\n  { message = "^fix", group = "<!-- 0 -->Repairs" },\n  { message = "^doc", group = "<!-- 3 -->Pages" },\n  { message = "^(chore|ci)", skip = true },\n  { message = ".*", group = "Other" },\n]\n[bump]\nfeatures_always_bump_minor = false\nbreaking_always_bump_major = false\ninitial_tag = "v0.1.0"\n'
        },
        {
            "git.conventional_commits": DEFAULT,
            "git.filter_unconventional": DEFAULT,
            "bump.initial_tag": TAKEN,
            "git.commit_parsers[3]": DEFAULT,
            "git.commit_parsers[4]": TAKEN,
            "git.commit_parsers": TAKEN,
            "bump.breaking_always_bump_major": DEFAULT,
            "bump.features_always_bump_minor": TAKEN,
            "(commits of any type)": TAKEN,
        },
        {
            "release": {"initial-version": "0.1.0", "feature-on-zero": "patch"},
            "changelog": {
                "sections": {"fix": "Repairs", "feat": "New", "docs": "Pages", "perf": "Other", "revert": "Other"}
            },
            "bump": {"*": "patch", "chore": "none", "ci": "none"},
        },
        ("v0.4.0",),
        "0.4.0",
    ),
    Fixture(
        "bump-by-types",
        {
            "cliff.toml": '[bump]\ncustom_minor_increment_regex = "^(feat|perf)$"\nno_increment_regex = "chore|ci|docs|style|test"\ncustom_major_increment_regex = "x"\nbump_type = "minor"\ninitial_tag = "one"\n'
        },
        {
            "bump.custom_major_increment_regex": ASK,
            "bump.bump_type": ASK,
            "bump.initial_tag": ASK,
            "bump.breaking_always_bump_major": DEFAULT,
            "bump.features_always_bump_minor": DEFAULT,
            "bump.custom_minor_increment_regex": TAKEN,
            "bump.no_increment_regex": TAKEN,
            "(commits of any type)": TAKEN,
        },
        {
            "bump": {
                "*": "patch",
                "perf": "minor",
                "chore": "none",
                "ci": "none",
                "docs": "none",
                "style": "none",
                "test": "none",
            }
        },
    ),
    Fixture(
        "bump-in-a-workflow",
        {
            "cliff.toml": "[git]\nfilter_unconventional = true\n",
            ".github/workflows/release.yml": "jobs:\n  a:\n    steps:\n      - run: git cliff --bump -o CHANGELOG.md\n",
        },
        {
            "git.filter_unconventional": DEFAULT,
            "bump.breaking_always_bump_major": TAKEN,
            "bump.features_always_bump_minor": DEFAULT,
            "(commits of any type)": TAKEN,
        },
        {"release": {"major-on-zero": True}, "bump": {"*": "patch"}},
        ("v0.4.0",),
        "0.4.0",
    ),
]
