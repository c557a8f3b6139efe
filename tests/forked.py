"""Runs of shipit in processes forked from one that has loaded all of it, so that Python starts once for many runs.

python forked.py    runs `python -m shipit` for each line of standard input, a JSON object of `args`, `cwd`, `env`,
                    `out` and `err`, and answers with its exit status; with `ended`, it answers at once with the id of
                    the process, whose exit status is later in the file of this name
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import json
import os
import pkgutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import shipit
from shipit.__main__ import main
from shipit.cli.demo.sample import make_sample
from shipit.cli.main import run


def serve(command: Callable[[], None]) -> None:
    """Call `command` in a fork for each line of standard input; it finds its arguments in `sys.argv`, and ends."""
    warm_up()
    for line in sys.stdin:
        job = json.loads(line)
        ended = job.pop("ended", "")
        child = os.fork()
        if not child:
            if ended:
                to_background(Path(ended))
            become(**job)
            command()
        if not ended:
            answer(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def answer(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def to_background(ended: Path) -> None:
    """Go on as a child in a session of its own; this process answers with its id, and writes its exit status."""
    child = os.fork()
    if not child:
        os.setsid()
        return
    answer(child)
    unfinished = ended.with_suffix(".new")
    unfinished.write_text(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])))
    unfinished.rename(ended)
    os._exit(0)


def warm_up() -> None:
    """Load every module that a run may load, and release a sample, which fills the caches of what it uses."""
    inside = [module.name for module in pkgutil.walk_packages(shipit.__path__, "shipit.")]
    for module in ("docker", "git", "urllib3", *inside):
        importlib.import_module(module)
    with tempfile.TemporaryDirectory() as place, contextlib.redirect_stderr(io.StringIO()) as said:
        sample = make_sample(Path(place))
        (sample.path / "shipit.toml").write_text("[release]\nmajor-on-zero = true\n")
        assert run(["-C", str(sample.path), "release"]) == 0, said.getvalue()
    gc.disable()  # as in a shipit that was just started; what a collector touches would be copied, besides


def become(args: list[str], cwd: str, env: dict[str, str], out: str, err: str) -> None:
    """Take on the arguments, the place, the environment and the streams of a process that was just started."""
    sys.argv = ["shipit", *args]
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    tempfile.tempdir = None  # the directory for temporary files depends on the environment
    for number, (path, flags) in enumerate(((os.devnull, os.O_RDONLY), (out, os.O_WRONLY), (err, os.O_WRONLY))):
        os.dup2(os.open(path, flags | os.O_CREAT | os.O_TRUNC), number)


if __name__ == "__main__":
    serve(main)
