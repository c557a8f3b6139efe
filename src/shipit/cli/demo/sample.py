"""The sample project that `shipit demo` releases: a small project with a history like that of a real team.

It is made with git. Its commit ids are the same on every machine, because dates, authors and contents are fixed, and
because the git configuration of the user and the `GIT_` variables have no effect.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from shipit.cli.demo.sample_files import FILES, SOURCES, java_class

_HANEUL = ("김하늘", "haneul@example.com")
_ROBIN = ("Robin Park", "robin@example.com")
_START = 1_767_920_400  # 2026-01-09 10:00 in Seoul, in seconds since the epoch
_HOUR = 3600

# Written into the configuration of both repositories, so that later commands of the user in them do not depend on the
# user's settings either.
_SETTINGS = {
    "commit.gpgSign": "false",
    "core.autocrlf": "false",
    "core.hooksPath": os.devnull,
    "core.quotePath": "false",
    "push.gpgSign": "false",
    "tag.gpgSign": "false",
    "user.email": _ROBIN[1],
    "user.name": _ROBIN[0],
}


class SampleProject(Struct, frozen=True):
    """The clone `path`, on branch `main`, and the bare repository `remote`, which is its `origin`."""

    path: Path
    remote: Path


class SampleRepository(Struct):
    """A working copy in which each commit is dated one hour after the previous commit."""

    path: Path
    hours: int = 0

    def git(self, *arguments: str, person: tuple[str, str] = _ROBIN) -> str:
        command = ["git", *arguments]
        environment = _environment(person, _START + self.hours * _HOUR)
        run = subprocess.run(command, cwd=self.path, env=environment, check=True, capture_output=True, encoding="utf-8")
        return run.stdout.strip()

    def write(self, path: str, text: str) -> None:
        file = self.path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")

    def commit(self, message: str, *, person: tuple[str, str] = _ROBIN) -> None:
        self.hours += 1
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--cleanup=verbatim", "--message", message, person=person)

    def add_class(self, name: str, message: str, *, person: tuple[str, str] = _ROBIN) -> None:
        """Write the class `name` and commit it; most commits of this history are made so."""
        self.write(f"{SOURCES}/{name}.java", java_class(name, message.partition("\n")[0]))
        self.commit(message, person=person)

    def revert_last(self) -> None:
        self.hours += 1
        self.git("revert", "--no-edit", "HEAD")

    def merge(self, branch: str, message: str) -> None:
        self.hours += 1
        self.git("merge", "--quiet", "--no-ff", "--message", message, branch)


def make_sample(directory: Path) -> SampleProject:
    """Make the project in `directory`/chat-server and its remote in `directory`/remote.git, and return both.

    Version 0.3.1 is released and tagged; the commits after it make the next version 0.4.0.

    Raises:
        FileExistsError: one of the two directories exists already.
        subprocess.CalledProcessError: git failed; its message is in `stderr`.
    """
    sample = SampleProject(directory / "chat-server", directory / "remote.git")
    clone = new_repository(sample.path)
    new_repository(sample.remote, "--bare")
    _release_0_3_1(clone)
    for add_commits in _HISTORY:
        add_commits(clone)
    clone.git("remote", "add", "origin", str(sample.remote.resolve()))
    clone.git("push", "--quiet", "--set-upstream", "origin", "main", "v0.3.1")
    clone.git("remote", "set-head", "origin", "main")
    return sample


def new_repository(path: Path, *options: str) -> SampleRepository:
    """Make an empty git repository, which the settings of the user do not change.

    Args:
        path: its directory, which must not exist.
        options: further options of `git init`.
    """
    path.mkdir(parents=True)
    repository = SampleRepository(path)
    repository.git("init", "--quiet", "--template=", "--initial-branch=main", *options)
    for name, value in _SETTINGS.items():
        repository.git("config", name, value)
    return repository


def _environment(person: tuple[str, str], seconds: int) -> dict[str, str]:
    """Return the variables of this process without those of git, and with the author and the date of a commit.

    Args:
        person: name and e-mail address.
        seconds: the date, in seconds since the epoch.
    """
    name, email = person
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": name,
        "GIT_AUTHOR_EMAIL": email,
        "GIT_AUTHOR_DATE": f"{seconds} +0900",
        "GIT_COMMITTER_NAME": name,
        "GIT_COMMITTER_EMAIL": email,
        "GIT_COMMITTER_DATE": f"{seconds} +0900",
        "LC_ALL": "C",
    }


def _release_0_3_1(clone: SampleRepository) -> None:
    for path, text in FILES.items():
        clone.write(path, text)
    clone.commit("chore(release): 0.3.1")
    clone.git("tag", "--annotate", "--message", "0.3.1", "v0.3.1")


def _chat_rooms(clone: SampleRepository) -> None:
    clone.add_class("ChatRoom", "feat : 채팅방 만들기", person=_HANEUL)
    clone.add_class("TokenFilter", "fix(auth): 토큰 만료 처리 (#12)\n\nCloses #11", person=_HANEUL)
    clone.write("README.md", FILES["README.md"] + "\n실행: `./gradlew bootRun`\n")
    clone.commit("docs: 실행 방법 추가", person=_HANEUL)
    clone.write(".editorconfig", "root = true\n\n[*]\nindent_size = 4\n")
    clone.commit("update stuff")


def _squashed_pull_request(clone: SampleRepository) -> None:
    bullets = "* feat: find messages by text\n* fix: keep the order of equal hits\n* wip"
    thanks = "Co-authored-by: 김하늘 <haneul@example.com>"
    clone.add_class("MessageSearch", f"Message search (#15)\n\n{bullets}\n\n{thanks}")


def _reverted_feature(clone: SampleRepository) -> None:
    clone.add_class("ReadReceipt", "feat(room): show who has read a message")
    clone.revert_last()


def _merged_pull_request(clone: SampleRepository) -> None:
    clone.git("switch", "--quiet", "--create", "typing")
    clone.add_class("TypingSignal", "feat(room): 입력 중 표시", person=_HANEUL)
    clone.git("switch", "--quiet", "main")
    clone.add_class("RoomQuery", "perf(room): load rooms and members in one query")
    clone.merge("typing", "Merge pull request #18 from example/typing\n\n입력 중 표시")
    clone.git("branch", "--delete", "--quiet", "typing")


def _breaking_change(clone: SampleRepository) -> None:
    footers = "BREAKING CHANGE: 모든 응답의 본문이 `data` 또는 `error` 아래에 들어갑니다\nRefs: #20"
    message = f"feat(api)!: 응답 형식 통일\n\n클라이언트가 실패를 한 가지 방법으로 읽는다.\n\n{footers}"
    clone.add_class("ApiResponse", message, person=_HANEUL)


def _other_commits(clone: SampleRepository) -> None:
    clone.write("Dockerfile", FILES["Dockerfile"].replace("ENTRYPOINT", "EXPOSE 8080\nENTRYPOINT"))
    clone.commit("chore: name the port of the image")
    clone.add_class("LoadProbe", "feat: try a load probe [skip release]")
    clone.add_class("Nickname", "fix：닉네임 앞뒤 공백 제거", person=_HANEUL)


_HISTORY: tuple[Callable[[SampleRepository], None], ...] = (
    _chat_rooms,
    _squashed_pull_request,
    _reverted_feature,
    _merged_pull_request,
    _breaking_change,
    _other_commits,
)
