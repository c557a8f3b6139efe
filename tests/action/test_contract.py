"""Workflows and actions fit together, and each rule that says so notices when they do not."""

from __future__ import annotations

import runpy

import pytest
from action.contract import ACTION, EXAMPLE, ROLLBACK, ROOT, TWIN, WORKFLOWS, Tree, findings

from shipit.core.outputs import NO_OUTPUTS

RELEASE, DEV, PROD, CI = (f"{WORKFLOWS}{name}.yml" for name in ("release", "dev-deploy", "prod-deploy", "ci"))
SCRIPT = runpy.run_path(str(ROOT / "scripts/action.py"))

INPUTS = [
    *("command", "config", "working-directory", "environment", "version", "package", "dry-run", "reject", "token"),
    *(
        "registry-username",
        "registry-password",
        "variables",
        "build-secrets",
        "notify-secrets",
        "ssh-key",
        "ssh-known-hosts",
        "aws-region",
        "aws-role",
        "python",
    ),
]
# Given to the script by an earlier step, never by a user.
FROM_AWS = ("aws-access-key-id", "aws-secret-access-key", "aws-session-token")
# Users' workflows read these: none may go. A new one is declared in shipit.core.outputs and needs no line here.
PROMISED = {
    *("released", "version", "tag", "previous-version", "bump", "notes", "release-url"),
    *("environment", "image", "digest", "deployed", "json"),
}
PROMISED_BY = {
    RELEASE: PROMISED - {"environment", "deployed"},
    DEV: {"environment", "version", "image", "digest", "deployed", "json"},
    PROD: {"environment", "version", "image", "digest", "deployed", "json"},
}

MISTAKES = {
    "a typo in an output of a step": (RELEASE, "steps.shipit.outputs.tag", "steps.shipit.outputs.tags"),
    "a typo in the id of a step": (RELEASE, "steps.shipit.outputs.bump", "steps.shipits.outputs.bump"),
    "a step that was renamed": (PROD, "id: shipit", "id: deploy"),
    "a typo in an output of the set-up": (ACTION, "steps.python.outputs.python-path", "steps.python.outputs.path"),
    "a typo in an output of the script": (TWIN, "steps.shipit.outputs.digest }}", "steps.shipit.outputs.digests }}"),
    "a typo in an output of a job": (RELEASE, "jobs.preview.outputs.tag", "jobs.preview.outputs.tga"),
    "a typo in what another job gives": (EXAMPLE, "needs.release.outputs.version", "needs.release.outputs.wersion"),
    "a typo in a condition": (EXAMPLE, "needs.release.outputs.released", "needs.releases.outputs.released"),
    "a job that is read and not waited for": (EXAMPLE, "needs: release", "needs: dev"),
    "a typo in an input": (DEV, "inputs.config", "inputs.konfig"),
    "a typo in an input of a condition": (DEV, "inputs.java-version != ''", "inputs.java != ''"),
    "a typo in an input of the action": (ACTION, "${{ inputs.dry-run }}", "${{ inputs.dryrun }}"),
    "an input that leads nowhere": (RELEASE, "${{ inputs.timeout-minutes }}", "30"),
    "a typo in a secret": (RELEASE, "secrets.token", "secrets.tokem"),
    "a typo in a secret that is handed on": (EXAMPLE, "REGISTRY_PASSWORD:", "REGISTRY_PASWORD:"),
    "a secret that is no longer called so": (DEV, "secrets.REGISTRY_USERNAME", "secrets.registry-username"),
    "a typo in the token of Watchtower": (DEV, "secrets.WATCHTOWER_TOKEN", "secrets.WATCHTOWER_TOKN"),
    "a typo in a key that is handed on": (ROLLBACK, "SSH_KEY:", "SSHKEY:"),
    "a typo in what AWS gives": (ACTION, "steps.aws.outputs.aws-session-token", "steps.aws.outputs.session-token"),
    "a typo in what a workflow is given": (EXAMPLE, "dry-run: ${{ inputs", "dryrun: ${{ inputs"),
    "a typo in what the action is given": (RELEASE, "working-directory: ${{", "workdir: ${{"),
    "a workflow that is not there": (EXAMPLE, "release.yml@COMMIT", "releases.yml@COMMIT"),
    "an action that is not there": (RELEASE, "$/.github/actions/shipit", "$/.github/actions/ship"),
    "a caller that grants too little": (EXAMPLE, "contents: write # to", "contents: read # to"),
    "a caller that grants nothing of a kind": (CI, "      issues: write # to comment on the issues of a release\n", ""),
    "a caller whose deployments cannot be shown": (EXAMPLE, "deployments: write # to", "deployments: read # to"),
    "a caller who cannot log in to AWS": (ROLLBACK, "id-token: write # to", "id-token: none # to"),
    "a caller whose images cannot be pushed": (EXAMPLE, "packages: write # to", "packages: read # to"),
    "permissions for every job": (CI, "permissions: {}", "permissions: read-all"),
    "a job that inherits permissions": (CI, "    permissions:\n      contents: read # to check out\n", ""),
    "a permission without a reason": (RELEASE, "contents: read # to read the history", "contents: read"),
    "a tag for a commit": (CI, "actions/setup-node@820762786026740c76f36085b0efc47a31fe5020", "actions/setup-node@v7"),
    "a commit without its version": (RELEASE, "b6effb05e454b25005698d916606bdc6ffcbf961 # v5.7.0", "b6effb05e454b25005698d916606bdc6ffcbf961"),
    "another version in one place": (DEV, "ba90b1 # v7.0.1", "ba90b2 # v7.0.2"),
    "a job that may hang": (RELEASE, "    timeout-minutes: 10\n", ""),
    "an input in a script": (ACTION, "run: exec", "run: echo ${{ inputs.version }}; exec"),
    "a token that stays": (RELEASE, "persist-credentials: false", "persist-credentials: true"),
    "a history that is cut off": (PROD, "fetch-depth: 0", "fetch-depth: 1"),
    "a release that a newer one cancels": (RELEASE, "cancel-in-progress: false", "cancel-in-progress: true"),
    "a preview that another pull request cancels": (RELEASE, "github.event.pull_request.number || ", ""),
    "a deployment that another service cancels": (DEV, "-${{ inputs.working-directory }}-", "-"),
    "a release that a newer one replaces in the queue": (RELEASE, "      queue: max\n", ""),
}  # fmt: skip


