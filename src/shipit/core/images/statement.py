"""The statement about an image that shipit signs: the commit and the version that the image was built from.

It has the form of SLSA provenance v1 (https://slsa.dev/spec/v1.0/provenance).

>>> labels = {VERSION: "1.4.0", REVISION: "0a" * 20, SOURCE: "https://github.com/acme/shop"}
>>> statement = provenance(labels)["buildDefinition"]
>>> statement["externalParameters"], statement["resolvedDependencies"][0]["uri"]
({'version': '1.4.0'}, 'git+https://github.com/acme/shop')
>>> provenance({VERSION: "1.4.0"})["buildDefinition"]["resolvedDependencies"]
[]
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipit.core.images.labels import REVISION, SOURCE, VERSION

UNATTESTED = "unattested"
"""The tag that an image is pushed under before it is attested; it moves with each push."""

_BUILD_TYPE, _BUILDER = "urn:shipit:image", "urn:shipit"


def provenance(labels: Mapping[str, str]) -> dict[str, Any]:
    """Return the statement about an image with these labels."""
    commit = {"uri": f"git+{labels.get(SOURCE, '')}", "digest": {"gitCommit": labels.get(REVISION, "")}}
    return {
        "buildDefinition": {
            "buildType": _BUILD_TYPE,
            "externalParameters": {"version": labels.get(VERSION, "")},
            "resolvedDependencies": [commit] if REVISION in labels else [],
        },
        "runDetails": {"builder": {"id": _BUILDER}},
    }
