"""The commits that are made without the working tree, the index or a branch of the clone."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property

from shipit.adapters.git.calls import Output
from shipit.adapters.git.history import GitHistory
from shipit.core import limits
from shipit.errors import CommandError
from shipit.world import MergedFiles

# The exit statuses of `git merge-tree`: a conflict, and options that this version of git does not have.
_CONFLICT = 1
_WRONG_USAGE = 129

ACTIONS_BOT = ("github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com")
"""Name and email of the author of release commits in GitHub Actions, if git has no `user.email`."""


class GitObjects(GitHistory):
    """The objects that shipit writes into a clone; `shipit.world.Git` describes the public methods."""

    def write_files(self, commit: str, files: Mapping[str, str]) -> str:
        return self._write_tree(commit, [(self._entry(commit, path, text), path) for path, text in files.items()])

    def signs(self) -> bool:
        return self._is_set("commit.gpgSign")

    def _is_set(self, setting: str) -> bool:
        """Return whether a setting of git that is a boolean is true."""
        return self._line("config", "--type=bool", setting) == "true"

    def merge_files(self, one: str, other: str) -> MergedFiles:
        words = ("merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", one, other)
        done = self._try(*words)
        if done.returncode == _WRONG_USAGE:
            hint = "install git 2.38 or newer, or merge by hand"
            raise CommandError("this git cannot merge two commits without a working tree", hint=hint)
        # An unknown commit has the same status as a conflict, but prints no files.
        status = 0 if done.returncode == _CONFLICT and done.stdout else done.returncode
        printed = self._checked(words, (status, done.stdout, done.stderr))
        files, *conflicts = printed.split("\0")[:-1]
        return MergedFiles(files, tuple(sorted(set(conflicts))))

    def commit_files(
        self, files: str, parent: str, message: str, author: str | None = None, *, merged: str | None = None
    ) -> str:
        name, _, email = (author or "").removesuffix(">").partition(" <")
        env = {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": email} if author else {}
        return self._commit_tree(files, [parent, *([merged] if merged else [])], message, env)

    def reapply(self, commit: str, onto: str, files: Mapping[str, str]) -> str:
        taken = [(entry, path) for entry, path in self._changes(commit) if path not in files]
        texts = [(self._entry(commit, path, text), path) for path, text in files.items()]
        tree = self._write_tree(onto, [*taken, *texts])
        fields = self._output("log", "-1", "--encoding=UTF-8", "--format=%an%x00%ae%x00%ad%x00%B", "--date=raw", commit)
        name, email, date, message = fields.split("\0", 3)
        env = {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": email, "GIT_AUTHOR_DATE": date}
        return self._commit_tree(tree, [onto], message.rstrip("\n") + "\n", env)

    def _entry(self, commit: str, path: str, text: str) -> str:
        """Store the file `path` with `text`; return its mode, which is the one that it has in `commit`, and its id."""
        listed = self._output("ls-tree", "-z", commit, "--", path)
        id = self._plumb(["hash-object", "-w", f"--path={path}", "--stdin"], self._environment, text)
        return f"{listed[:6] or '100644'} {id}"

    def _write_tree(self, commit: str, entries: Sequence[tuple[str, str]]) -> str:
        """Store the files of `commit` with these entries in place of theirs; one of zeros removes the file."""
        lines = "".join(f"{entry}\t{path}\0" for entry, path in entries)
        index = os.path.join(self.directory, "shipit", "index")  # of its own: that of the user stays as it is
        os.makedirs(os.path.dirname(index), exist_ok=True)
        env = {**self._environment, "GIT_INDEX_FILE": index}
        with suppress(FileNotFoundError):  # from a git that was killed
            os.unlink(f"{index}.lock")
        try:
            self._plumb(["read-tree", commit], env)
            self._plumb(["update-index", "-z", "--index-info"], env, lines)
            return self._plumb(["write-tree"], env)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(index)

    def _commit_tree(self, tree: str, parents: Sequence[str], message: str, env: Mapping[str, str]) -> str:
        sign = ["-S"] if self.signs() else []
        words = ["commit-tree", *sign, tree, *(word for parent in parents for word in ("-p", parent)), "-F", "-"]
        return self._plumb(words, {**self._environment, **self._bot, **env}, message)

    def _plumb(self, words: Sequence[str], env: Mapping[str, str], text: str = "") -> str:
        """Run a git that reads `text`, and return the line that it prints. Raises `CommandError` if it fails."""
        argv = self._argv("-c", "i18n.commitEncoding=UTF-8", *words)  # shipit writes messages in UTF-8
        done = self._run(argv, env=env, input=text.encode("utf-8", "surrogateescape"))
        return self._checked(words, (done.returncode, done.stdout, done.stderr)).strip()

    @cached_property
    def _bot(self) -> Mapping[str, str]:
        """The variables with the author of commits in GitHub Actions if git has no `user.email`; empty otherwise."""
        if os.environ.get("GITHUB_ACTIONS") != "true" or self._line("config", "user.email") is not None:
            return {}
        name, email = ACTIONS_BOT
        roles = ("AUTHOR", "COMMITTER")
        return {f"GIT_{role}_{field}": value for role in roles for field, value in (("NAME", name), ("EMAIL", email))}

    def _checked(self, words: Sequence[str], output: Output) -> str:
        """Return what a git printed; raises `CommandError`, with the end of its output, if it failed."""
        status, printed, errors = output
        text = printed.decode("utf-8", "surrogateescape")
        if status:
            printed_last = text[-limits.GIT_MESSAGES :]
            tail = self._redact(f"{errors.decode('utf-8', 'surrogateescape')}\n{printed_last}")
            lines = "\n".join(line for line in tail.splitlines() if line.strip())
            hint = "fix the problem in the output of git, then run the same command again"
            argv = self._shown(words)
            raise CommandError(f"`git {words[0]}` failed", argv=argv, status=status, tail=lines, hint=hint)
        return text.removesuffix("\n")

    def _shown(self, words: Sequence[str]) -> list[str]:
        return ["git", *(self._redact(word) for word in words)]
