"""A real Spring Boot application: a Maven project, a cached `mvn package` for it, and a base image with Java.

    GET /version            the version in pom.xml
    GET /actuator/health    {"status":"UP"}
    GET /actuator/info      the first characters of the commit that the image was built from, and the build of Maven

The project is in `spring/`. Its build is a command of the project, which runs Maven only for sources that it has not
built before. The result is in `.cache/parts/spring`, and the local repository of Maven in `.cache/parts/maven`:

    python -m parts.spring_boot     # makes target/app.jar in the current directory
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from shlex import quote

import pytest
from parts.daemon import CACHE, program
from parts.engine import Engine
from parts.images import make_image_with

TESTS = Path(__file__).parents[1]
PROJECT = Path(__file__).with_name("spring")
BASE = "base/jre:1"
JAR = "target/app.jar"
JARS = CACHE / "spring"
REPOSITORY = CACHE / "maven"
OLDEST_JAVA = 17
# Enough for starter-web and starter-actuator; java.desktop has the package java.beans.
MODULES = (
    "java.desktop,java.instrument,java.logging,java.management,java.naming,java.net.http,java.security.jgss,java.sql,"
    "jdk.unsupported"
)
# The build command for shipit.toml. Its second half does for git.properties the same as a plugin of Maven would.
BUILD = (
    f"env PYTHONPATH={quote(str(TESTS))} {quote(sys.executable)} -m parts.spring_boot",
    "git log -1 --format=git.commit.id=%H%ngit.commit.time=%cI > target/git.properties",
)


def project_files() -> dict[str, str]:
    """Return the files of the Maven project, by their paths."""
    files = (path for path in PROJECT.rglob("*") if path.is_file())
    return {str(path.relative_to(PROJECT)): path.read_text() for path in files}


def make_jre_image(engine: Engine) -> str:
    """Make the image `base/jre:1`: the Java that this machine has, as small as Spring Boot permits, and a shell."""
    runtime = _runtime()
    paths = [path for path in runtime.rglob("*") if path.is_file() and "legal" not in path.parts]
    files = {f"/opt/java/{path.relative_to(runtime)}": path.read_bytes() for path in paths}
    files |= {path: Path(path).read_bytes() for path in _libraries(runtime)}
    return make_image_with(engine, BASE, files, "ENV PATH=/opt/java/bin:/bin", 'CMD ["java", "-version"]')


def package(project: Path) -> None:
    """Make the jar of `project`, from the cache or with Maven.

    Raises:
        subprocess.CalledProcessError: Maven failed; its output is on the standard output.
    """
    cached, jar = JARS / f"{_fingerprint(project)}.jar", project / JAR
    if not cached.exists():
        _build(project, cached)
    jar.parent.mkdir(exist_ok=True)
    shutil.copyfile(cached, jar)


def _build(project: Path, cached: Path) -> None:
    """Build in a copy, so that Maven sees nothing but the sources."""
    JARS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=JARS) as room:
        shutil.copy(project / "pom.xml", room)
        shutil.copytree(project / "src", Path(room, "src"))
        options = ["--batch-mode", "--quiet", f"-Dmaven.repo.local={REPOSITORY}", "-DskipTests"]
        environment = {**os.environ, "JAVA_HOME": str(_jdk())}
        argv = [program("mvn"), *options, "package"]
        subprocess.run(argv, cwd=room, env=environment, stdin=subprocess.DEVNULL, check=True)
        Path(room, JAR).replace(cached)


def _fingerprint(project: Path) -> str:
    found = hashlib.sha256()
    for path in [project / "pom.xml", *sorted((project / "src").rglob("*"))]:
        if path.is_file():
            found.update(f"{path.relative_to(project)}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return found.hexdigest()[:20]


def _jdk() -> Path:
    """Return the directory of this machine's JDK."""
    home = Path(program("javac")).resolve().parents[1]
    version = subprocess.run([home / "bin/javac", "-version"], capture_output=True, encoding="utf-8").stdout
    number = re.match(r"javac (\d+)", version)
    if not number or int(number[1]) < OLDEST_JAVA:
        pytest.skip(f"not installed: JDK {OLDEST_JAVA} or newer; {version}")
    return home


def _runtime() -> Path:
    """Return the directory of a Java with `MODULES`, made by `jlink` where it is not in the cache."""
    jdk = _jdk()
    release = re.search(r'JAVA_RUNTIME_VERSION="(.+)"', (jdk / "release").read_text())
    cached = CACHE / f"java-{release[1] if release else jdk.name}"
    if cached.exists():
        return cached
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as room:
        made = Path(room, "java")
        options = ["--strip-java-debug-attributes", "--no-header-files", "--no-man-pages"]
        subprocess.run([jdk / "bin/jlink", *options, "--add-modules", MODULES, "--output", made], check=True)
        # The archive of classes, which halves the time to start, is only valid for modules of the same date.
        os.utime(made / "lib/modules", (0, 0))
        subprocess.run([made / "bin/java", "-Xshare:dump"], check=True, capture_output=True)
        made.rename(cached)
    return cached


def _libraries(runtime: Path) -> set[str]:
    """Return the paths of the libraries of this machine that the Java in `runtime` needs."""
    binaries = [runtime / "bin/java", *(runtime / "lib" / f"lib{name}.so" for name in ("net", "nio", "zip"))]
    binaries.append(runtime / "lib/server/libjvm.so")
    listed = subprocess.run(["ldd", *binaries], check=True, capture_output=True, encoding="utf-8").stdout
    return {path for path in re.findall(r"(/\S+) \(0x", listed) if not path.startswith(str(runtime))}


if __name__ == "__main__":
    package(Path.cwd())
