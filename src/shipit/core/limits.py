"""Every limit that shipit puts on a time, a size or a number.

To add one, write one line below, in the section of its area, and use it as the number that it is:

    GIT_ANSWER = Time("git", 60, "the first answer of a remote", "error, status 5", "git.timeout")

    subprocess.run(argv, timeout=limits.GIT_ANSWER)

`make generate` writes its row into docs/limits.md and docs/limits.ko.md; translate the row in the second.
tests/core/test_limits.py finds numbers in other modules that limit something.
"""

from __future__ import annotations

from typing import Literal, Self

Area = Literal["git", "github", "services", "engine", "commands", "files", "texts", "deployments", "notifications"]


class Limit(int):
    """A limit as the number that it is, and what happens at it.

    Args:
        area: the section of docs/limits.md.
        number: the seconds, the bytes or the count; the class says which.
        subject: the thing that is limited.
        outcome: the result of reaching the limit: an error with its exit status, or the part that is left out.
        key: the key of `shipit.toml` that sets another limit; empty if there is none.
    """

    area: Area
    subject: str
    outcome: str
    key: str

    def __new__(cls, area: Area, number: int, subject: str, outcome: str, key: str = "") -> Self:
        self = super().__new__(cls, number)
        self.area, self.subject, self.outcome, self.key = area, subject, outcome, key
        return self

    @property
    def written(self) -> str:
        """The limit with its unit."""
        raise NotImplementedError


class Time(Limit):
    """A longest time, in seconds."""

    @property
    def written(self) -> str:
        """The limit as users write it in `shipit.toml`.

        >>> Time("git", 600, "", "").written, Time("git", 90, "", "").written
        ('10m', '90s')
        """
        return f"{self}s" if self % 60 else f"{self // 60}m"


class Size(Limit):
    """A largest size, in bytes."""

    @property
    def written(self) -> str:
        """The limit in the largest unit in which it is a whole number.

        >>> Size("files", 10 << 20, "", "").written, Size("files", 131_000, "", "").written
        ('10 MiB', '131,000 bytes')
        """
        units = (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10))
        return next((f"{self // size} {unit}" for unit, size in units if self % size == 0), f"{self:,} bytes")


class Count(Limit):
    """A highest number of something."""

    @property
    def written(self) -> str:
        """The limit with commas between the thousands.

        >>> Count("texts", 65_536, "", "").written
        '65,536'
        """
        return f"{self:,}"


# fmt: off
# One line for each limit.

# git

GIT_REMOTE = Time("git", 300, "a git command that talks to the remote, with its login and hooks", "it is stopped; error, status 5", "release.remote-timeout")
GIT_LOCAL = Time("git", 3600, "any other git command, with its hooks and the program that signs", "it is stopped; error, status 5")
GIT_END = Time("git", 5, "the time in which a stopped git command must end", "it is killed")
GIT_OUTPUT = Size("git", 64 << 20, "the output of a git command that writes or talks to the remote", "error, status 5")
GIT_MESSAGES = Size("git", 64 << 10, "the messages of such a command, also those of the remote", "the earlier ones are left out")
SEARCHED_BRANCHES = Count("git", 200, "branches that are searched for an environment that the current one lacks", "those that changed longest ago are left out")
CHECKED_TAGS = Count("git", 100, "tags of each package, highest versions first, that are checked to point to a commit", "lower ones are not checked")
BRANCH_ATTEMPTS = Count("git", 5, "merges of a release into another branch, if another push moves it each time", "a warning; the next run tries again")
RELEASE_ATTEMPTS = Count("git", 5, "plans of one release, if another push moves the branch each time", "error, status 3")

# GitHub

