"""Static sites in buckets of S3, with CloudFront in front of them, through boto3."""

from __future__ import annotations

from shipit.adapters.sites.bucket import AwsSite as AwsSite
from shipit.adapters.sites.preflight import bucket_findings as bucket_findings
from shipit.adapters.sites.preflight import findings_of as findings_of
from shipit.adapters.sites.requests import Aws as Aws
from shipit.adapters.sites.requests import code_of as code_of
from shipit.adapters.sites.requests import requesting as requesting
