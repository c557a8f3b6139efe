"""Kubernetes clusters, through `kubectl`."""

from __future__ import annotations

from shipit.adapters.kubernetes.namespace import KubectlClusters as KubectlClusters