RELEASE_BODY = Count("github", 125_000, "characters of the notes of a GitHub Release", "the notes end with a link to the changelog")  # GitHub refuses more
COMMENT = Count("github", 65_536, "characters of a comment", "the comment says that the rest is left out")  # GitHub refuses more
OTHER_RUN = Time("github", 60, "the wait until another run that makes the same release has published it; at most twice as long, by chance", "this run makes a new plan and finishes the release")
NOTIFIED = Count("github", 100, "issues and pull requests that get a comment or a label", "only those of the newest commits get one")  # GitHub accepts 500 comments in an hour from one user
ACTION_OUTPUTS = Size("github", 96 << 10, "all outputs of the Action together, as JSON", "the output `notes` ends with a link to the rest")  # Linux refuses a variable of more than 128 KiB, and `toJSON(needs)` adds to them
SUMMARY = Size("github", 1 << 20, "the summary of a job", "the summary says that the rest is left out")  # GitHub drops a larger one
SUMMARY_ROWS = Count("github", 100, "rows of a table in the summary", "the others are only counted")
SUMMARY_CELL = Count("github", 160, "characters of a cell of a table in the summary", "the text ends with `…`")
ANNOTATIONS = Count("github", 10, "annotations for unreadable commits", "the others are only in the log")  # GitHub shows no more of a step
ANNOTATION_TITLE = Count("github", 200, "characters of a subject in an annotation", "the rest is only in the log")  # GitHub cuts after 255, and the id of the commit comes first
LIST_PAGES = Count("github", 100, "pages of a list, of 100 entries each", "error, status 5")  # GitHub shows no more releases
NESTED_TAGS = Count("github", 10, "tags that point to another tag, in a row", "the tag counts as one on another commit: error, status 3")
GITHUB_REASON = Count("github", 300, "characters of the reason of GitHub in an error", "the text ends with `…`")
REPORTED_DEPLOYMENTS = Count("github", 50, "newest deployments of an environment that `shipit report` reads from GitHub", "earlier ones are left out")
EARLIER_DEPLOYMENTS = Count("github", 10, "deployments among which shipit looks for the earlier one", "the earlier one stays active on GitHub")

# GitHub and registries

REQUEST_SILENCE = Time("services", 30, "the time without new data in an answer", "the request is repeated if that is safe; then error, status 5")
REQUEST_TRIES = Count("services", 5, "tries of one request", "error, status 5")
RATE_LIMIT_WAIT = Time("services", 60, "the wait for the end of a rate limit", "error, status 5, with the time when it ends")
REQUEST_TIME = Time("services", 60, "the whole answer to a request", "error, status 5")
TRANSFER_TIME = Time("services", 3600, "an upload of an asset; a copy of a layer between two images; a pull or a push by the engine", "error, status 5")
ANSWER_SIZE = Size("services", 32 << 20, "an answer, decompressed, also of the engine", "error, status 5")
ANSWER_VALUES = Count("services", 1_000_000, "values in an answer in JSON, also of the engine or of `kubectl`", "error, status 5")  # tiny ones take ten times as much memory as text
MANIFEST_SIZE = Size("services", 4 << 20, "a manifest, a configuration or a page of tags in a registry", "error, status 5")  # registries accept no larger manifest
REASON_SIZE = Size("services", 64 << 10, "an answer that reports an error", "the error does not show the reason")
REDIRECTS = Count("services", 3, "redirects of one request", "error, status 5")
IMAGE_PARTS = Count("services", 1_000, "layers of an image in a registry; images inside one for several platforms", "error, status 5")
TAG_WRITES = Count("services", 3, "writes of a moving tag that other runs move meanwhile", "error, status 5")
TAG_PAGES = Count("services", 10, "pages of the tags of an image, of 1,000 each", "the tags after them are not compared")
NEW_TAGS = Count("services", 20, "tags that other runs pushed while a moving tag was written", "the tags after them are not compared")
CLEAN_UP_TAGS = Count("services", 2000, "tags of an image whose old builds are removed", "none is removed; a warning")
CLEAN_UP_IMAGES = Count("services", 100, "old builds of an image that one run removes, the oldest first", "the next runs remove the others")  # GitHub asks for a second between two writes
CREDENTIAL_HELPER = Time("services", 60, "a credential helper of docker", "it is stopped; error, status 4")
REGISTRY_REASON = Count("services", 300, "characters of the reason of a registry in an error", "the text ends with `…`")  # some proxies answer with a whole page

# Container engine

