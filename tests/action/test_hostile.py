"""What people write and keep in their repositories reaches no shell, no command of the runner and no import."""

from __future__ import annotations

import json

import pytest
from action.act import Consumer

from shipit.core.outputs import NO_OUTPUTS

TRAP = "raise SystemExit('imported from the workspace')\n"
MESSAGES = {
    "commands of the runner": "feat: mask\n\n::add-mask::1.1.0\n::set-output name=version::6.6.6\n##[add-mask]1.1.0",
    "a subject that is one": "feat: ::add-mask::1.1.0\r::error::pwned",
    "a subject that is nothing else": "::add-mask::1.1.0",
    "another output": "feat: out\n\nversion=6.6.6\nreleased=false\nEOF\nversion<<EOF\n6.6.6\nEOF\nghadelimiter_0\n",
    "a shell": "feat: `touch pwned` $(touch pwned) \"; touch pwned; ' && touch pwned\n\n$(touch pwned)",
    "an expression": "feat: ${{ github.workflow }}\n\n${{ toJSON(github) }}",
    "a terminal": "feat: \x1b[31mred\x1b[2J\x07",
    "a page": "feat: <script>x</script> | table | ![x](javascript:x) </details>",
    "length": "feat: long\n\n" + "0123456789" * 10_000,
}


def test_hostile_messages_change_neither_outputs_nor_the_job(consumer: Consumer) -> None:
    for message in MESSAGES.values():
        consumer.commit(message)
    run = consumer.run()
    assert run.jobs == {"release": "success", "announce": "success"}
    outputs = run.given
    assert (outputs["released"], outputs["version"], outputs["tag"]) == ("true", "1.1.0", "v1.1.0")
    assert json.loads(outputs["json"]) == {name: outputs[name] for name in NO_OUTPUTS}
    assert [release.body for release in consumer.github.releases] == [outputs["notes"]]
    assert "1.1.0 is out, see " in run.log
    obeyed = {str(line["command"]) for line in run.lines if "command" in line}
    assert obeyed & {"add-mask", "error", "set-env", "add-path"} == set()
    assert set(outputs) == {*NO_OUTPUTS, "json", "python-path"}
    assert "pwned" not in consumer.github.git.git("ls-tree", "-r", "--name-only", "main").split()
    assert run.leaks == ""


def test_folders_of_the_workspace_named_like_libraries_are_not_imported(consumer: Consumer) -> None:
    names = ("yaml/__init__.py", "github/__init__.py", "git/__init__.py", "click.py", "sitecustomize.py", "shipit.py")
    consumer.commit("feat: traps", dict.fromkeys(names, TRAP))
    consumer.copies_environments(False)
    action = {"uses": "acme/shipit@selftest", "id": "shipit", "with": {"token": "${{ secrets.GITHUB_TOKEN }}"}}
    consumer.workflow["jobs"] = {
        "traps": {
            "runs-on": "ubuntu-latest",
            "env": {"PYTHONPATH": "."},
            "steps": [
                {"uses": next(each for each in consumer.third_party if "/checkout@" in each), "with": {"fetch-depth": 0}},
                action,
                {**action, "id": "again", "with": {"command": "next"}},
                {"run": 'echo "path: $PYTHONPATH, released: $TOLD and $AGAIN"', "env": {
                    "TOLD": "${{ steps.shipit.outputs.released }}", "AGAIN": "${{ steps.again.outputs.released }}",
                }},
            ],
        }
    }  # fmt: skip
    run = consumer.run()
    assert run.jobs == {"traps": "success"}
    assert "path: ., released: true and false" in run.log
    assert run.log.count("::group::Install shipit") == 1, "the second step finds what the first installed"


@pytest.mark.parametrize("place", ["my app/the server", "a $(touch pwned) 'b'"])
def test_a_directory_may_be_called_anything(consumer: Consumer, place: str) -> None:
    config = f"{place}/my config.toml"
    consumer.commit("feat: move", {f"{place}/notes.txt": "here\n", config: '[changelog]\nfile = "NEWS.md"\n'})
    consumer.workflow["jobs"]["release"]["with"] |= {"working-directory": place, "config": config}
    run = consumer.run()
    assert run.jobs == {"release": "success", "announce": "success"}
    assert "NEWS.md" in consumer.github.git.git("ls-tree", "--name-only", "v1.1.0").split()
