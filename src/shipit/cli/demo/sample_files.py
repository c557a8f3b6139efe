"""The files of the sample project at its last release, 0.3.1: a Spring Boot project built with Gradle."""

from __future__ import annotations

SETTINGS_GRADLE = """\
rootProject.name = 'chat-server'
"""

# Seven versions are in this file; only one of them is the version of the project.
BUILD_GRADLE = """\
plugins {
    id 'java'
    id 'org.springframework.boot' version '3.5.0'
    id 'io.spring.dependency-management' version '1.1.7'
    id 'com.epages.restdocs-api-spec' version '0.19.4'
}

group = 'com.example'
version = '0.3.1' // raised by the release

def queryDslVersion = '5.1.0'

repositories {
    mavenCentral()
}

dependencies {
    implementation 'org.springframework.boot:spring-boot-starter-web'
    implementation 'org.springframework.boot:spring-boot-starter-actuator'
    implementation "com.querydsl:querydsl-jpa:${queryDslVersion}:jakarta"
    testImplementation 'com.epages:restdocs-api-spec-mockmvc:0.19.4'
}

openapi3 {
    server = 'http://localhost:8080'
    title = 'Chat API'
    version = '1.0.0'
    format = 'json'
}
"""

DOCKERFILE = """\
FROM eclipse-temurin:21-jre
COPY build/libs/*.jar /app.jar
ENTRYPOINT ["java", "-jar", "/app.jar"]
"""

GITIGNORE = """\
.gradle/
build/
"""

README = """\
# chat-server

작은 채팅 서버. A small chat server.
"""

CHANGELOG = """\
## [0.3.1](https://github.com/example/chat-server/compare/v0.3.0...v0.3.1) (2026-01-09)


### Bug Fixes

* **auth:** 로그아웃 뒤에도 세션이 남는 문제 ([4f0c2d1](https://github.com/example/chat-server/commit/4f0c2d1))

# [0.3.0](https://github.com/example/chat-server/compare/v0.2.0...v0.3.0) (2026-01-07)


### Features

* 이메일로 가입하기 ([#3](https://github.com/example/chat-server/issues/3)) ([b81e6a7](https://github.com/example/chat-server/commit/b81e6a7))
"""

APPLICATION = """\
package com.example.chat;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class ChatApplication {
    public static void main(String[] args) {
        SpringApplication.run(ChatApplication.class, args);
    }
}
"""

SOURCES = "src/main/java/com/example/chat"

FILES = {
    "settings.gradle": SETTINGS_GRADLE,
    "build.gradle": BUILD_GRADLE,
    "Dockerfile": DOCKERFILE,
    ".gitignore": GITIGNORE,
    "README.md": README,
    "CHANGELOG.md": CHANGELOG,
    f"{SOURCES}/ChatApplication.java": APPLICATION,
}


def java_class(name: str, remark: str) -> str:
    """Return the source of an empty Java class with the comment `remark`."""
    return f"package com.example.chat;\n\n// {remark}\nclass {name} {{\n}}\n"
