"""The tables of `docs/performance.md` on the page that compares shipit with other tools."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_TABLE = re.compile(r"(<!-- table of docs/performance\.md: (?P<heading>[^\n]+) -->\n)(?:\n(?:\|[^\n]*\n)+)?")
_MISSED = re.compile(r"(<!-- missed targets of docs/performance\.md -->\n)(?:\n(?:\|[^\n]*\n)+)?")
_ROWS = re.compile(r"^\|.*\n(?:\|.*\n)+", re.MULTILINE)
IN_KOREAN = {
    "lost requests, a new connection for each request": "잃은 요청, 요청마다 새 연결",
    "lost requests, kept connections": "잃은 요청, 연결 유지",
    "slowest answer": "가장 느린 응답",
    "right state after SIGKILL and the same command again": "SIGKILL 다음 같은 명령을 다시 실행한 뒤 올바른 상태",
    "lost requests meanwhile": "그동안 잃은 요청",
    "containers too many after that": "그 뒤에 남은 컨테이너",
    "a deployment, without load": "부하 없는 배포",
    "a deployment, under load": "부하 중의 배포",
    "CPU of the command, without load": "명령의 CPU 시간, 부하 없음",
    "blue/green script": "블루/그린 스크립트",
    "shipit over SSH": "SSH를 통한 shipit",
    "history": "저장소",
    "releases": "릴리스",
    "measured": "측정값",
    "holds": "달성",
    "**no**": "**아니요**",
    "no answer": "결과 없음",
}
_PHRASES = (
    (r"([\d,]+) commits", r"커밋 \1개"),
    (r"(\d+ ms) there and (\d+ ms) back", r"가는 데 \1, 오는 데 \2"),
    (r"its own time", "자체 시간"),
    (r"to a kept container", "남겨 둔 컨테이너로"),
    (r"`(shipit \w+)` over SSH", r"SSH를 통한 `\1`"),
    (r"^([\d,]+) of ([\d,]+)$", r"\1 / \2"),
)


def english(text: str) -> str:
    """Return the page `text` with the tables as they are now."""
    measured = (ROOT / "docs/performance.md").read_text(encoding="utf-8")
    text = _TABLE.sub(lambda found: f"{found[1]}\n{_table(measured, found['heading'])}", text)
    return _MISSED.sub(lambda found: f"{found[1]}\n{_missed(measured)}", text)


def korean(text: str) -> str:
    """Return the Korean page `text` with the tables as they are now; the names of tools stay."""
    lines = english(text).split("\n")
    return "\n".join(_in_korean(line) if line.startswith("|") else line for line in lines)


def _in_korean(row: str) -> str:
    cells = [cell.strip() for cell in row.split("|")[1:-1]]
    translated = (IN_KOREAN.get(cell) or _phrases_in_korean(cell) for cell in cells)
    return "".join(f"| {cell} " if cell else "| " for cell in translated) + "|" if set(row) - set("|-: ") else row


def _phrases_in_korean(cell: str) -> str:
    """Return the text of a cell with the known English phrases in Korean."""
    for english_phrase, korean_phrase in _PHRASES:
        cell = re.sub(english_phrase, korean_phrase, cell)
    return cell


def _table(measured: str, heading: str) -> str:
    """Return the first table below `heading`. Raises ValueError if there is none."""
    found = re.search(rf"^##+ {re.escape(heading)}\n", measured, re.MULTILINE)
    rows = _ROWS.search(measured, found.end()) if found else None
    if rows is None:
        raise ValueError(f"docs/performance.md has no table below `{heading}`")
    return rows[0]


def _missed(measured: str) -> str:
    rows = [line for line in measured.splitlines() if line.endswith("| **no** |")]
    return "\n".join(["| | measured | holds |", "|---|--:|---|", *rows]) + "\n"
