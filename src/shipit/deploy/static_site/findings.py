"""The problems of a site that a plan shows."""

from __future__ import annotations

from collections.abc import Iterator

from shipit.deploy.static_site.observed import StaticSiteTarget
from shipit.finding import Finding


def site_findings(target: StaticSiteTarget) -> Iterator[Finding]:
    """Yield a warning if a deployment cannot see which version users get."""
    if not target.url:
        what = f"without `url`, shipit only checks the bucket `{target.config.bucket}`, and not what users get"
        yield Finding("no-url", what, f'set `url = "https://..."` in `[environments.{target.environment}]`', "warning")