ENGINE_CONNECTION = Time("engine", 15, "the first answer of the engine", "error, status 3")
ENGINE_SILENCE = Time("engine", 600, "an answer of the engine; in a pull or a push, the time without new data", "error, status 5")
ENGINE_REASON = Count("engine", 2_000, "characters of the reason of the engine in an error", "the text ends with `…`")
PUSH_RETRIES = Time("engine", 30, "the time for which a failed push is repeated", "error, status 5")  # the engine tries each layer five times in 50 seconds
BUILDX_ANSWER = Time("engine", 60, "the answer of `docker buildx` about its version and its builder", "the classic builder is used")

# Commands of the user

PREPARE = Time("commands", 1800, "a `prepare` command; a build of an image of a release", "it is killed; error, status 5", "release.prepare-timeout")
BUILD = Time("commands", 1800, "a `build` command; a build of an image of an environment", "it is killed; error, status 5", "environments.<name>.timeout")
COMMAND_END = Time("commands", 5, "the time in which all processes of a command must end after its time limit", "shipit goes on without waiting")
OUTPUT_END = Time("commands", 5, "the output that is still open after its command has ended", "the rest of the output is left out")
OUTPUT_LINE = Count("commands", 65_536, "characters of a line of the output", "the line ends with `…`; the command goes on")
ERROR_LINES = Count("commands", 20, "last lines of the output in an error", "the others are only in the log")

# Files

NESTED_VERSION_FILES = Count("files", 50, "version files below the root that are read, if the root has none", "those deepest below the root are left out")
NESTED_PROBE = Size("files", 64 << 10, "the beginning of a version file at the root in which `shipit next` looks for a version", "shipit looks for version files below the root")
NESTED_DIRECTORIES = Count("files", 4, "directories above such a version file", "a file that is deeper is left out")
TEXT_FILE = Size("files", 64 << 20, "a changelog, a version file or another file to write, a saved plan, a message, the event of a CI run", "error, status 2 or 5; an event is left out")
CONFIG_FILE = Size("files", 4 << 20, "`shipit.toml`, `pyproject.toml`, a changelog template", "error, status 2")
IMPORTED_FILE = Size("files", 256 << 10, "a file with the settings of another release tool", "error, status 2")
IMPORTED_VALUES = Count("files", 10_000, "values in such a file in YAML, with those that aliases repeat", "error, status 2")
IMPORTED_LINE = Count("files", 2_000, "characters of a line of a workflow that `shipit init` reads", "the rest of the line is not read; a step with such a command needs your decision")
IMPORTED_DEPTH = Count("files", 50, "objects and arrays inside each other in such a file in JavaScript", "error, status 2")
VERSION_FILE = Size("files", 10 << 20, "a version file", "error, status 2")
YAML_FILE = Size("files", 2 << 20, "a version file in YAML, because its parser is slow", "error, status 2; with `format = \"marker\"`, the limit is that of other files")
YAML_BRACKETS = Count("files", 64, "open brackets in one line of a version file in YAML", "error, status 2; with `format = \"marker\"`, there is no such limit")
VALUE_PATH = Count("files", 255, "characters of the path of a value in a version file, as in `paths`", "the value cannot be named in `paths`")
KEY_PARTS = Count("files", 100, "parts of a key in TOML, as in `a.b.c`", "error, status 2")
SIMILAR_PATHS = Count("files", 1000, "paths of a version file that are compared with a wrong one", "the error names no similar path of the others")
NAMED_PLACES = Count("files", 5, "places that an error names if a version is set several times", "the error ends the list with `…`")

# Texts

