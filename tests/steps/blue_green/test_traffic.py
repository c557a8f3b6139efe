"""The questions to nginx that steps of deployments share."""

from __future__ import annotations

from pathlib import Path

import pytest
from contracts.clones import in_memory
from steps.deploy.scene import GREEN, NGINX, host_of, switched

from shipit.core.deploy import switch_file
from shipit.steps.blue_green import loaded_traffic


@pytest.mark.parametrize("remembered", [None, "", "an old text", switch_file(NGINX, GREEN, "0ldt0ken"), "the same"])
def test_the_loaded_slot_does_not_depend_on_the_text_that_was_read_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, remembered: str | None
) -> None:
    host = host_of(switched(in_memory(tmp_path)))
    text = host.read(NGINX.file) if remembered == "the same" else remembered
    monkeypatch.setattr(host, "last_read", lambda path: text)
    loaded = loaded_traffic(host, NGINX)
    assert loaded and (loaded.slot, loaded.digest) == (GREEN.slot, GREEN.digest)
    host.files[NGINX.file] = host.files[NGINX.file].replace(f"http://{GREEN.address}", "http://127.0.0.1:9")
    assert loaded_traffic(host, NGINX) is None  # another program edited it
