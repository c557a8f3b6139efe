"""A real control plane: etcd, the API server and the controllers of Kubernetes, which scripts/build-kubernetes makes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from parts.daemon import CACHE, daemon, free_port, new_room, program
from parts.kubernetes.certificate import server_context
from parts.kubernetes.client import Api

ADMIN, READER = "admin-token", "reader-token"  # the reader may change nothing
CONTROLLERS = (
    *("deployment-controller", "replicaset-controller", "resourcequota-controller", "serviceaccount-token-controller"),
    *("job-controller", "garbage-collector-controller"),
)
_KUBECONFIG = """\
apiVersion: v1
kind: Config
clusters: [{{name: test, cluster: {{server: "{url}", certificate-authority: "{certificate}"}}}}]
users: [{{name: admin, user: {{token: {token}}}}}]
contexts: [{{name: test, context: {{cluster: test, user: admin}}}}]
current-context: test
"""


@contextmanager
def control_plane() -> Iterator[Api]:
    """Run a cluster without nodes, and yield its API for the administrator."""
    keys = new_room()
    certificate = keys / "server.pem"
    server_context(certificate)
    with _etcd() as store, _api_server(store, keys, certificate) as url:
        api = Api(url, ADMIN, certificate)
        binding = {"kind": "ClusterRole", "name": "view", "apiGroup": "rbac.authorization.k8s.io"}
        reader = {"kind": "User", "name": "reader", "apiGroup": "rbac.authorization.k8s.io"}
        body = {"metadata": {"name": "reader"}, "roleRef": binding, "subjects": [reader]}
        api("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", body)
        kubeconfig = keys / "controllers"
        kubeconfig.write_text(_KUBECONFIG.format(url=url, certificate=certificate, token=ADMIN))
        with _controllers(kubeconfig, keys / "accounts.pem", certificate):
            yield api


def _program(name: str) -> str:
    return program(name, f"{CACHE / 'kubernetes'}:{CACHE / 'etcd/usr/bin'}:{os.environ['PATH']}")


def _answers(url: str, certificate: Path) -> str | None:
    """Return the address of a server that is ready; None before."""
    try:
        headers = {"Authorization": f"Bearer {ADMIN}"}
        answer = requests.get(f"{url}/readyz", headers=headers, verify=str(certificate), timeout=5)
    except requests.RequestException:
        return None
    return url if answer.status_code == 200 else None


@contextmanager
def _etcd() -> Iterator[str]:
    room, url, peer = new_room(), f"http://127.0.0.1:{free_port()}", f"http://127.0.0.1:{free_port()}"
    places = ["--listen-client-urls", url, "--advertise-client-urls", url]
    peers = ["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}"]
    argv = [_program("etcd"), "--data-dir", str(room / "data"), *places, *peers, "--unsafe-no-fsync"]

    def ready() -> str | None:
        try:
            return url if requests.get(f"{url}/health", timeout=5).ok else None
        except requests.RequestException:
            return None

    with daemon(argv, room, ready) as where:
        yield where


@contextmanager
def _api_server(store: str, keys: Path, certificate: Path) -> Iterator[str]:
    room, port, accounts = new_room(), free_port(), keys / "accounts.pem"
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    accounts.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (room / "tokens").write_text(f"{ADMIN},admin,1,system:masters\n{READER},reader,2\n")
    settings = {
        "etcd-servers": store,
        "bind-address": "127.0.0.1",
        "secure-port": port,
        "tls-cert-file": certificate,
        "tls-private-key-file": certificate,
        "token-auth-file": room / "tokens",
        "authorization-mode": "RBAC",
        "service-account-issuer": "https://kubernetes.example",
        "service-account-key-file": accounts,
        "service-account-signing-key-file": accounts,
        "service-cluster-ip-range": "10.0.0.0/24",
        "disable-admission-plugins": "ServiceAccount",
        "endpoint-reconciler-type": "none",
    }
    argv = [_program("kube-apiserver"), *(f"--{name}={value}" for name, value in settings.items())]
    with daemon(argv, room, lambda: _answers(f"https://127.0.0.1:{port}", certificate)) as url:
        yield url


@contextmanager
def _controllers(kubeconfig: Path, accounts: Path, certificate: Path) -> Iterator[None]:
    room = new_room()
    settings = {
        "kubeconfig": kubeconfig,
        "controllers": ",".join(CONTROLLERS),
        "leader-elect": "false",
        "secure-port": 0,
        "service-account-private-key-file": accounts,
        "root-ca-file": certificate,
    }
    argv = [_program("kube-controller-manager"), *(f"--{name}={value}" for name, value in settings.items())]
    with daemon(argv, room, lambda: True):
        yield
