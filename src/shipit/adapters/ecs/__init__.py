"""Services of Amazon ECS, through boto3."""

from __future__ import annotations

from shipit.adapters.ecs.service import AwsEcsService as AwsEcsService
