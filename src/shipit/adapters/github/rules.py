"""The rules of a branch, from rulesets and from the older protection of branches."""

from __future__ import annotations

from shipit.adapters.github.answers import Branch, ProtectedBranch, Rule, WorkflowSettings
from shipit.adapters.github.calls import GitHubApi
from shipit.adapters.github.client import segment
from shipit.errors import AuthError, RemoteError

# The rules of a ruleset that can refuse a commit pushed directly to the branch, and what they require.
# `required_signatures` is not among them: it accepts a signed commit, and the plan warns if git does not sign.
_REFUSING = {
    "merge_queue": "a merge queue",
    "pull_request": "required pull requests",
    "required_deployments": "required deployments",
    "required_status_checks": "required status checks",
    "update": "a restriction of pushes",
}


class BranchRules:
    """The rules of the branches of one repository; the rules of each branch are read once.

    If GitHub does not answer, a branch counts as one without rules: older GitHub Enterprise Servers have no rules.
    """

    def __init__(self, calls: GitHubApi) -> None:
        self._calls = calls
        self._types: dict[str, frozenset[str]] = {}

    def refuse_push(self, branch: str) -> str | None:
        """Return the rules of `branch` that can refuse a push, such as "a merge queue and required pull requests".

        None if no rule refuses a push.
        """
        required = sorted(_REFUSING[each] for each in self._of(branch) & _REFUSING.keys())
        if required:
            return " and ".join(filter(None, (", ".join(required[:-1]), required[-1])))
        return "a branch protection rule" if self._is_protected(branch) else None

    def require_signatures(self, branch: str) -> bool:
        """Return whether a rule of `branch` requires signed commits."""
        return "required_signatures" in self._of(branch)

    def require_checks(self, branch: str) -> bool:
        """Return whether a rule or a protection of `branch` requires checks."""
        return "required_status_checks" in self._of(branch) or self._has_required_checks(branch)

    def refuse_workflow_pull_requests(self) -> bool:
        """Return whether the settings of the repository keep workflows from opening pull requests."""
        client, path = self._calls.client, "/actions/permissions/workflow"
        try:
            found = self._calls.retry("read the settings of workflows", lambda: client.get(path, WorkflowSettings))
        except (AuthError, RemoteError):
            return False
        return not found.can_approve_pull_request_reviews

    def _of(self, branch: str) -> frozenset[str]:
        if branch not in self._types:
            self._types[branch] = self._read(branch)
        return self._types[branch]

    def _read(self, branch: str) -> frozenset[str]:
        client, path = self._calls.client, f"/rules/branches/{segment(branch)}"
        try:
            rules = self._calls.retry(f"read the rules of `{branch}`", lambda: client.get(path, list[Rule]))
        except (AuthError, RemoteError):
            return frozenset()
        return frozenset(rule.type for rule in rules)

    def _is_protected(self, branch: str) -> bool:
        client, path = self._calls.client, f"/branches/{segment(branch)}"
        try:
            return self._calls.retry(f"read the branch `{branch}`", lambda: client.get(path, Branch).protected)
        except (AuthError, RemoteError):
            return False

    def _has_required_checks(self, branch: str) -> bool:
        client, path = self._calls.client, f"/branches/{segment(branch)}"
        try:
            found = self._calls.retry(f"read the branch `{branch}`", lambda: client.get(path, ProtectedBranch))
        except (AuthError, RemoteError):
            return False
        checks = found.protection and found.protection.required_status_checks
        return bool(checks and checks.contexts)
