"""The controllers of the stand-in: Deployments make ReplicaSets, and ReplicaSets and Jobs make pods.

A rollout has one pod more than wanted, and never fewer ready ones: the default for a few pods.
"""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any

from standin.kubernetes.store import Object, Refused, Store

_REVISION = "deployment.kubernetes.io/revision"
_HASH = "pod-template-hash"
_RESULTS = {"Succeeded": "Complete", "Failed": "Failed"}
_COPIED = ("kubernetes.io/change-cause",)


class Controllers:
    """The controllers of all Deployments in `store`; `act` does all that can be done now."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._progress: dict[str, tuple[Any, float]] = {}  # the state of a Deployment, and the time when it began

    def act(self) -> None:
        for deployment in self._store.list("deployments"):
            self._act(deployment)
        for job in self._store.list("jobs"):
            self._run(job)
        for pod in self._store.list("pods"):
            self._collect(pod)
        for quota in self._store.list("resourcequotas"):
            namespace, name = quota["metadata"]["namespace"], _name(quota)
            used = {"pods": str(len(self._store.list("pods", namespace)))}
            self._store.patch("resourcequotas", namespace, name, {"status": {**quota["spec"], "used": used}})

    def _act(self, deployment: Object) -> None:
        meta, spec = deployment["metadata"], deployment["spec"]
        namespace, wanted = meta["namespace"], spec.get("replicas", 1)
        newest = self._newest(deployment)
        old = [
            each for each in self._owned("replicasets", deployment) if newest is None or _name(each) != _name(newest)
        ]
        refused = ""
        if not spec.get("paused"):
            old_pods = [pod for each in old for pod in self._owned("pods", each)]
            new_pods = self._owned("pods", newest) if newest else []
            if newest and len(new_pods) < wanted and len(new_pods) + len(old_pods) <= wanted:
                refused = self._add(newest)
            for pod in new_pods[wanted:]:
                self._store.delete("pods", namespace, _name(pod))
            spare = sum(map(_ready, new_pods)) + sum(map(_ready, old_pods)) - wanted
            for pod in sorted(old_pods, key=_ready):
                if not _ready(pod) or spare > 0:
                    spare -= _ready(pod)
                    self._store.delete("pods", namespace, _name(pod))
        self._report(deployment, newest, old, refused)

    def _run(self, job: Object) -> None:
        """Create the pod of a Job, and report its result."""
        namespace, name = job["metadata"]["namespace"], _name(job)
        pods = self._owned("pods", job)
        if not pods and not job.get("status"):
            owner = {"kind": "Job", "name": name, "uid": job["metadata"]["uid"]}
            meta = {"name": f"{name}-pod", "labels": {"job-name": name}, "ownerReferences": [owner]}
            meta["name"] += job["metadata"]["uid"].removeprefix("uid")
            self._store.create("pods", namespace, {"metadata": meta, "spec": job["spec"]["template"]["spec"]})
        for pod in pods:
            if ended := _RESULTS.get(pod.get("status", {}).get("phase", "")):
                condition = {"type": ended, "status": "True", "reason": "", "message": "its backoff limit is reached"}
                self._store.patch("jobs", namespace, name, {"status": {"conditions": [condition]}})

    def _collect(self, pod: Object) -> None:
        """Delete a pod whose Job is gone."""
        (owner,) = pod["metadata"].get("ownerReferences", [{"kind": ""}])
        if owner["kind"] == "Job" and owner["uid"] not in {
            each["metadata"]["uid"] for each in self._store.list("jobs")
        }:
            self._store.delete("pods", pod["metadata"]["namespace"], _name(pod))

    def _newest(self, deployment: Object) -> Object | None:
        """Return the ReplicaSet for the template of a Deployment; it is made unless the rollout is paused."""
        template, namespace = deployment["spec"]["template"], deployment["metadata"]["namespace"]
        digest = hashlib.sha256(json.dumps(template, sort_keys=True).encode()).hexdigest()[:10]
        name, sets = f"{_name(deployment)}-{digest}", self._owned("replicasets", deployment)
        last = max((_revision(each) for each in sets), default=0)
        found = next((each for each in sets if _name(each) == name), None)
        if found is None and deployment["spec"].get("paused"):
            return None
        copied = {key: value for key, value in _annotations(deployment).items() if key in _COPIED}
        if found is None:
            owner = {"kind": "Deployment", "name": _name(deployment), "uid": deployment["metadata"]["uid"]}
            labels = {**template["metadata"].get("labels", {}), _HASH: digest}
            meta = {"name": name, "labels": labels, "ownerReferences": [owner], "annotations": {}}
            found = self._store.create("replicasets", namespace, {"metadata": meta, "spec": {"template": template}})
            last += 1
        elif _revision(found) < last:  # an earlier template is the newest again
            last += 1
        marks = {"annotations": {**copied, _REVISION: str(last)}}
        self._store.patch(
            "deployments", namespace, _name(deployment), {"metadata": {"annotations": {_REVISION: str(last)}}}
        )
        return self._store.patch("replicasets", namespace, name, {"metadata": marks})

    def _add(self, replica_set: Object) -> str:
        """Add one pod, and return the reason why it is refused; empty if it is not."""
        namespace = replica_set["metadata"]["namespace"]
        for quota in self._store.list("resourcequotas", namespace):
            most = int(quota["spec"]["hard"].get("pods", "1000"))
            if len(self._store.list("pods", namespace)) >= most:
                asked = f"requested: pods=1, used: pods={most}, limited: pods={most}"
                return f'pods "{_name(replica_set)}-" is forbidden: exceeded quota: {_name(quota)}, {asked}'
        meta = replica_set["metadata"]
        owner = {"kind": "ReplicaSet", "name": meta["name"], "uid": meta["uid"]}
        name = f"{meta['name']}-{time.monotonic_ns() % 10**9:09d}"
        spec = replica_set["spec"]["template"]["spec"]
        pod = {"metadata": {"name": name, "labels": meta["labels"], "ownerReferences": [owner]}, "spec": spec}
        self._store.create("pods", namespace, pod | {"status": {"phase": "Pending"}})
        return ""

    def _report(self, deployment: Object, newest: Object | None, old: list[Object], refused: str) -> None:
        """Write the status of a Deployment."""
        meta, spec = deployment["metadata"], deployment["spec"]
        updated = self._owned("pods", newest) if newest else []
        pods = [*updated, *(pod for each in old for pod in self._owned("pods", each))]
        counts = [len(pods), len(updated), sum(map(_ready, pods)), sum(map(_ready, updated))]
        state = (_name(newest) if newest else "", counts)
        before, since = self._progress.get(meta["uid"], (None, 0.0))
        since = time.monotonic() if state != before else since
        self._progress[meta["uid"]] = state, since
        wanted = spec.get("replicas", 1)
        done = counts == [wanted, wanted, wanted, wanted]
        late = not done and time.monotonic() - since > spec.get("progressDeadlineSeconds", 600)
        reason = "NewReplicaSetAvailable" if done else "ProgressDeadlineExceeded" if late else "ReplicaSetUpdated"
        conditions = [{"type": "Progressing", "status": "False" if late else "True", "reason": reason}]
        if refused:
            conditions.append(
                {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": refused}
            )
        status = {
            "observedGeneration": meta["generation"],
            "replicas": counts[0],
            "updatedReplicas": counts[1],
            "availableReplicas": counts[2],
            "conditions": conditions,
        }
        self._store.patch("deployments", meta["namespace"], meta["name"], {"status": status})

    def _owned(self, resource: str, owner: Object) -> list[Object]:
        uid, found = owner["metadata"]["uid"], self._store.list(resource, owner["metadata"]["namespace"])
        return [each for each in found if uid in {one["uid"] for one in each["metadata"].get("ownerReferences", ())}]


def _name(each: Object) -> str:
    return str(each["metadata"]["name"])


def _annotations(each: Object) -> dict[str, str]:
    return dict(each["metadata"].get("annotations") or {})


def _revision(each: Object) -> int:
    return int(_annotations(each).get(_REVISION, "0"))


def _ready(pod: Object) -> bool:
    return {"type": "Ready", "status": "True"} in pod.get("status", {}).get("conditions", ())


__all__ = ["Controllers", "Refused"]
