#!/bin/sh
# Print a kubeconfig for the service account of rights.yaml: the value of the secret KUBECONFIG on GitHub.
# Run it with the login of an administrator: sh kubeconfig.sh >kubeconfig
set -eu

secret() {
    kubectl --namespace shop get secret shipit --output "go-template={{ index .data \"$1\" }}"
}

cat <<KUBECONFIG
apiVersion: v1
kind: Config
current-context: shop
contexts:
  - name: shop
    context: { cluster: shop, user: shipit, namespace: shop }
clusters:
  - name: shop
    cluster:
      server: $(kubectl config view --minify --output 'jsonpath={.clusters[0].cluster.server}')
      certificate-authority-data: $(secret ca.crt)
users:
  - name: shipit
    user: { token: $(secret token | base64 -d) }
KUBECONFIG
