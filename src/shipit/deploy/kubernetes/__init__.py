"""Kubernetes: the image of a Deployment is replaced by digest, and its rollout is watched until its pods serve.

`kubectl` is the way to the cluster, so its contexts and its logins are used as they are. The way back is the digest
that served before, and never `kubectl rollout undo`: after a failed try, that can lead to the image that failed.
"""

from __future__ import annotations

from shipit.deploy.kubernetes.kind import Kubernetes as Kubernetes
