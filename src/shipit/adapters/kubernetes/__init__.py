"""Kubernetes clusters, through `kubectl`."""

from __future__ import annotations

from shipit.adapters.kubernetes.namespace import KubectlNamespace as KubectlNamespace
