//go:build programs

// Package programs names the programs of Kubernetes that the tests build: see scripts/build-kubernetes.
package programs

import (
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
	_ "k8s.io/kubernetes/cmd/kube-controller-manager"
)