VERSION_LENGTH = Count("texts", 255, "characters of a version", "the text is not a version")
IMAGE_TAG_TEMPLATE = Count("texts", 100, "characters of an entry of `tags` of an image, with its placeholders", "error, status 2")  # leaves room for a version
TAG_PART = Count("texts", 250, "bytes of a part of a tag between two `/`", "error, status 3")  # git writes files with these names and `.lock`
IMAGE_TAG = Count("texts", 128, "characters of a tag of an image", "the name of the branch in it is shortened, then the tag")  # registries refuse more
QUOTED_VALUE = Count("texts", 60, "characters of a value of the configuration in an error", "the text ends with `…`")
LISTED_NAMES = Count("texts", 20, "names that an error in the configuration lists, such as those of environments", "the others are only counted")
NESTED_EXAMPLES = Count("texts", 6, "version files below the root that a warning names", "the others are only counted")
PROPOSED_PACKAGES = Count("texts", 50, "packages that are proposed for tags in another format", "the others are only counted")
PLAN_DIFF = Count("texts", 200, "lines that `--verify` shows of the difference between two plans", "the others are only counted")
REPLAYED_COMMITS = Count("texts", 5, "commits that `shipit replay` shows for a version that differs", "the others are only counted")
REPLAYED_SETTINGS = Count("texts", 3, "settings that `shipit replay` tries on all releases", "the effect of the others is not shown")
REPORT_ROWS = Count("texts", 10, "releases, deployments or waiting commits that `shipit report` shows on the terminal and in Markdown", "the others are only counted; `--html` and `--json` have them")
REPORT_WAITING = Count("texts", 50, "waiting commits that `shipit report` lists with `--html` and `--json`", "only their number is given")
ALIAS_TITLES = Count("texts", 3, "fewest titles with another word for a type, such as `기능`", "`shipit init` proposes no alias for the word")
ALIAS_COMMITS = Count("texts", 2_000, "newest commits in which `shipit init` looks for such words", "older ones are not read")
MERGED_LINES = Count("texts", 2_000, "lines between the first and the last change of a file that shipit and a person both changed in the branch of a release pull request", "the pull request is not updated; error, status 3")
PROPOSAL_EDITS = Count("texts", 250, "commits of people on the branch of a release pull request", "each run makes the commit of shipit again below them")  # GitHub lists no more
PULL_REQUEST_TITLE = Count("texts", 256, "characters of the title of a release pull request", "the title ends with `…`")  # GitHub refuses more
QUOTED_TEXT = Count("texts", 100, "characters of a footer or a wrong version in a message", "the text ends with `…`")

# Deployments

