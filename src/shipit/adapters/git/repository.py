"""The writes to the clone, and all access to the remote, by way of GitPython."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from shipit.adapters.git.calls import Output, TimedOut, Waiting, guarded_argv, run_local, run_remote
from shipit.adapters.git.errors import (
    WRITABLE,
    SentToken,
    lock_advice,
    lock_of,
    no_git_server,
    not_pushed,
    push_error,
    remote_error,
    remote_timeout,
)
from shipit.adapters.git.history import USUAL_PATHSPECS
from shipit.adapters.git.objects import GitObjects
from shipit.adapters.processes.bounded import TooMuchOutput
from shipit.adapters.token_name import VARIABLE, TokenName
from shipit.core import limits
from shipit.core.redact import Redactor, basic_auth, without_login
from shipit.errors import CommandError, ConflictError, RemoteError, UsageError
from shipit.finding import Finding
from shipit.world import NOTES, RemoteRefs, RemoteUrls, only_branch

if TYPE_CHECKING:
    from subprocess import Popen

    from git import Repo

# Seconds before a push that met a lock on the remote is tried again: another push may hold it for a moment.
LOCK_PAUSES = (0.2, 0.5, 1.0)
# The files of the git directory that exist while a command is not finished. git then refuses to commit single files.
_CONTINUED = {"MERGE_HEAD": "merge", "CHERRY_PICK_HEAD": "cherry-pick"}

# The number of ids at the end of the record among which the original of a rebased commit is looked for.
_RECENT = 10


class GitRepository(GitObjects):
    """One clone and its remote; `shipit.world.Git` describes the methods.

    Args:
        directory: any directory of the clone.
        remote: the remote's name.
        token: the token for HTTP remotes on `server_url`; git gets it in environment variables only.
        token_name: the name of the token for messages.
        server_url: the address of the server, such as `https://github.com`.
        redact: removes secrets from git's output.
        waiting: called while git waits for the remote.

    `remote_limit` is the time limit in seconds of each git that talks to the remote.
    """

    def __init__(
        self,
        directory: str,
        *,
        remote: str = "origin",
        token: str | None = None,
        token_name: TokenName = VARIABLE,
        server_url: str = "https://github.com",
        redact: Redactor | None = None,
        waiting: Waiting = lambda *progress: None,
    ) -> None:
        super().__init__(directory, redact)
        self.remote = remote
        self.remote_limit: float = limits.GIT_REMOTE
        self._waiting = waiting
        self._token = token
        self._token_name = token_name
        self._server_url = server_url

    # -- reads

    def remote_url(self) -> str | None:
        urls = self._line("config", "--get-all", f"remote.{self.remote}.url")
        return without_login(urls.split("\n")[0]) if urls else None  # git reads from the first

    def remote_urls(self) -> RemoteUrls:
        own, settings = f"remote.{self.remote}", r"^(remote\..*\.(push)?url|url\..*\.pushinsteadof)$"
        pairs = [line.partition("\n") for line in self._config(settings)]
        urls, push_urls = ([value for key, _, value in pairs if key == f"{own}.{name}"] for name in ("url", "pushurl"))
        if not urls:
            return RemoteUrls()
        if len(urls) == 1 and not push_urls and all(key.startswith("remote.") for key, *_ in pairs):
            return RemoteUrls(self._address(urls[0]), (self._address(urls[0]),))
        fetch = self._line("remote", "get-url", self.remote) or urls[0]
        push = self._line("remote", "get-url", "--push", "--all", self.remote) or fetch
        return RemoteUrls(self._address(fetch), tuple(map(self._address, push.split("\n"))))

    def _config(self, pattern: str) -> list[str]:
        """Return the settings whose names match `pattern`: the name, a line break, and the value."""
        return self._try("config", "-z", "--get-regexp", pattern).stdout.decode(errors="replace").split("\0")[:-1]

    def _address(self, url: str) -> str:
        """Return `url` without user name and password, or the real path of a directory on this machine."""
        directory = os.path.join(self.root, url.removeprefix("file://"))
        return os.path.realpath(directory) if os.path.isdir(directory) else without_login(url)

    def reached_url(self) -> str | None:
        """Return the URL that git connects to: the remote's URL after the setting `insteadOf` is applied."""
        url = self._line("remote", "get-url", self.remote)
        return without_login(url) if url else None

    def remote_refs(self) -> RemoteRefs:
        words = ("ls-remote", "--symref", self.remote, "HEAD", "refs/heads/*", "refs/tags/*", NOTES)
        listed = self._read_remote(*words)
        if not listed and not self._is_git_server():
            raise no_git_server(self._remote_name, self.remote)
        return _remote_refs(listed)

    def has_fetched(self, refs: RemoteRefs) -> bool:
        ids = {}
        for line in self._output("show-ref", "--dereference", empty_status=1).splitlines():
            id, _, ref = line.partition(" ")
            ids[ref.removesuffix("^{}")] = id  # the second line of an annotated tag has the id of its commit
        branches = {f"refs/remotes/{self.remote}/{name}": commit for name, commit in refs.branches.items()}
        tags = {f"refs/tags/{name}": commit for name, commit in refs.tags.items()}
        notes = {self._fetched_notes: refs.notes}  # None if they were removed from the remote
        return all(ids.get(ref) == commit for ref, commit in (branches | tags | notes).items())

    @property
    def _fetched_notes(self) -> str:
        return f"refs/shipit/{self.remote}/shipit"

    def notes(self, commits: Sequence[str]) -> dict[str, str]:
        own, fetched = (self._revisions.id(f"{ref}^{{commit}}") for ref in (NOTES, self._fetched_notes))
        if own and fetched and self.is_ancestor(own, fetched):
            own = None
        elif own and fetched and self.is_ancestor(fetched, own):
            fetched = None
        blobs: dict[str, str] = {}
        for tip in (fetched, own) if commits else ():  # if a commit has both, the note of the clone counts
            blobs |= self._notes_in(tip) if tip else {}
        return {id: self._output("cat-file", "blob", blobs[id]) for id in commits if id in blobs}

    def _notes_in(self, tip: str) -> dict[str, str]:
        """Return the ids of the notes at the commit `tip`, by the id of the commit that each is about."""
        listed = (entry.partition("\t") for entry in self._output("ls-tree", "-r", "-z", tip).split("\0")[:-1])
        # git spreads many notes over directories: then the id of the commit is written as `0a/1b2c…`.
        return {path.replace("/", ""): details.split(" ")[2] for details, _, path in listed}

    def _is_git_server(self) -> bool:
        """Return whether the remote speaks git's protocol; over HTTP, git takes most web pages for an empty remote."""
        if not (self.reached_url() or "").startswith(("http://", "https://")):
            return True
        _, _, trace = self._run_remote("ls-remote", self.remote, env={"GIT_TRACE_PACKET": "1"})
        return b"packet:" in trace

    @property
    def _made(self) -> str:
        """The path of the record of the commits that shipit made: their ids, and the ids of the changes in them."""
        return os.path.join(self.directory, "shipit", "commits")

    def made(self, commit: str) -> bool:
        if not os.path.exists(self._made):
            return False
        with open(self._made, encoding="ascii", errors="replace") as record:
            ids = record.read().split()
        if commit in ids:
            return True
        patch = self._patch(commit)
        return patch is not None and (patch in ids or patch in map(self._patch, reversed(ids[-_RECENT:])))

    def _patch(self, commit: str) -> str | None:
        """Return the id of the changes in `commit`, which a rebase keeps; None if there are none, or no such commit."""
        return self._patch_id("diff-tree", "--root", commit, "--")

    def _patch_id(self, command: str, *words: str) -> str | None:
        """Return the id of the changes that a command of git such as `diff-tree` prints; None if there are none."""
        options = ("--patch", "--binary", "--no-ext-diff", "--no-textconv")
        changes = self._try(command, *options, *words).stdout
        ids = self._run(self._argv("patch-id", "--stable"), input=changes).stdout.split()
        return ids[0].decode() if ids else None

    def tracked(self, branch: str) -> str | None:
        return self._revisions.id(f"refs/remotes/{self.remote}/{branch}^{{commit}}")

    def branches(self) -> tuple[tuple[str, str], ...]:
        """Return the branches of the clone and those of the remote as last fetched: name and revision, newest first.

        Those that changed longest ago are left out if there are many.
        """
        order = ("--sort=-committerdate", f"--count={limits.SEARCHED_BRANCHES}", "--format=%(refname)")
        listed = self._line("for-each-ref", *order, "refs/heads", f"refs/remotes/{self.remote}") or ""
        return tuple(
            (ref.removeprefix("refs/heads/").removeprefix(f"refs/remotes/{self.remote}/"), ref.split("/", 2)[2])
            for ref in listed.splitlines()
            if ref != f"refs/remotes/{self.remote}/HEAD"
        )

    def is_executable(self, path: str) -> bool | None:
        """Return whether git holds the file `path` as executable; None if it does not track such a file."""
        listed = self._line("ls-files", "--stage", "--", f":(top,literal){path}")
        mode = listed.split(" ", 1)[0] if listed and "\n" not in listed else ""
        return mode == "100755" if mode.startswith("100") else None

    def merge_of(self, number: int) -> str | None:
        """Fetch the commit that GitHub made to test the merge of a pull request, and return its id.

        None if the pull request has a conflict. Nothing is checked out, because anyone can write a pull request.
        """
        ref = f"refs/pull/{number}/merge"
        if not self._read_remote("ls-remote", self.remote, ref):
            return None
        self._read_remote("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", self.remote, ref)
        return self._line("rev-parse", "--verify", "FETCH_HEAD^{commit}")

    def findings(self) -> tuple[Finding, ...]:
        findings = []
        if not self._has_identity():
            fix = 'git config user.name "Your Name" && git config user.email you@example.org'
            findings.append(Finding("identity", "git has no name and email for the author of the release commit", fix))
        if not os.access(self.directory, os.W_OK):
            what = "git cannot write into the git directory of this clone"
            findings.append(Finding("clone", what, WRITABLE))
        # A killed `git commit` leaves these files. With one of the last two, git changes files, but moves no branch.
        locks = {name: os.path.join(self.directory, name) for name in ("index.lock", "HEAD.lock")}
        if branch := self.branch():
            locks[f"refs/heads/{branch}.lock"] = os.path.join(self._directories[2], f"refs/heads/{branch}.lock")
        for name, lock in locks.items():
            if os.path.exists(lock):
                what = f"the clone has a file `{name}`: another git process is running, or one was killed"
                findings.append(Finding("index-lock", what, lock_advice(lock)))
        for name, command in _CONTINUED.items():
            if os.path.exists(os.path.join(self.directory, name)):
                what = f"a `git {command}` is not finished in this clone, and git makes no release commit before that"
                fix = f"git {command} --continue, or git {command} --abort"
                findings.append(Finding("unfinished-merge", what, fix))
        return tuple(findings)

    def _has_identity(self) -> bool:
        return bool(self._bot) or self._try("var", "GIT_COMMITTER_IDENT").returncode == 0

    # -- writes, local

    def fetch(self) -> None:
        branches = f"+refs/heads/*:refs/remotes/{self.remote}/*"
        # --tags and not a refspec for tags: git prunes by refspecs, and would delete the tags that only this clone
        # has. Not --quiet: that would also hide which tags were refused.
        notes = f"+{NOTES}*:{self._fetched_notes}*"  # with a star, git accepts a remote without notes
        # An empty refmap: git would also update what `remote.*.fetch` names, which can be the branches of the clone.
        options = ("--tags", "--no-prune-tags", "--no-recurse-submodules", "--refmap=")
        self._read_remote("fetch", *options, self.remote, branches, notes)
        if self._revisions.id(self._fetched_notes):  # the remote may have removed them since an earlier fetch
            self._read_remote("fetch", "--prune", "--no-tags", "--no-recurse-submodules", self.remote, notes)

    def deepen(self) -> None:
        options = ("--tags", "--force", "--no-prune-tags", "--no-recurse-submodules")
        self._read_remote("fetch", "--quiet", "--unshallow", "--filter=blob:none", *options, self.remote)
        self._forget()
        if self.shallow():
            what = "the history is incomplete: the remote itself is a shallow clone"
            hint = "set `remote` to a complete repository, or complete the one there: git fetch --unshallow"
            raise RemoteError(what, where=self.remote_url(), hint=hint)

    def create_commit(self, paths: Sequence[str], message: str, author: str | None = None) -> str:
        self._git("add", "--", *paths)
        # Recorded before the commit, by which it is recognised if this run is killed before git has ended.
        self._record(self._patch_id("diff-index", "--cached", "HEAD", "--", *paths) or "")
        by = ["--author", author] if author else []
        with self._message_file(message) as file:
            self._git("commit", "--quiet", "--cleanup=verbatim", "--file", file, *by, "--", *paths)
        self._stage_as_committed()
        commit = str(self.head())
        self._record(commit)
        return commit

    def _stage_as_committed(self) -> None:
        """Stage the files of HEAD as they are there: a hook `pre-commit` can change them for the commit only."""
        staged = self._output("diff-index", "--cached", "--name-only", "-z", "HEAD", "--").split("\0")[:-1]
        if staged:
            listed = self._output("diff-tree", "--no-commit-id", "--name-only", "-r", "-z", "HEAD")
            if changed := set(staged).intersection(listed.split("\0")):
                self._git("reset", "--quiet", "--", *(f":(top,literal){path}" for path in sorted(changed)))

    def _record(self, id: str) -> None:
        """Add the id of a commit, or of the changes in it, to the record of the commits that shipit made."""
        os.makedirs(os.path.dirname(self._made), exist_ok=True)
        with open(self._made, "a", encoding="ascii") as record:
            record.write(f"{id}\n")

    def create_tag(self, name: str, commit: str, message: str) -> None:
        with self._message_file(message) as file:
            self._git("tag", "--annotate", "--cleanup=verbatim", "--file", file, name, commit)

    @contextmanager
    def _message_file(self, message: str) -> Iterator[str]:
        """Write `message` to a file and yield its path; notes can be too long for a command line.

        The file is in the git directory, where the next run replaces the one that a killed run left.
        """
        path = os.path.join(self.directory, "shipit", "message")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            file.write(message)
        try:
            yield path
        finally:
            os.unlink(path)

    def delete_tag(self, name: str) -> None:
        self._git("tag", "--delete", name)

    def move_branch(self, commit: str, restore: Sequence[str] = ()) -> None:
        for path in restore:
            self._restore(path)
        # In a copied clone the index lists every file as edited, until it is refreshed.
        self._git("update-index", "-q", "--unmerged", "--refresh")
        try:
            self._git("reset", "--quiet", "--keep", commit)
        except CommandError as error:
            if lock := lock_of(error):
                error.hint = f"{lock_advice(lock)}, then run the same command again"
                raise
            raise ConflictError(
                f"uncommitted changes prevent moving the branch to `{commit[:10]}`",
                where=error.tail,
                hint="git commit -a, or git stash, then run the same command again",
            ) from error

    def _restore(self, path: str) -> None:
        if self.text("HEAD", path) is not None:
            self._git("checkout", "--quiet", "HEAD", "--", path)
        elif os.path.exists(os.path.join(self.root, path)):
            self._git("rm", "--quiet", "--cached", "--ignore-unmatch", "--", path)
            os.unlink(os.path.join(self.root, path))

    def adopt(self, commit: str) -> None:
        self._git("reset", "--quiet", "--mixed", commit)

    # -- writes, remote

    def push(self, *, branch: str | None, commit: str, expected: str | None, tags: Sequence[str]) -> None:
        refspecs = [f"refs/tags/{tag}:refs/tags/{tag}" for tag in tags]
        lease = []
        if branch is not None:
            lease = [f"--force-with-lease=refs/heads/{branch}:{expected or ''}"]
            refspecs.insert(0, f"{commit}:refs/heads/{branch}")
        for pause in (*LOCK_PAUSES, None):
            try:
                self._push(*refspecs, options=("--atomic", *lease))
                return
            except CommandError as error:
                if pause is None or not lock_of(error):
                    raise push_error(error, branch, self._remote_name, self._sent_token) from error
            time.sleep(pause)

    def delete_branch(self, name: str, expected: str) -> None:
        lease, ref = f"--force-with-lease=refs/heads/{name}:{expected}", f"refs/heads/{name}"
        try:
            self._push(f":{ref}", options=(lease,))
        except CommandError as error:
            refused = push_error(error, name, self._remote_name, self._sent_token)
            refused.state = f"`{name}` is still on the remote"
            raise refused from error

    def move_tag(self, name: str, commit: str) -> None:
        ref = f"refs/tags/{name}"
        self._git("update-ref", ref, commit)
        try:
            self._push(f"{ref}:{ref}", options=("--force",))
        except CommandError as error:
            raise push_error(error, name, self._remote_name, self._sent_token) from error

    def _push(self, *refspecs: str, options: Sequence[str]) -> None:
        """Push `refspecs` and nothing else, whatever git is configured to push.

        Raises `CommandError` if it fails, and `RemoteError` if git succeeds without them: nobody may publish a release
        then, because a forge would make its tag itself, on another commit.
        """
        submodules = f"--recurse-submodules={'check' if self._checks_submodules() else 'no'}"
        words = ("push", "--porcelain", "--no-follow-tags", submodules, *options, self.remote, *refspecs)
        printed = self._git_remote(*words)
        pushed = {line.split("\t")[1].rpartition(":")[2] for line in printed.splitlines() if line.count("\t") >= 2}
        missing = [ref for ref in (refspec.rpartition(":")[2] for refspec in refspecs) if ref not in pushed]
        if missing:
            raise not_pushed(missing, self._remote_name, printed)

    def _checks_submodules(self) -> bool:
        """Return whether git is configured to push no commit whose submodules are not on their remotes.

        With `push.recurseSubmodules = on-demand` git would push the submodules too, and with `only` nothing else.
        """
        if not os.path.exists(os.path.join(self.root, ".gitmodules")):
            return False
        mode = self._line("config", "--get", "push.recurseSubmodules")
        return mode in ("check", "on-demand") if mode else self._is_set("submodule.recurse")

    # -- calls of git

    @property
    def _remote_name(self) -> str:
        """The name of the remote in messages: its URL without secrets, or the name in git's configuration."""
        return self.remote_url() or self.remote

    @cached_property
    def _repo(self) -> Repo:
        try:
            from git import Repo
        except ImportError as error:  # GitPython checks the variable when it is imported
            what = "the environment variable `GIT_PYTHON_GIT_EXECUTABLE` does not name a git that can be run"
            raise UsageError(what, hint="unset GIT_PYTHON_GIT_EXECUTABLE") from error

        repo = Repo(self.root, expand_vars=False)
        repo.git.update_environment(**self._writing)
        return repo

    def _start(self, argv: Sequence[str], **options: Any) -> Popen[bytes]:
        wrapper: Any = self._repo.git.execute(argv, as_process=True, **options)
        program: Popen[bytes] = wrapper.proc
        wrapper.proc = None  # or GitPython ends the program as soon as the wrapper is no longer used
        return program

    def _git(self, *words: str) -> str:
        """Run a git that talks to no remote, and return its output. Raises `CommandError` if it fails."""
        try:
            output = run_local(self._start(["git", *words]))
        except TimedOut:
            what = f"`git {words[0]}` did not end within {limits.GIT_LOCAL:g} s"
            hint = "check the hooks of this clone (git config core.hooksPath, .git/hooks) and the program that signs"
            raise CommandError(what, argv=self._shown(words), hint=f"{hint}, then run the same command again") from None
        except TooMuchOutput:
            hint = "run it by hand to see its output"
            raise CommandError(_too_much(words[0]), argv=self._shown(words), hint=hint) from None
        return self._checked(words, output)

    def _git_remote(self, *words: str) -> str:
        """Run a git that talks to the remote, and return its output.

        Raises `CommandError` if it fails, `RemoteTimeout` after `remote_limit`.
        """
        return self._checked(words, self._run_remote(*words))

    def _run_remote(self, *words: str, env: Mapping[str, str] = {}) -> Output:
        """Run a git that talks to the remote, with the variables `env`; raises `RemoteTimeout` after `remote_limit`."""
        try:
            return run_remote(
                lambda stdin: self._start(
                    guarded_argv(["git", *words]), istream=stdin, env=env, start_new_session=True
                ),
                self.remote_limit,
                lambda seconds: self._waiting(_description(words[0], self.remote), seconds, self.remote_limit),
            )
        except TimedOut as stopped:
            running = [self._redact(program) for program in stopped.programs]
            raise remote_timeout(words[0], self._remote_name, self.remote, self.remote_limit, running) from None
        except TooMuchOutput:
            hint = f"run it by hand to see its output: git {words[0]} {self.remote}"
            raise RemoteError(_too_much(words[0]), where=self._remote_name, hint=hint) from None

    def _read_remote(self, *words: str) -> str:
        try:
            return self._git_remote(*words)
        except CommandError as error:
            if "would clobber existing tag" in error.tail:
                return ""  # a moving tag changed on the remote; git fetched all other refs
            raise remote_error(error, self._remote_name, self._sent_token) from error

    @property
    def _sent_token(self) -> SentToken:
        """The token, which git sends only to the server that it is for."""
        sent = bool(self._token) and (self.reached_url() or "").startswith(f"{self._server_url}/")
        return SentToken(self._token_name, sent)

    @cached_property
    def _writing(self) -> dict[str, str]:
        environment = {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", **USUAL_PATHSPECS, **self._bot}
        settings = [("i18n.commitEncoding", "UTF-8"), *self._credentials]  # shipit writes messages in UTF-8
        return environment | _as_environment(settings, int(os.environ.get("GIT_CONFIG_COUNT") or 0))

    @property
    def _credentials(self) -> list[tuple[str, str]]:
        """The token as git settings; the empty value removes the credential that `actions/checkout` left."""
        key = f"http.{self._server_url}/.extraheader"
        return [(key, ""), (key, f"AUTHORIZATION: {basic_auth(self._token)}")] if self._token else []


def _too_much(command: str) -> str:
    return f"`git {command}` printed more than {limits.GIT_OUTPUT.written}"


def _description(command: str, remote: str) -> str:
    return f"git {command} {'to' if command == 'push' else 'from'} {remote}"


def _as_environment(settings: Sequence[tuple[str, str]], first: int) -> dict[str, str]:
    """Return git settings as environment variables, numbered from `first`.

    In environment variables a token appears in no URL, command line or file.
    """
    environment = {"GIT_CONFIG_COUNT": str(first + len(settings))}
    for at, (key, value) in enumerate(settings, first):
        environment |= {f"GIT_CONFIG_KEY_{at}": key, f"GIT_CONFIG_VALUE_{at}": value}
    return environment


def _remote_refs(listed: str) -> RemoteRefs:
    branches: dict[str, str] = {}
    tags: dict[str, str] = {}
    default = notes = None
    for line in listed.splitlines():
        value, _, ref = line.partition("\t")
        if value.startswith("ref: refs/heads/") and ref == "HEAD":
            default = value.removeprefix("ref: refs/heads/")
        elif ref.startswith("refs/heads/"):
            branches[ref.removeprefix("refs/heads/")] = value
        elif ref.startswith("refs/tags/"):
            tags[ref.removeprefix("refs/tags/").removesuffix("^{}")] = value  # the peeled line comes second
        elif ref == NOTES:
            notes = value
    return RemoteRefs(branches, tags, default or only_branch(branches), notes)
