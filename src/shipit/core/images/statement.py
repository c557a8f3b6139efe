"""The statements that shipit signs: the commit and the version that an image or a file of a release was built from.

They have the form of SLSA provenance v1 (https://slsa.dev/spec/v1.0/provenance).

>>> labels = {VERSION: "1.4.0", REVISION: "0a" * 20, SOURCE: "https://github.com/acme/shop"}
>>> statement = provenance(labels)["buildDefinition"]
>>> statement["externalParameters"], statement["resolvedDependencies"][0]["uri"]
({'version': '1.4.0'}, 'git+https://github.com/acme/shop')
>>> provenance({VERSION: "1.4.0"})["buildDefinition"]["resolvedDependencies"]
[]
>>> asset_provenance("1.4.0", "0a" * 20, "")["buildDefinition"]["resolvedDependencies"] == [
...     {"digest": {"gitCommit": "0a" * 20}}
... ]
True
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shipit.core.images.labels import REVISION, SOURCE, VERSION

UNATTESTED = "unattested"
"""The tag that an image is pushed under before it is attested; it moves with each push."""

# The `buildType`, by which a checker knows what was attested.
_IMAGE, _ASSET = "urn:shipit:image", "urn:shipit:asset"
_BUILDER = "urn:shipit"


def provenance(labels: Mapping[str, str]) -> dict[str, Any]:
    """Return the statement about an image with these labels."""
    return _statement(_IMAGE, labels.get(VERSION, ""), labels.get(REVISION, ""), labels.get(SOURCE, ""))


def asset_provenance(version: str, commit: str, url: str) -> dict[str, Any]:
    """Return the statement about a file of a release.

    Args:
        version: the version of the release.
        commit: the id of the commit that the file was built from; empty if it is not known.
        url: the address of the repository; empty if it has none.
    """
    return _statement(_ASSET, version, commit, url)


def _statement(build_type: str, version: str, commit: str, url: str) -> dict[str, Any]:
    source = ({"uri": f"git+{url}"} if url else {}) | {"digest": {"gitCommit": commit}}
    return {
        "buildDefinition": {
            "buildType": build_type,
            "externalParameters": {"version": version},
            "resolvedDependencies": [source] if commit else [],
        },
        "runDetails": {"builder": {"id": _BUILDER}},
    }
