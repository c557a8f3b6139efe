"""Static sites in buckets of S3, with CloudFront in front of them, through boto3."""

from __future__ import annotations

from shipit.adapters.sites.bucket import AwsSites as AwsSites