SSH_CONNECTION = Time("deployments", 15, "the connection and the login to a host", "error, status 5")
SSH_GRACE = Time("deployments", 5, "the answer of a host after the time limit of a command", "error, status 5")
SSH_PORTS = Count("deployments", 5, "local ports that are tried for a connection through a host", "error, status 5")
SSH_ARGUMENT = Size("deployments", 1 << 14, "a file that is sent as an argument of a command", "it is sent as input, which takes longer")
SSH_KEY_SCAN = Time("deployments", 5, "the request for the key of an unknown host", "the error does not show the key")
LOCK_START = Time("deployments", 15, "the answer to the request for the lock of a host", "error, status 5")
LOCK_TIME = Time("deployments", 30, "the lock of a run whose connection is cut", "another run can deploy")
LOCK_CONFIRMED = Time("deployments", 1, "the time after an answer of the host in which it is not asked again who has the lock", "it is asked again")
LOCK_END = Time("deployments", 5, "the time in which a lock must be given back", "the connection is closed, and with it the lock")
UNLOCK_TRIES = Count("deployments", 5, "tries to take a lock away from a run that renews it at the same time", "error, status 3")
HOST_COMMAND = Time("deployments", 30, "a command of shipit on a host", "the command counts as failed")
HOST_OUTPUT = Size("deployments", 4 << 20, "the output of a command of shipit on a host", "error, status 5; for a command in a container, the rest is left out")
HOST_REQUEST = Time("deployments", 5, "a request to the app on a host", "the answer counts as bad")
PUBLIC_REQUEST = Time("deployments", 10, "a request to the public address", "the answer counts as bad")
HOST_ANSWER = Size("deployments", 1 << 20, "an answer of the app", "the rest is not read")
QUOTED_ANSWER = Count("deployments", 80, "characters of an answer of the app in an error", "the text ends with `…`")
HEALTHY = Time("deployments", 90, "the start of the new version until it is healthy", "it gets no traffic; error, status 6", "environments.<name>.deploy.health.within")
DOCKER_HEALTH = Time("deployments", 90, "the same, without the table `health`, by the health check of Docker", "it gets no traffic; error, status 6", "environments.<name>.deploy.health.within")
MIGRATION = Time("deployments", 600, "`migrate`; each `verify` command", "the new version gets no traffic; error, status 5 or 6", "environments.<name>.deploy.timeout")
DRAIN = Time("deployments", 30, "the time in which the old version finishes its requests", "the old version is stopped", "environments.<name>.deploy.drain")
PUBLIC_TRIES = Count("deployments", 3, "bad answers in a row", "the earlier version gets the traffic again; error, status 6")
SLOT_TRIES = Count("deployments", 3, "requests that find out whether a slot is healthy", "the slot counts as not healthy")
NGINX_COMMAND = Time("deployments", 30, "a command of nginx in a container", "error, status 5")
NGINX_RELOAD = Time("deployments", 5, "the time in which nginx must load its new configuration", "the earlier version keeps the traffic; error, status 6")
NGINX_SHUTDOWN = Time("deployments", 30, "the time in which the workers of nginx with the old version must end", "error, status 6")
NGINX_WORKERS = Time("deployments", 1, "one wait of a command on the host for the old workers of nginx", "shipit looks again")
COMPOSE_UP = Time("deployments", 120, "the start of the containers of a service by compose", "the earlier version serves; error, status 6")
KUBECTL = Time("deployments", 30, "a call of `kubectl`, with its login to the cluster", "error, status 5")
KUBECTL_REQUEST = Time("deployments", 20, "the answer of a cluster to a request of `kubectl`", "error, status 5")
KUBECTL_ANSWER = Size("deployments", 32 << 20, "the output of `kubectl`", "error, status 5")
KUBECTL_MESSAGES = Size("deployments", 64 << 10, "the messages of `kubectl`, also those of its login", "the earlier ones are left out")
KUBECTL_TRIES = Count("deployments", 3, "calls of `kubectl` that read the same, if they fail", "error, status 5")
COSIGN = Time("deployments", 60, "a call of `cosign`, which makes or checks an attestation", "error, status 5")
COSIGN_ANSWER = Size("deployments", 32 << 20, "the output of `cosign`", "error, status 5")
COSIGN_MESSAGES = Size("deployments", 64 << 10, "the messages of `cosign`", "the earlier ones are left out")
LEASE = Time("deployments", 15, "the lock of a killed run in a namespace of Kubernetes", "another run can deploy")
PATCH_TRIES = Count("deployments", 5, "changes of a Deployment that other programs change meanwhile", "error, status 3")
POD_RESTARTS = Count("deployments", 2, "restarts of a container of a new pod", "the earlier version is rolled out again; error, status 6")
PODS_REFUSED = Time("deployments", 30, "the time in which Kubernetes must accept the new pods, for example when a quota is full", "the earlier version is rolled out again; error, status 6")
STALE_DEADLINE = Time("deployments", 30, "the time in which Kubernetes must forget the progress deadline that the rollout before exceeded", "the rollout counts as failed; error, status 6")
ROLLOUT = Time("deployments", 600, "a rollout of Kubernetes", "the earlier version is rolled out again; error, status 6", "environments.<name>.deploy.within")
VARIABLE = Size("deployments", 131_000, "an environment variable of a container", "error, status 2")  # Linux refuses more than 128 KiB with the name: MAX_ARG_STRLEN
SERVICE_NAME = Count("deployments", 55, "characters of the name of a service of a swarm that has `migrate`", "error, status 2")  # a swarm takes 63, with `-migrate` behind it
SERVICE_UPDATE = Time("deployments", 600, "an update of a service of a swarm, until all its tasks run the new version", "the earlier version is set again; error, status 6", "environments.<name>.deploy.within")
SERVICE_TRIES = Count("deployments", 5, "tries to change a service that another program changes at the same time", "error, status 3")
SERVICE_FAILURES = Count("deployments", 3, "failed tasks of a new version that the swarm starts again and again", "the earlier version is set again; error, status 6")
SERVICE_SILENCE = Time("deployments", 60, "the time for which a manager of a swarm does not answer", "error, status 5 or 7")
ENGINE_LOG = Time("deployments", 10, "the log of a container, a service or a task", "the part that arrived is shown")
DEPLOY_LOG_SIZE = Size("deployments", 1 << 20, "the end of such a log", "the earlier part is left out")
DEPLOY_EVENTS = Count("deployments", 100, "events in the record of a host", "older ones are removed, except those that hold an image")
DEPLOY_LOG = Count("deployments", 50, "last lines of the log of a container in an error", "the others are only in the log of the container")

