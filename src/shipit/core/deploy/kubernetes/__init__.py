"""Deployments of Kubernetes, and the Jobs that run one command."""
