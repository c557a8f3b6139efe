"""The files of a static site: how they are named, served and compared.

A release of a site is the files that were built from one commit, listed in a text in the bucket. Files with a hash in
their names never change; browsers ask for the others again each time.

>>> has_hash("assets/index-BX3a9d2k.js"), has_hash("main.8e0d63a3.js"), has_hash("app-5WKRXQ2E.css")
(True, True, True)
>>> has_hash("index.html"), has_hash("assets/hero-mountain.png"), has_hash("a-1024x768.png"), has_hash("a-FullSize.png")
(False, False, False, False)

The map of a script can change although the script and its hash stay the same, for example with a comment:

>>> has_hash("assets/index-BX3a9d2k.js.map")
False
>>> content_type("assets/index-BX3a9d2k.js"), content_type("LICENSE")
('text/javascript; charset=utf-8', 'application/octet-stream')
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from msgspec import Struct, json

from shipit.core.deploy.container import DeployedImage

INDEX = "index.html"
PROOF = "release.json"
IMMUTABLE, FRESH = "public, max-age=31536000, immutable", "no-cache"

_COMMIT = "commit:"
_HASH = re.compile(r"(?:^|.*[.-])(?P<hash>[A-Za-z0-9_-]{8}|[0-9a-fA-F]{8,64})\.[A-Za-z0-9]+")
_HEX = re.compile(r"(?=.*[0-9])(?=.*[a-f])[0-9a-f]+")  # as webpack and Parcel make it
_BASE32 = re.compile(r"(?=.*[2-7])(?=.*[A-Z])[A-Z2-7]{8}")  # esbuild
_BASE64 = re.compile(r"(?=.*[a-z])(?=.*[A-Z])[A-Za-z0-9_-]{8}")  # Rollup and Vite
_WORDS = re.compile(r"[A-Za-z][a-z]*(?:[A-Z][a-z]+)*[0-9]*")  # such as `FullSize`
_TEXT = "; charset=utf-8"
_TYPES = {
    "css": f"text/css{_TEXT}",
    "csv": f"text/csv{_TEXT}",
    "htm": f"text/html{_TEXT}",
    "html": f"text/html{_TEXT}",
    "js": f"text/javascript{_TEXT}",
    "json": "application/json",
    "map": "application/json",
    "md": f"text/markdown{_TEXT}",
    "mjs": f"text/javascript{_TEXT}",
    "txt": f"text/plain{_TEXT}",
    "xml": "application/xml",
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "webmanifest": "application/manifest+json",
    "wasm": "application/wasm",
    "pdf": "application/pdf",
    "ico": "image/vnd.microsoft.icon",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "avif": "image/avif",
    "webp": "image/webp",
    "woff": "font/woff",
    "woff2": "font/woff2",
    "ttf": "font/ttf",
    "otf": "font/otf",
    "eot": "application/vnd.ms-fontobject",
    "zip": "application/zip",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "webm": "video/webm",
}


class SiteFile(Struct, frozen=True):
    """A file of a release.

    Args:
        path: its path in the site, without a leading `/`.
        sha256: the digest of its content, in hexadecimal.
        type: its `Content-Type`.
        cache: its `Cache-Control`.
        etag: for a file that never changes, the ETag that S3 gave it; else empty.
    """

    path: str
    sha256: str
    type: str
    cache: str
    etag: str = ""

    @property
    def immutable(self) -> bool:
        """True for a file whose content never changes."""
        return self.cache == IMMUTABLE


class SiteRelease(Struct, frozen=True):
    """The files that were built from one commit. `image` names the version and the commit."""

    image: DeployedImage
    files: tuple[SiteFile, ...]

    @property
    def immutable(self) -> tuple[SiteFile, ...]:
        """The files whose content never changes."""
        return tuple(file for file in self.files if file.immutable)

    @property
    def fresh(self) -> tuple[SiteFile, ...]:
        """The files whose names have no hash, in the order in which they are replaced: the index last."""
        pages = sorted((file for file in self.files if not file.immutable), key=lambda file: file.path)
        return tuple(sorted(pages, key=lambda file: (file.path == INDEX, file.path.endswith((".html", ".htm")))))

    @property
    def index(self) -> SiteFile:
        """The page that the others are reached from."""
        return next(file for file in self.files if file.path == INDEX)

    def changed_from(self, earlier: SiteRelease | None) -> tuple[str, ...]:
        """Return the paths whose content or headers differ from an earlier release, without files that never change.

        All paths have changed if the earlier files are not known.
        """
        before = {file.path: file for file in earlier.fresh} if earlier else {}
        now = {file.path: file for file in self.fresh}
        return tuple(sorted(path for path in {*before, *now} if before.get(path) != now.get(path)))


def files_of_commit(bucket: str, version: str, commit: str) -> DeployedImage:
    """Return the name of the files that are built from a commit, in place of the name of an image.

    >>> print(files_of_commit("shop-web", "1.4.0", "0a1b2c3d4e5f67890a1b2c3d4e5f67890a1b2c3d"))
    1.4.0 (commit:0a1b2c3d4e5f)
    """
    return DeployedImage(bucket, f"{_COMMIT}{commit}", version, commit)


def adopted(bucket: str, etag: str) -> DeployedImage:
    """Return the name of a site that another program published, by the ETag of its index.

    >>> print(adopted("shop-web", '"9a0364b9e99bb480dd25e1f0284c8555"'))
    before shipit (etag:9a0364b9e99bb4)
    """
    return DeployedImage(bucket, f"etag:{etag.strip(chr(34))}", "before shipit")


def release_text(release: SiteRelease) -> str:
    """Return the text that lists the files of a release."""
    return json.format(json.encode(release), indent=1).decode()


def proof_of(image: DeployedImage, files: Iterable[SiteFile] = ()) -> bytes:
    """Return the text that shows from outside which release is served."""
    lines = sorted(f"{file.path} {file.sha256} {file.type} {file.cache}" for file in files)
    content = f"sha256:{sha256_of(chr(10).join(lines).encode('utf-8', 'surrogateescape'))}"
    names = {"version": image.version, "release": image.digest, "content": content}
    return json.format(json.encode(names), indent=2) + b"\n"


def release_path(state_path: str, digest: str) -> str:
    """Return the key of the text that lists the files of a release.

    >>> release_path(".shipit/shop", "commit:0a1b")
    '.shipit/shop/releases/commit-0a1b.json'
    """
    return f"{state_path}/releases/{digest.replace(':', '-')}.json"


def stored_path(state_path: str, sha256: str) -> str:
    """Return the key under which the content of a file without a hash in its name is stored, for the way back."""
    return f"{state_path}/files/{sha256}"


def site_file(path: str, sha256: str, immutable: Sequence[str] | None) -> SiteFile:
    """Return a file of a release. `immutable` are the patterns of files that never change; None to find out by name."""
    kept = has_hash(path) if immutable is None else any(_matches(path, pattern) for pattern in immutable)
    return SiteFile(path, sha256, content_type(path), IMMUTABLE if kept and path != INDEX else FRESH)


def _matches(path: str, pattern: str) -> bool:
    """Return whether a path matches; `*` also matches `/`.

    >>> _matches("assets/fonts/a.woff2", "assets/**"), _matches("index.html", "assets/**")
    (True, False)
    """
    return fnmatchcase(path, pattern)


def has_hash(path: str) -> bool:
    """Return whether the name of a file contains a hash of its content, as bundlers write it.

    A file is rather taken as one without: browsers then ask for it each time, and nobody sees an old one.
    """
    found = _HASH.fullmatch(path.rpartition("/")[2])
    if found is None:
        return False
    text = found["hash"]
    if _HEX.fullmatch(text) or _BASE32.fullmatch(text):
        return True
    return bool(_BASE64.fullmatch(text)) and not _WORDS.fullmatch(text)


def content_type(path: str) -> str:
    """Return the `Content-Type` of a file, by its ending; the same on every machine."""
    ending = path.rpartition("/")[2].rpartition(".")[2].lower()
    return _TYPES.get(ending, "application/octet-stream")


def public_paths(paths: Iterable[str]) -> tuple[str, ...]:
    """Return the paths that users ask for, of files that changed: a page is also the answer for its directory.

    >>> public_paths(["docs/index.html", "favicon.ico", "index.html"])
    ('/docs/', '/docs/index.html', '/favicon.ico', '/', '/index.html')
    """
    found: list[str] = []
    for path in paths:
        if path.rpartition("/")[2] == INDEX:
            found.append(f"/{path.removesuffix(INDEX)}")
        found.append(f"/{path}")
    return tuple(found)


def sha256_of(data: bytes) -> str:
    """Return the SHA-256 of `data`, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
