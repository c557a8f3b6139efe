"""A project that is deployed to a Deployment of a cluster, by kubectl."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clusters.in_process import LocalDriver
from contracts.pushed import ask, push_image, push_index
from parts.daemon import program, wait_until
from parts.kubernetes.client import Client
from parts.kubernetes.node import App, Node
from parts.registry import Registry
from release.runs import Driver, Run, StartedRun
from standin.kubernetes.server import KubernetesStandIn

VERSION = "org.opencontainers.image.version"
WRONG, REFUSED, DENIED, REJECTED = 2, 3, 4, 6  # exit statuses
_numbers = itertools.count(1)
KUBECONFIG = """\
apiVersion: v1
kind: Config
clusters: [{{name: test, cluster: {{server: "{url}", certificate-authority: "{certificate}"}}}}]
users: [{{name: admin, user: {{token: {admin}}}}}, {{name: reader, user: {{token: {reader}}}}}]
contexts:
- {{name: test, context: {{cluster: test, user: admin}}}}
- {{name: reader, context: {{cluster: test, user: reader}}}}
current-context: test
"""


@dataclass
class Cluster:
    """A cluster with its node.

    Args:
        api: its API, for an administrator.
        node: its node.
        kubeconfig: a file with the contexts `test` and `reader`; the reader may change nothing.
        standin: the stand-in of the API server, whose answers can go wrong; not used if the API server is real.
    """

    api: Client
    node: Node
    kubeconfig: Path
    standin: KubernetesStandIn


class Shop:
    """A project with the environment `prod`, whose Deployment `web` is in a namespace of its own.

    shop.deploy("1.0.0").succeeded()
    assert shop.runs() == {shop.digest("1.0.0")}
    """

    def __init__(self, place: Path, cluster: Cluster, registry: Registry, driver: Driver | LocalDriver) -> None:
        program("kubectl")
        self.cluster, self._registry, self._driver = cluster, registry, driver
        number = next(_numbers)
        self.namespace = f"shop-{os.getpid()}-{number}"
        self.repository = f"acme/shop{os.getpid()}x{number}"
        self.image = registry.image(self.repository).rpartition(":")[0]
        self.root = place / "repository"
        self._digests: dict[str, str] = {}
        self.settings: dict[str, Any] = {
            "kind": "kubernetes",
            "name": "shop",
            "context": "test",
            "namespace": self.namespace,
            "deployment": "web",
            "bake": "0s",
        }
        self.environment = {**os.environ, "KUBECONFIG": str(cluster.kubeconfig)}
        self.root.mkdir()
        self.git("init", "--quiet", "--initial-branch", "prod")
        self.configure()
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}}
        cluster.api("POST", "/api/v1/namespaces", namespace)

    def git(self, *arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=self.root, check=True, capture_output=True, text=True).stdout

    def configure(self, **changes: Any) -> None:
        """Write shipit.toml with other settings of the target, and commit it."""
        self.settings |= changes
        lines = ["[environments.prod]", 'branch = "prod"', f'image.name = "{self.image}"', "[environments.prod.deploy]"]
        lines += [f"{key} = {json.dumps(value)}" for key, value in self.settings.items()]
        (self.root / "shipit.toml").write_text("\n".join([*lines, ""]))
        self.git("add", ".")
        self.git("commit", "--quiet", "--allow-empty", "--message", "feat: change the settings")

    def push(self, version: str, app: App | None = None, *, platforms: bool = False) -> str:
        """Push the image of a version, and return its digest; `app` is its behaviour."""
        if version not in self._digests:
            push = push_index if platforms else push_image
            self._digests[version] = push(self._registry, self.repository, version, {VERSION: version})
        if app:
            self.cluster.node.apps[self._digests[version]] = app
        return self._digests[version]

    def digest(self, version: str) -> str:
        return self._digests[version]

    def platform(self, version: str) -> str:
        """Return the digest of the first platform of an image with several."""
        accept = {"Accept": "application/vnd.oci.image.index.v1+json"}
        found = ask(self._registry, "GET", f"{self.repository}/manifests/{version}", headers=accept).json()
        return next(str(each["digest"]) for each in found["manifests"] if each["platform"]["os"] == "linux")

    def limit_pods(self, count: int) -> None:
        """Create the quota `small`, and wait until it is in force."""
        path = f"/api/v1/namespaces/{self.namespace}/resourcequotas"
        body = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "small"}}
        self.cluster.api("POST", path, body | {"spec": {"hard": {"pods": str(count)}}})
        wait_until(lambda: self.cluster.api("GET", f"{path}/small").get("status", {}).get("used"))

    def apply(self, version: str = "0.9.0", **spec: Any) -> None:
        """Create the Deployment with the image of a version, as an administrator does, and wait until it serves."""
        digest = self.push(version)
        probe = {"httpGet": {"path": "/health", "port": 8080}}
        hook = {"preStop": {"sleep": {"seconds": 5}}}
        container = {"name": "web", "image": f"{self.image}@{digest}", "readinessProbe": probe, "lifecycle": hook}
        body = {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "web"},
            "spec": {
                "replicas": 2,
                "progressDeadlineSeconds": 600,
                "selector": {"matchLabels": {"app": "web"}},
                "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container]}},
                **spec,
            },
        }
        self.cluster.api("POST", f"/apis/apps/v1/namespaces/{self.namespace}/deployments", body)
        wait_until(lambda: self.deployment["status"].get("availableReplicas") == 2)

    @property
    def path(self) -> str:
        """The path of the Deployment in the API."""
        return f"/apis/apps/v1/namespaces/{self.namespace}/deployments/web"

    @property
    def deployment(self) -> dict[str, Any]:
        found: dict[str, Any] = {"status": {}, **self.cluster.api("GET", self.path)}
        return found

    def change(self, patch: object) -> None:
        """Change the Deployment as another program does, by a merge patch."""
        self.cluster.api("PATCH", self.path, patch)

    def change_image(self, version: str) -> None:
        """Change the image of the Deployment as another program does."""
        container = {**self.deployment["spec"]["template"]["spec"]["containers"][0]}
        container["image"] = f"{self.image}@{self.digest(version)}"
        self.change({"spec": {"template": {"spec": {"containers": [container]}}}})

    @property
    def wanted(self) -> str:
        """The image in the Deployment."""
        return str(self.deployment["spec"]["template"]["spec"]["containers"][0]["image"])

    def start(self, *arguments: str) -> StartedRun:
        """Start shipit."""
        assert isinstance(self._driver, Driver)
        return self._driver.start(self.root, arguments, self.environment)

    def run(self, *arguments: str, env: Mapping[str, str] = {}) -> Run:
        """Run shipit to its end."""
        return self._driver.run(self.root, arguments, {**self.environment, **env})

    def deploy(self, version: str, *options: str, env: Mapping[str, str] = {}) -> Run:
        return self.run("deploy", "prod", version, *options, env=env)

    def pods(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.cluster.api("GET", f"/api/v1/namespaces/{self.namespace}/pods")["items"]
        return [pod for pod in found if not pod["metadata"].get("deletionTimestamp")]

    def runs(self) -> list[str]:
        """Return the versions whose digest the ready pods run, one for each pod."""
        versions = {digest: version for version, digest in self._digests.items()}
        ready = [pod for pod in self.pods() if _is_ready(pod)]
        return sorted(versions[pod["spec"]["containers"][0]["image"].partition("@")[2]] for pod in ready)

    @property
    def record(self) -> list[str]:
        """The events of the record, as kind and version."""
        path = f"/api/v1/namespaces/{self.namespace}/configmaps/shipit-shop"
        found = self.cluster.api("GET", path, ok=(404,)).get("data", {}).get("record.json", '{"events": []}')
        return [f"{event['kind']} {event['image']['version']}" for event in json.loads(found)["events"]]


def _is_ready(pod: dict[str, Any]) -> bool:
    conditions = pod.get("status", {}).get("conditions", [])
    return any((each["type"], each["status"]) == ("Ready", "True") for each in conditions)
