from __future__ import annotations

import pytest

from shipit.versionfiles import FORMATS, VersionFileError

SAMPLES = {
    "helm": ("version: @\nappVersion: \"@\"  # same\ndependencies:\n  - name: a\n    version: 9.9.9\n", ()),
}  # fmt: skip

HELM = FORMATS["helm"]

CHART = """\
# version: 9.9.9
apiVersion: v2
name: app
description: |
  version: 9.9.9
version: @  # the chart
appVersion: "v@"
dependencies:
  - name: redis
    version: 9.9.9
"""


def test_version_and_app_version_change_and_dependencies_do_not() -> None:
    assert HELM.write(CHART.replace("@", "1.2.3"), "2.0.0") == CHART.replace("@", "2.0.0")


def test_a_chart_without_app_version_has_one_place() -> None:
    assert HELM.write("version: 1.2.3", "2.0.0") == "version: 2.0.0"


@pytest.mark.parametrize("application", ["9.0", "1.2.30", "latest", "v1.2.2"])
def test_the_app_version_of_another_application_does_not_change(application: str) -> None:
    text = f'version: @\nappVersion: "{application}"\n'
    assert HELM.write(text.replace("@", "1.2.3"), "2.0.0") == text.replace("@", "2.0.0")


def test_both_versions_can_be_named_if_they_differ() -> None:
    text = "version: 0.1.0\nappVersion: 9.0\n"
    assert HELM.write(text, "2.0.0", ["version", "appVersion"]) == "version: 2.0.0\nappVersion: 2.0.0\n"


def test_one_of_the_two_can_be_named() -> None:
    text = "version: 0.1.0\nappVersion: 1.2.3\n"
    assert HELM.write(text, "2.0.0", ["appVersion"]) == "version: 0.1.0\nappVersion: 2.0.0\n"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("name: a", "`version` is not set"),
        ("version: |\n  1.2.3\n", "`version` is not set"),
        ("version: 1.2.3\nversion: 1.2.3\n", "set 2 times"),
        ("version: {{ .Values.version }}\n", "not"),
        ("a: 1\n---\nversion: 1.2.3\n", "not a single valid YAML document"),
        ("a: &a [*a]\n", "`version` is not set"),
        ("# nothing\n", "is empty"),
        ('version: "1.2\\x2e3"', "not a plain version"),
    ],
)
def test_a_chart_without_one_plain_version_is_refused(text: str, what: str) -> None:
    with pytest.raises(VersionFileError) as caught:
        HELM.read(text)
    assert what in caught.value.what