@pytest.fixture(scope="module")
def tree() -> Tree:
    return Tree()


def test_workflows_and_actions_fit_together(tree: Tree) -> None:
    assert findings(tree) == []


@pytest.mark.parametrize("mistake", MISTAKES)
def test_it_is_noticed(tree: Tree, mistake: str) -> None:
    assert findings(tree.changed(*MISTAKES[mistake]))


def test_the_action_has_the_inputs_and_outputs_it_promises(tree: Tree) -> None:
    assert list(tree.action["inputs"]) == INPUTS
    assert list(tree.action["outputs"]) == [*NO_OUTPUTS, "json"]
    assert tree.action["outputs"].keys() >= PROMISED
    assert {name: output["value"] for name, output in tree.action["outputs"].items()} == {
        name: f"${{{{ steps.shipit.outputs.{name} }}}}" for name in [*NO_OUTPUTS, "json"]
    }


def test_what_a_command_leaves_unsaid_is_complete() -> None:
    assert SCRIPT["OUTPUTS"] == NO_OUTPUTS
    assert NO_OUTPUTS.items() >= {"released": "false", "version": "", "bump": "none", "deployed": "false"}.items()


def test_the_action_holds_no_logic_and_hands_over_every_input_by_its_environment(tree: Tree) -> None:
    scripts = [step for step in tree.action["runs"]["steps"] if "run" in step]
    assert [step["run"] for step in scripts] == ['exec "$SHIPIT_PYTHON" -I "$GITHUB_ACTION_PATH/scripts/action.py"']
    given = {name: value for name, value in scripts[0]["env"].items() if name.startswith("SHIPIT_INPUT_")}
    assert given == {
        f"SHIPIT_INPUT_{name.upper().replace('-', '_')}": f"${{{{ inputs.{name} }}}}"
        for name in INPUTS
        if name != "python"
    } | {f"SHIPIT_INPUT_{name.upper().replace('-', '_')}": f"${{{{ steps.aws.outputs.{name} }}}}" for name in FROM_AWS}


def test_the_action_has_a_face_in_the_marketplace(tree: Tree) -> None:
    assert set(tree.action["branding"]) == {"icon", "color"}


@pytest.mark.parametrize("workflow", [RELEASE, DEV, PROD])
def test_a_called_workflow_hands_on_outputs_of_the_action_under_their_own_names(tree: Tree, workflow: str) -> None:
    file = tree.files[workflow]
    assert file["on"]["workflow_call"]["outputs"].keys() >= PROMISED_BY[workflow]
    assert set(file["on"]["workflow_call"]["outputs"]) <= {*NO_OUTPUTS, "json"}
    for job in file["jobs"].values():
        assert job["outputs"] == {name: f"${{{{ steps.shipit.outputs.{name} }}}}" for name in job["outputs"]}
