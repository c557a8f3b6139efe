# One command each; every one sets up what it needs, below .venv, .cache and build.
# Another Python: make demo PYTHON=/path/to/python3

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo demo-deploy check test ready compiled-tests test-kubernetes test-workflows test-attestation test-browser test-image bench bench-deploy bench-push docs packages lint generate lock clean parts

# What is tested and shown is the installed wheel, whatever the caller's environment points at.
unexport PYTHONPATH PYTHONHOME
# Compiled modules are kept: to compile every test again takes six seconds for each worker.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
ORACLES := .cache/oracles
GIT_CLIFF := .cache/git-cliff
NPM_ORACLES := .cache/npm-oracles
SEMANTIC_RELEASE := .cache/semantic-release
LANGUAGE_SERVICE := .cache/language-service
BROWSER := .cache/browser
DOCS := .cache/docs
SITE := build/docs/site
SIZES := 1000,10000,100000
ROUNDS := 5
# Many tests wait for a server or a container, so that more processes than processors keep all of these busy.
WORKERS := $(shell expr 2 \* $$(getconf _NPROCESSORS_ONLN))
KILLS := 10
PAGES := mkdocs.yml $(wildcard *.md scripts/site/*) $(shell find docs examples tests/README.md tests/standin/README.md -type f)
SOURCES := pyproject.toml LICENSE README.md $(shell find src templates man -type f ! -name '*.pyc' 2>/dev/null)
# The tests of `make check`: decisions, whole releases in memory, the command line, and the project itself. Left out are
# the folders that start servers, container engines, other release tools or processes to kill (action, adapters, bench,
# contracts, deployments, differential, images, parts, release, standin, most of cli), and tests that are marked `slow`.
FAST := $(addprefix tests/,config core engine plan steps testing versionfiles cli/test_cases.py) $(wildcard tests/test_*.py)
COMPILE := uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

demo: .venv/.shipit ## a sample Gradle project, released before your eyes; needs no account
	@$(BIN)/shipit demo

demo-deploy: .venv/.shipit ## blue/green deployments of a small page under load, one of them killed; needs docker, or root on Debian
	@docker info >/dev/null 2>&1 || scripts/install-parts dockerd nginx docker-registry ip || true
	@$(BIN)/shipit demo --deploy

check: lint ## before each push: linters, types, import rules, wording and the fast tests; under two minutes once set up
	$(BIN)/pytest --quiet -n auto --dist worksteal -m "not slow" $(FAST)

test: ## everything: linters, types, import rules and the tests, on the built wheel
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=line ready
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

# Downloads wait for the network, and the linters use one processor: two at a time save most of a minute.
ready: parts lint docs $(ORACLES)/.installed $(NPM_ORACLES)/.installed $(LANGUAGE_SERVICE)/.installed compiled-tests

# Each process that runs tests needs all test modules: they are compiled once, and not once in each of these.
compiled-tests: .venv/.shipit .venv/.test
	@$(BIN)/pytest --collect-only -qq >/dev/null

test-kubernetes: parts .venv/.shipit .venv/.test ## deployments to a real API server of Kubernetes, which is built first; needs Go, and 20 minutes or more after the first build
	scripts/build-kubernetes
	SHIPIT_KUBERNETES=real $(BIN)/pytest -n $(WORKERS) --dist worksteal --override-ini "python_files=test_*.py long*.py" tests/clusters

test-workflows: parts .venv/.shipit .venv/.test ## in act: old workflows beside those of `shipit init`, the examples for AWS, and the next release of shipit; some minutes
	$(BIN)/pytest -n 2 tests/action/long_adoption.py tests/action/long_aws.py tests/action/long_own_release.py

test-browser: .venv/.shipit .venv/.test $(BROWSER)/.installed ## the page of `shipit report` in a real headless Chromium; screenshots in build/browser
	scripts/install-parts chromium
	$(BIN)/pytest -n 0 tests/browser/long_page.py

test-attestation: parts .venv/.shipit .venv/.test ## attestations of images with the real cosign, which is built first; needs Go
	scripts/build-cosign
	$(BIN)/pytest -n 2 tests/images/long_attested.py tests/deployments/long_attested.py

test-image: parts .venv/.shipit .venv/.test ## the image of shipit itself, built from Dockerfile and run; needs the packages of Debian
	scripts/install-parts mmdebstrap
	$(BIN)/pytest -n 0 tests/images/long_own_image.py

bench: .venv/.shipit .venv/.test $(ORACLES)/.installed $(NPM_ORACLES)/.installed $(GIT_CLIFF)/.installed $(SEMANTIC_RELEASE)/.installed ## speed and accuracy beside its peers, into docs/performance.md; SIZES=1000,1000000 ROUNDS=5 HISTORIES=dir or TIMED=dir
	PYTHONPATH=tests $(BIN)/python -m $(if $(TIMED),bench.real --rounds $(ROUNDS) --page docs/performance.md "$(TIMED)",bench.replay $(if $(HISTORIES),--page docs/performance.md "$(HISTORIES)"))
	$(if $(SIZES),$(BIN)/python -m bench --sizes $(SIZES) --rounds $(ROUNDS) --page docs/performance.md)

bench-deploy: parts .venv/.shipit .venv/.test ## lost requests, kills and seconds of deployments beside other ways, into docs/performance.md; ROUNDS=5 KILLS=10 ROLLOUT=FILE
	PYTHONPATH=tests $(BIN)/python -m bench.deploying --rounds $(ROUNDS) --kills $(KILLS) $(if $(ROLLOUT),--rollout $(ROLLOUT)) --page docs/performance.md

bench-push: parts .venv/.shipit .venv/.test ## seconds of an image push beside docker build and docker push, into docs/performance.md; ROUNDS=5
	PYTHONPATH=tests $(BIN)/python -m bench.pushing --rounds $(ROUNDS) --page docs/performance.md

packages: .cache/packages/.installed .venv/.shipit ## wheel and source distribution, checked, and the SBOM of what shipit needs; in build/packages
	rm -rf build/packages build/sbom.cdx.json
	$(BIN)/python -m hatchling build -t sdist -t wheel -d build/packages
	.cache/packages/bin/twine check --strict build/packages/*
	.cache/packages/bin/cyclonedx-py requirements --output-reproducible --pyproject pyproject.toml -o build/sbom.cdx.json requirements/run.txt

docs: $(SITE)/.built ## the pages as a site in English and Korean, in build/docs/site/index.html

lint: .venv/.shipit .venv/.test ## linters, types, import rules and wording
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --config pyproject.toml --cache-dir .cache/import-linter
	$(BIN)/python scripts/wording.py

generate: .venv/.shipit ## the parts of files that repeat a declaration: outputs, keys, formats, steps, commands
	$(BIN)/python -m scripts.generate

lock: ## the newest of everything into requirements/*.txt, with hashes (needs uv)
	$(COMPILE) --group build -o requirements/build.txt
	$(COMPILE) pyproject.toml -o requirements/run.txt
	$(COMPILE) pyproject.toml --extra aws -c requirements/run.txt -o requirements/aws.txt
	$(COMPILE) pyproject.toml --group test -c requirements/build.txt -c requirements/aws.txt -o requirements/test.txt
	$(COMPILE) --group docs -o requirements/docs.txt
	$(COMPILE) --group packages -o requirements/packages.txt
	$(COMPILE) --group oracles -o requirements/oracles.txt
	$(COMPILE) --group git-cliff -o requirements/git-cliff.txt

clean: ## forget everything that was set up or built
	rm -rf .venv .cache build

parts:
	@scripts/install-parts

.venv/.shipit: $(SOURCES) .venv/.run
	rm -rf build/wheel
	$(BIN)/python -m hatchling build -t wheel -d build/wheel
	scripts/venv .venv --no-index --no-deps --force-reinstall build/wheel/*.whl
	@touch $@

.venv/.run: requirements/build.txt requirements/run.txt scripts/venv
	scripts/venv .venv --require-hashes --only-binary :all: -r requirements/build.txt -r requirements/run.txt
	@touch $@

.venv/.test: requirements/test.txt .venv/.run | .venv/.shipit
	scripts/venv .venv --require-hashes --only-binary :all: -r requirements/test.txt
	@touch $@

.cache/packages/.installed: requirements/packages.txt scripts/venv
	scripts/venv .cache/packages --require-hashes --only-binary :all: -r requirements/packages.txt
	@touch $@

$(DOCS)/.installed: requirements/docs.txt scripts/venv
	scripts/venv $(DOCS) --require-hashes --only-binary :all: -r requirements/docs.txt
	@touch $@

# A broken link and a page without its translation are errors.
$(SITE)/.built: $(DOCS)/.installed .venv/.shipit $(PAGES)
	$(BIN)/python -m scripts.site
	@NO_MKDOCS_2_WARNING=1 $(DOCS)/bin/python -m mkdocs build >build/docs/log 2>&1 || { cat build/docs/log >&2; exit 1; }
	@touch $@

$(ORACLES)/.installed: requirements/oracles.txt scripts/venv
	scripts/venv $(ORACLES) --require-hashes --only-binary :all: -r requirements/oracles.txt
	@touch $@

$(GIT_CLIFF)/.installed: requirements/git-cliff.txt scripts/venv
	scripts/venv $(GIT_CLIFF) --require-hashes --only-binary :all: -r requirements/git-cliff.txt
	@touch $@

# Not everybody has npm: without it the tests say what they cannot do.
define npm_ci
@mkdir -p $(@D)
@cp $^ $(@D)
@{ cd $(@D) && npm ci --ignore-scripts --silent && touch $(@F); } || echo "not installed: $(1)" >&2
endef

$(NPM_ORACLES)/.installed: $(wildcard tests/differential/npm/*.json) tests/differential/npm/.npmrc
	$(call npm_ci,the analyser of semantic-release, and commit-and-tag-version)

$(SEMANTIC_RELEASE)/.installed: $(wildcard bench/npm/*.json) bench/npm/.npmrc
	$(call npm_ci,semantic-release)

$(LANGUAGE_SERVICE)/.installed: $(wildcard tests/action/npm/*.json) tests/action/npm/.npmrc
	$(call npm_ci,GitHub's language service)

$(BROWSER)/.installed: $(wildcard tests/browser/npm/*.json) tests/browser/npm/.npmrc
	$(call npm_ci,axe and the driver of a browser)
