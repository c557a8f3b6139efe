"""The files in examples/kubernetes, deployed: only names and addresses are replaced."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from clusters.conftest import REAL
from clusters.shop import Shop
from parts.daemon import wait_until
from ruamel.yaml import YAML

EXAMPLE = Path(__file__).parents[2] / "examples/kubernetes"


def adapted(shop: Shop, path: str) -> str:
    """Return the text of a file of the example with the namespace and the image of `shop`."""
    text = (EXAMPLE / path).read_text(encoding="utf-8")
    for name in ("namespace: ", "--namespace ", "Namespace\nmetadata: { name: "):
        text = text.replace(f"{name}shop", f"{name}{shop.namespace}")
    return text.replace("acme/shop:latest", f"{shop.image}@{shop.push('0.9.0')}")


def configure(shop: Shop) -> None:
    """Let the configuration of the example be that of the project."""
    text = (EXAMPLE / "shipit.toml").read_text(encoding="utf-8")
    names = {'url = "https://shop.example"\n': "", 'name = "acme/shop"': f'name = "{shop.image}"'}
    for before, after in {**names, 'namespace = "shop"': f'namespace = "{shop.namespace}"\nbake = "0s"'}.items():
        assert before in text, before
        text = text.replace(before, after)
    (shop.root / "shipit.toml").write_text(text)
    shop.git("commit", "--quiet", "--all", "--message", "feat: take the example")


def kubectl(shop: Shop, *arguments: str, text: str) -> str:
    run = {"env": shop.environment, "input": text, "check": True, "capture_output": True, "text": True}
    return subprocess.run(["kubectl", *arguments], **run).stdout  # type: ignore[call-overload, no-any-return]


def apply(shop: Shop) -> None:
    """Prepare the cluster as the README of the example says; the stand-in only knows the Deployment."""
    if REAL:
        for path in ("cluster/rights.yaml", "cluster/web.yaml"):
            kubectl(shop, "apply", "--filename", "-", text=adapted(shop, path))
        script, kubeconfig = shop.root.parent / "kubeconfig.sh", shop.root.parent / "kubeconfig"
        script.write_text(adapted(shop, "cluster/kubeconfig.sh"))
        wait_until(
            lambda: "token" in kubectl(shop, "get", "secret", "shipit", f"-n{shop.namespace}", "-oyaml", text="")
        )
        made = subprocess.run(["sh", script], env=shop.environment, check=True, capture_output=True, text=True)
        kubeconfig.write_text(made.stdout)
        shop.environment["KUBECONFIG"] = str(kubeconfig)
        return
    deployment, _ = YAML(typ="safe").load_all(adapted(shop, "cluster/web.yaml"))
    shop.cluster.api("POST", shop.path.rpartition("/")[0], deployment)


def test_the_example_is_deployed_with_the_rights_of_its_login(new_shop: Callable[[], Shop]) -> None:
    shop = new_shop()
    apply(shop)
    wait_until(lambda: shop.runs() == ["0.9.0"] * 2)
    configure(shop)
    shop.push("1.0.0")
    planned = shop.run("deploy", "prod", "1.0.0", "--dry-run").succeeded().out
    assert "warning" not in planned, planned
    shop.deploy("1.0.0").succeeded()
    assert shop.runs() == ["1.0.0"] * 2
    if REAL:
        goes_back(shop)
        allowed = kubectl(shop, "auth", "can-i", "--list", f"-n{shop.namespace}", text="")
        assert "secrets" not in allowed
        assert "pods/exec" not in allowed


def goes_back(shop: Shop) -> None:
    shop.push("1.1.0")
    shop.deploy("1.1.0").succeeded()
    shop.run("rollback", "prod").succeeded()
    assert shop.runs() == ["1.0.0"] * 2