AWS_CONNECT = Time("deployments", 5, "a connection to AWS", "the request is repeated, then error, status 5")
AWS_ANSWER = Time("deployments", 30, "the answer of AWS to a request", "the request is repeated, then error, status 5")
AWS_TRIES = Count("deployments", 4, "tries of a request to AWS, if it is throttled or AWS fails", "error, status 5")
BUCKET_LOCK = Time("deployments", 30, "the lock of a killed run in a bucket, or in Parameter Store", "another run can deploy")
PARAMETER_SHOWN = Time("deployments", 10, "the time in which Parameter Store must show what this run wrote there", "error, status 3")
ECS_DEPLOYMENT = Time("deployments", 1200, "a deployment of a service of ECS", "the earlier task definition is set again; error, status 6", "environments.<name>.deploy.within")
ECS_FAILED_TASKS = Count("deployments", 3, "failed tasks of a new task definition, without a circuit breaker", "the earlier task definition is set again; error, status 6")
ECS_SILENCE = Time("deployments", 60, "the time for which AWS throttles the requests about a service of ECS, or does not answer them", "error, status 5 or 7")
ECS_SHOWN_TASKS = Count("deployments", 3, "reasons of stopped tasks of ECS in an error", "the others are left out")
ECS_DEFINITIONS = Count("deployments", 20, "newest revisions of a task definition in which the one of a killed run is looked for", "another one is registered")
BUCKET_OBJECTS = Count("deployments", 50_000, "objects in the bucket of a static site", "error, status 3")
SITE_FILE = Size("deployments", 256 << 20, "a file of a static site", "error, status 2; of one in the bucket, status 3")
SITE_UPLOADS = Count("deployments", 16, "files of a static site that are uploaded at the same time", "the others wait")
SITE_SERVED = Time("deployments", 600, "the time until CloudFront serves the new version of a static site", "the earlier version is put back; error, status 6", "environments.<name>.deploy.within")
SITE_ASSETS = Count("deployments", 20, "files of the first page of a static site that are asked for from outside", "the others are only checked in the bucket")
INVALIDATED_PATHS = Count("deployments", 500, "changed paths that are removed from the cache of CloudFront", "all paths are removed, as `/*`")

# Notifications

NOTIFICATION_TIME = Time("notifications", 10, "a request to the service, with its whole answer", "the request is repeated if the service did not answer; then a warning")
NOTIFICATION_TRIES = Count("notifications", 3, "tries of one notification", "a warning")
NOTIFICATION_WAIT = Time("notifications", 15, "the wait that a service asks for with `Retry-After`", "a warning")
NOTIFICATION_ANSWER = Size("notifications", 64 << 10, "an answer of the service", "a warning")
NOTIFICATION_ADDRESS = Count("notifications", 2_000, "characters of the address of a channel, or of a fact in a message", "a warning; the fact ends with `…`, or a link is left out")
NOTIFICATION_MEMORY = Count("notifications", 200, "notifications that a clone remembers, so that it sends none twice", "the oldest are forgotten")
NOTIFICATION = Count("notifications", 4_000, "characters of a message", "the text ends with `…`, and the lines after it are left out")  # Slack asks for no more; Teams accepts 28 KiB
DISCORD_NOTIFICATION = Count("notifications", 2_000, "the same for Discord", "the text ends with `…`, and the lines after it are left out")  # Discord refuses more
NOTIFICATION_LINE = Count("notifications", 400, "characters of a line of a message", "the line ends with `…`")
NOTIFIED_CHANGES = Count("notifications", 10, "commits that a message about a release shows", "the others are only counted")
