"""The detection of secrets in the configuration, which must contain only the names of environment variables.

>>> looks_secret("docker login -p dckr_pat_abcdefghijklmnopqrstuvwxyz0")
True
>>> looks_secret("https://example.org/app"), looks_secret("https://bot:hunter2@example.org/app")
(False, True)
>>> names_secret("registry-password"), names_secret("token-variable")
(True, False)
>>> looks_secret("https://hooks.slack.com/services/T000/B000/XXXX")
True
"""

from __future__ import annotations

import re

# The tokens of GitHub, GitLab, Docker Hub and Slack; of npm; of AWS. Then a private key, a URL with a password, and
# the addresses of web hooks of Slack, Discord and Teams: whoever knows one can write to the channel.
_TOKEN = re.compile(
    r"\b(?:gh[pousr]_|github_pat_|glpat-|dckr_(?:pat|oat)_|xox[abeoprs]-)[A-Za-z0-9_-]{10}"
    r"|\bnpm_[A-Za-z0-9]{36}\b"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|://[^/\s:@$]*:[^/\s@$]+@"
    r"|://hooks\.slack\.com/\w+/[^\s$]"
    r"|://(?:\w+\.)?discord(?:app)?\.com/api/(?:v\d+/)?webhooks/[^\s$]"
    r"|://[\w.-]{1,253}\.(?:webhook\.office\.com/|(?:logic\.azure|api\.powerplatform)\.com\b\S{0,500}[?&]sig=)[^\s$]"
)
_NAME = re.compile(r"(?:^|[-_.])(?:password|passwd|secret|token)$", re.IGNORECASE)


def looks_secret(text: str) -> bool:
    """Return whether `text` contains something that looks like a token, a private key or a password."""
    return _TOKEN.search(text) is not None


def names_secret(key: str) -> bool:
    """Return whether the name of `key` says that its value is a secret."""
    return _NAME.search(key) is not None
