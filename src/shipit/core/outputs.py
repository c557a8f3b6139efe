"""The outputs of the Action and of `--json`, declared once.

`make generate` writes from here the blocks `outputs:` of `action.yml` and of the reusable workflows, and the table in
`docs/guides/github-actions.md`. `scripts/action.py` runs this file before shipit is installed, with whatever Python the
job has: so this file imports the standard library only, and its syntax is that of old versions of Python.

>>> NO_OUTPUTS["released"], NO_OUTPUTS["version"]
('false', '')
"""

from __future__ import annotations

from typing import NamedTuple

# Jobs of the reusable workflows: the first two of release.yml, the last of dev-deploy.yml and prod-deploy.yml.
PREVIEW, RELEASE, DEPLOY = "preview", "release", "deploy"


class ActionOutput(NamedTuple):
    """An output: its name, its meaning as users read it, and its value in a run that does nothing.

    `jobs` are the jobs of the reusable workflows that pass it on; the Action itself has every output.
    """

    name: str
    description: str
    jobs: tuple[str, ...]
    default: str = ""


OUTPUTS = (
    ActionOutput(
        "released",
        '"true" if this run made or finished a release, in this attempt or an earlier one; else "false".',
        (RELEASE,),
        default="false",
    ),
    ActionOutput(
        "version",
        "The version of the release or of the images, such as 1.4.0; on a pull request, the version that merging it "
        "would release; empty if there is none.",
        (PREVIEW, RELEASE, DEPLOY),
    ),
    ActionOutput("tag", "The tag of the version, such as v1.4.0.", (PREVIEW, RELEASE)),
    ActionOutput(
        "packages",
        "In a repository with several packages, each released package with its version, such as `web 1.4.0`; if there "
        "are several, one per line.",
        (PREVIEW, RELEASE),
    ),
    ActionOutput(
        "previous-version",
        "The version of the previous release; empty if there is none, or if there is nothing to release.",
        (PREVIEW, RELEASE),
    ),
    ActionOutput("bump", "The bump of the version - major, minor, patch or none.", (PREVIEW, RELEASE), default="none"),
    ActionOutput("notes", "The release notes, as Markdown.", (PREVIEW, RELEASE)),
    ActionOutput("release-url", "The URL of the release.", (RELEASE,)),
    ActionOutput(
        "pull-request",
        "The URL of the pull request that proposes the release; if there are several, one per line; empty if this run "
        "proposed none.",
        (RELEASE,),
    ),
    ActionOutput("environment", "The environment of the images; if there are several, one per line.", (DEPLOY,)),
    ActionOutput(
        "image",
        "The image that was pushed, with its permanent tag; if there are several, one per line.",
        (RELEASE, DEPLOY),
    ),
    ActionOutput(
        "digest", "The digest of the image in the registry; if there are several, one per line.", (RELEASE, DEPLOY)
    ),
    ActionOutput(
        "deployed",
        '"true" if the version serves in the environment at the end of this run, else "false".',
        (DEPLOY,),
        default="false",
    ),
    ActionOutput(
        "verified",
        '"true" if a deployment verified which version serves, "false" if it could not; empty without one.',
        (DEPLOY,),
    ),
    ActionOutput(
        "serving",
        "The digest of the image that serves in the environment after a deployment; if several, one per line.",
        (DEPLOY,),
    ),
    ActionOutput("url", "The public address of the environment, from the configuration.", (DEPLOY,)),
)

# The values of a run that does nothing: every output, except `json`.
NO_OUTPUTS = {output.name: output.default for output in OUTPUTS}

JSON = ActionOutput("json", "All outputs of the action, as one JSON object.", (PREVIEW, RELEASE, DEPLOY))
