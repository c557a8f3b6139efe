"""Static sites: files are built, uploaded to a bucket of S3, and served by CloudFront.

The files of a release are uploaded before any page refers to them, and the index is replaced last. So users get either
the earlier site or the new one, and never half of it. The files of earlier releases stay, so the way back only replaces
the files whose names have no hash.
"""

from __future__ import annotations

from shipit.deploy.static_site.kind import StaticSite as StaticSite
