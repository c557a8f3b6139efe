"""The words of a report in each language: labels, sentences about missing data, and the forms of durations.

>>> ENGLISH.duration(93_900), KOREAN.duration(93_900)
('1 d 2 h', '1일 2시간')
>>> ENGLISH.rate(0.5), KOREAN.rate(3)
('2.2 a month', '주 3회')
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from shipit.core.notes import language
from shipit.plan.report import Gap

_UNITS = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))
# The shortest time in which something happens at least once, and the number of them in a week.
_PERIODS = (("day", 7.0), ("week", 1.0), ("month", 12 / 52.1775), ("year", 1 / 52.1775))


class Words(Struct, frozen=True):
    """The words of one language; `code` is such as `en`."""

    code: str
    labels: Mapping[str, str]
    gaps: Mapping[str, str]
    units: Mapping[str, str]
    rates: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        return self.labels[key]

    def duration(self, seconds: float) -> str:
        """Return a duration in its two largest units."""
        rest, parts = round(seconds), list[str]()
        for unit, size in _UNITS:
            if rest >= size and len(parts) < 2:
                parts.append(f"{rest // size}{self.units[unit]}")
                rest %= size
            elif parts:
                break
        return " ".join(parts) or f"0{self.units['s']}"

    def rate(self, per_week: float) -> str:
        """Return a frequency in the shortest period in which something happens at least once."""
        period, weekly = next((each for each in _PERIODS if per_week >= each[1]), _PERIODS[-1])
        return self.rates[period].format(f"{per_week / weekly:.1f}".removesuffix(".0"))

    def commits(self, count: int) -> str:
        """Return a number of commits."""
        return self["one-commit"] if count == 1 else self["commits"].format(count=f"{count:,}")

    def gap(self, gap: Gap) -> str:
        """Return a sentence about data that is missing."""
        return self.gaps[gap.code].format(where=gap.where or self["repository"], number=f"{gap.number:,}", why=gap.why)


ENGLISH = Words(
    "en",
    labels={
        "title": "Releases and deployments",
        "period": "{since} to {until}",
        "whole": "all until {until}",
        "local": "Made by shipit on the machine that it ran on. Times are in UTC.",
        "repository": "the repository",
        "releases": "Releases",
        "releases-of": "Releases of {name}",
        "environment": "Deployments to {name}",
        "none": "not known",
        "number": "Number of releases",
        "frequency": "Release frequency",
        "interval": "Between two releases",
        "lead-release": "Lead time, commit to release",
        "lead-serving": "Lead time, commit to serving",
        "from-release": "Release to serving",
        "deployment-frequency": "Deployment frequency",
        "failures": "Failed or rolled back",
        "restore": "Time to restore",
        "median": "median; nine of ten take at most {p90}",
        "of-commits": "commits: {count}",
        "of-deployments": "deployments: {count}",
        "in-days": "{count} in {days} days",
        "short": "in less than a week",
        "failures-detail": "{failed} failed and {rolled} rolled back, of {finished}",
        "serving": "Serves now",
        "since": "since {at}",
        "waiting-release": "Waiting for a release",
        "waiting-deployment": "Waiting for a deployment",
        "commits": "{count} commits",
        "one-commit": "1 commit",
        "oldest": "the oldest is from {at}",
        "more": "and {count} more",
        "more-rows": "and {count} more; `shipit report --html FILE` and `--json` have all",
        "more-values": "and {count} more; `shipit report --json` has all",
        "releases-waiting": "Releases that do not serve yet",
        "nothing-waiting": "nothing",
        "timeline": "Time line",
        "lane-releases": "Releases in each {bucket}",
        "lane-environment": "Versions that served in {name}",
        "lane-failed": "Red marks are deployments that failed or were rolled back.",
        "text-alternative": "The tables below have the same data.",
        "month": "month",
        "quarter": "quarter",
        "year": "year",
        "version": "Version",
        "date": "Date",
        "commits-column": "Commits",
        "lead-column": "Lead time",
        "began": "Began",
        "result": "Result",
        "served-for": "Served for",
        "run": "Run",
        "year-count": "releases: {count}",
        "release-caption": "Releases of {year}",
        "deployment-caption": "Deployments to {name}, the newest first",
        "earlier-caption": "Earlier deployments to {name}",
        "waiting-caption": "Commits that wait, the newest first",
        "commit": "Commit",
        "subject": "Subject",
        "author": "Author",
        "now": "until now",
        "outcome-serving": "serves",
        "outcome-replaced": "served",
        "outcome-rolled-back": "rolled back",
        "outcome-failed": "failed",
        "outcome-unfinished": "not finished",
        "kind-way-back": "earlier version back",
        "kind-adopted": "was there before",
        "missing": "Missing data",
        "missing-none": "No data is missing.",
        "definitions": "What the figures mean",
        "define-frequency": "Deployments that served, in the time of this report. A way back to an earlier version is "
        "not counted.",
        "define-lead": "The time from the author's date of a commit until a release contains it, and until an image "
        "with it serves for the first time. Merges and release commits are not counted.",
        "define-failures": "The share of the finished deployments that were rejected, or rolled back, or that ended "
        "without a verified version before the next one began.",
        "define-restore": "The time from the start of a deployment that was rejected or rolled back until a version "
        "was verified to serve again. It includes the time before anybody noticed the problem.",
        "define-median": "Median: half of the values are at most this. The second value is the 90th percentile.",
        "source": "The four metrics are those of DORA, dora.dev/guides/dora-metrics.",
        "figure": "figure",
        "value": "value",
    },
    gaps={
        "shallow": "The rest of the history is missing ({why}). Figures that need it are left out.",
        "no-commit": "There is no commit yet.",
        "no-release": "No tag is a stable release of {where}.",
        "pre-releases": "Pre-releases of {where} are not counted: {number}.",
        "undated-commits": "Commits of {where} without a date, or with one after their release: {number}. They do not "
        "count for the lead time.",
        "undated-releases": "Releases of {where} without a date, or with one in the future: {number}. They are left "
        "out.",
        "no-environment": "No environment has a target to deploy to, so nothing is known about deployments.",
        "no-hosts": "{where}: its target names no hosts, so there is no record of deployments.",
        "unreachable": "{where}: the record cannot be read ({why}). Deployments there are left out.",
        "no-record": "{where}: no deployment is recorded there.",
        "by-forge": "{where}: the figures are from the deployments that GitHub shows, not from the records of "
        "shipit. It shows only the newest ones.",
        "forge": "{where}: the deployments that GitHub shows cannot be read ({why}).",
        "full-record": "{where}: the record keeps {number} events. Deployments before them are left out.",
        "undated-events": "{where}: events without a time: {number}. They are left out.",
        "unknown-commits": "{where}: images of commits that this clone does not have: {number}. Their lead time is not "
        "known; `git fetch` may bring the commits.",
        "first-deployment": "{where}: the lead time is counted from the second image on, because it is not known which "
        "commits served before the first one.",
    },
    units={"d": " d", "h": " h", "min": " min", "s": " s"},
    rates={"day": "{} a day", "week": "{} a week", "month": "{} a month", "year": "{} a year"},
)

KOREAN = Words(
    "ko",
    labels={
        "title": "릴리스와 배포",
        "period": "{since} ~ {until}",
        "whole": "{until}까지 전체",
        "local": "shipit이 실행된 컴퓨터에서 만들었습니다. 시각은 UTC입니다.",
        "repository": "저장소",
        "releases": "릴리스",
        "releases-of": "{name} 릴리스",
        "environment": "{name} 배포",
        "none": "알 수 없음",
        "number": "릴리스 수",
        "frequency": "릴리스 빈도",
        "interval": "릴리스 간격",
        "lead-release": "리드 타임: 커밋에서 릴리스까지",
        "lead-serving": "리드 타임: 커밋에서 서비스까지",
        "from-release": "릴리스에서 서비스까지",
        "deployment-frequency": "배포 빈도",
        "failures": "실패하거나 롤백된 비율",
        "restore": "복구 시간",
        "median": "중앙값, 열에 아홉은 {p90} 이내",
        "of-commits": "커밋 {count}개 기준",
        "of-deployments": "배포 {count}회 기준",
        "in-days": "{days}일 동안 {count}회",
        "short": "일주일이 안 되는 동안",
        "failures-detail": "{finished}회 중 실패 {failed}회, 롤백 {rolled}회",
        "serving": "지금 서비스 중",
        "since": "{at}부터",
        "waiting-release": "릴리스를 기다리는 커밋",
        "waiting-deployment": "배포를 기다리는 커밋",
        "commits": "커밋 {count}개",
        "one-commit": "커밋 1개",
        "oldest": "가장 오래된 커밋은 {at}",
        "more": "그 밖에 {count}개",
        "more-rows": "그 밖에 {count}개. 전체는 `shipit report --html FILE`과 `--json`에 있습니다",
        "more-values": "그 밖에 {count}개. 전체는 `shipit report --json`에 있습니다",
        "releases-waiting": "아직 서비스되지 않는 릴리스",
        "nothing-waiting": "없음",
        "timeline": "시간순으로 보기",
        "lane-releases": "{bucket}별 릴리스 수",
        "lane-environment": "{name}에서 서비스된 버전",
        "lane-failed": "빨간 표시는 실패하거나 롤백된 배포입니다.",
        "text-alternative": "같은 데이터가 아래 표에 있습니다.",
        "month": "월",
        "quarter": "분기",
        "year": "연도",
        "version": "버전",
        "date": "날짜",
        "commits-column": "커밋",
        "lead-column": "리드 타임",
        "began": "시작",
        "result": "결과",
        "served-for": "서비스 기간",
        "run": "실행",
        "year-count": "릴리스 {count}개",
        "release-caption": "{year}년 릴리스",
        "deployment-caption": "{name} 배포, 최근 것부터",
        "earlier-caption": "그 이전의 {name} 배포",
        "waiting-caption": "기다리는 커밋, 최근 것부터",
        "commit": "커밋",
        "subject": "제목",
        "author": "작성자",
        "now": "지금까지",
        "outcome-serving": "서비스 중",
        "outcome-replaced": "서비스됨",
        "outcome-rolled-back": "롤백됨",
        "outcome-failed": "실패",
        "outcome-unfinished": "끝나지 않음",
        "kind-way-back": "이전 버전으로 되돌림",
        "kind-adopted": "이전부터 있던 버전",
        "missing": "빠진 데이터",
        "missing-none": "빠진 데이터가 없습니다.",
        "definitions": "수치의 뜻",
        "define-frequency": "이 보고서의 기간에 서비스된 배포의 수입니다. 이전 버전으로 돌아간 것은 세지 않습니다.",
        "define-lead": "커밋의 작성 시각부터 그 커밋이 릴리스에 들어갈 때까지, 그리고 그 커밋이 든 이미지가 처음 "
        "서비스될 때까지의 시간입니다. 병합 커밋과 릴리스 커밋은 세지 않습니다.",
        "define-failures": "끝난 배포 가운데 거부되거나 롤백된 배포, 또는 버전이 검증되지 않은 채 다음 배포가 시작된 "
        "배포의 비율입니다.",
        "define-restore": "거부되거나 롤백된 배포가 시작된 때부터, 버전이 다시 서비스되는 것이 확인될 때까지의 "
        "시간입니다. 문제를 알아차리기 전의 시간도 들어갑니다.",
        "define-median": "중앙값: 값의 절반이 이 값 이하입니다. 두 번째 값은 90번째 백분위수입니다.",
        "source": "네 가지 지표는 DORA(dora.dev/guides/dora-metrics)의 지표입니다.",
        "figure": "지표",
        "value": "값",
    },
    gaps={
        "shallow": "나머지 이력이 없습니다({why}). 그 이력이 필요한 수치는 뺐습니다.",
        "no-commit": "아직 커밋이 없습니다.",
        "no-release": "{where}: 정식 릴리스인 태그가 없습니다.",
        "pre-releases": "{where}: 사전 릴리스 {number}개는 세지 않았습니다.",
        "undated-commits": "{where}: 시각이 없거나 릴리스보다 늦은 커밋이 {number}개 있습니다. "
        "리드 타임에 넣지 않았습니다.",
        "undated-releases": "{where}: 시각이 없거나 미래인 릴리스가 {number}개 있습니다. 보고서에서 뺐습니다.",
        "no-environment": "배포 대상이 있는 환경이 없어 배포는 알 수 없습니다.",
        "no-hosts": "{where}: 배포 대상에 호스트가 없어 배포 기록이 없습니다.",
        "unreachable": "{where}: 기록을 읽을 수 없습니다({why}). 그곳의 배포는 뺐습니다.",
        "no-record": "{where}: 기록된 배포가 없습니다.",
        "by-forge": "{where}: 수치는 shipit의 배포 기록이 아니라 GitHub에 표시된 배포에서 읽었습니다.",
        "forge": "{where}: GitHub에 표시된 배포를 읽을 수 없습니다({why}).",
        "full-record": "{where}: 기록에는 이벤트가 {number}개까지 남습니다. 그 이전의 배포는 뺐습니다.",
        "undated-events": "{where}: 시각이 없는 이벤트가 {number}개 있습니다. 보고서에서 뺐습니다.",
        "unknown-commits": "{where}: 이 클론에 없는 커밋으로 만든 이미지가 {number}개 있습니다. "
        "리드 타임을 알 수 없습니다. `git fetch`로 가져올 수 있습니다.",
        "first-deployment": "{where}: 첫 이미지 이전에 어떤 커밋이 서비스되었는지 알 수 없으므로 "
        "리드 타임은 두 번째 이미지부터 셉니다.",
    },
    units={"d": "일", "h": "시간", "min": "분", "s": "초"},
    rates={"day": "하루 {}회", "week": "주 {}회", "month": "월 {}회", "year": "연 {}회"},
)

WORDS: Mapping[str, Words] = {words.code: words for words in (ENGLISH, KOREAN)}


def words_of(code: str) -> Words:
    """Return the words of the language with this code; raise `ConfigError` for an unknown one."""
    return WORDS[language(code).code]
