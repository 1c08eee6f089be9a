# Everything that is done to Fairway, by name. `make` alone lists the targets.
# Each step leaves a stamp, so that a second run does only what has changed.

PYTHON ?= python3
WORKERS ?= 2

VENV := .venv
BIN := $(VENV)/bin
STAMPS := $(VENV)/.stamps
STATIC := src/fairway/web/static
ASSETS := $(STATIC)/fairway.css
CORE := nouns rules verbs
# The tests that cover the core. Only these are followed line by line, which makes them half as slow again.
COVERING := tests/nouns tests/rules tests/verbs tests/guardrails tests/api/test_scim.py tests/ledger/test_archive.py
comma := ,
empty :=
space := $(empty) $(empty)
CORE_FILES := $(subst $(space),$(comma),$(foreach floor,$(CORE),src/fairway/$(floor)/*))

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SHELLFLAGS := -eu -c
MAKEFLAGS += --no-builtin-rules --no-print-directory

.PHONY: help install assets demo serve test test-deep unit browser-ready cluster-ready \
	partner-ready bench lint format types floors docs \
	screenshots lock sbom wheel clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ---------------------------------------------------------------- install

install: $(STAMPS)/project $(ASSETS) ## Install everything that Fairway needs to run, into .venv

$(STAMPS)/bootstrap: requirements/bootstrap.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Fairway needs Python 3.11 or newer; say which with: make PYTHON=/path/to/python3" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.lock
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/locked: requirements/dev.lock requirements/node.lock $(STAMPS)/bootstrap frontend/node.sh
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip sync --quiet --require-hashes requirements/bootstrap.lock \
		requirements/dev.lock $$(sh frontend/node.sh --needs-wheel && echo requirements/node.lock)
	@rm -f $(STAMPS)/project
	@touch $@

$(STAMPS)/project: pyproject.toml $(STAMPS)/locked
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# ---------------------------------------------------------------- web assets

assets: $(ASSETS) ## Build the style sheet and the script of the web pages

frontend/node_modules/.package-lock.json: frontend/package.json frontend/package-lock.json frontend/.npmrc | $(STAMPS)/locked
	@cd frontend && sh node.sh npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(ASSETS): frontend/node_modules/.package-lock.json frontend/build.mjs $(wildcard frontend/src/*)
	@cd frontend && sh node.sh node build.mjs ../$(STATIC)
	@touch $@

# ---------------------------------------------------------------- run

demo: install ## Build the demonstration on real data and serve it
	@$(BIN)/fairway demo

bench: install ## Measure what the project promises about speed and size
	@$(BIN)/python benchmarks/run.py

docs: install ## Write again the documents that are generated from code
	@$(BIN)/python docs/generate.py

screenshots: install browser-ready ## Take the pictures of the documentation in a real browser
	@$(BIN)/python docs/screenshots.py

# ---------------------------------------------------------------- test

test: install browser-ready cluster-ready partner-ready floors types lint unit ## Run every check: floors, types, lint, tests, coverage

unit: install browser-ready cluster-ready partner-ready ## Run the tests and measure coverage
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal --cov --cov-report= $(COVERING)
	@echo "nouns, rules and verbs: every branch"
	@$(BIN)/coverage report --skip-covered --include='$(CORE_FILES)' --fail-under=100
	@# a file stays on one worker: many make nodes of their own, which two workers would make twice
	@$(BIN)/pytest -n $(WORKERS) --dist loadfile $(addprefix --ignore=,$(COVERING))

test-deep: install browser-ready cluster-ready partner-ready ## Run the tests with many more examples and larger data
	@$(BIN)/pytest -n $(WORKERS) --dist worksteal -m 'deep or not deep' --hypothesis-profile=deep

floors: $(STAMPS)/project ## Prove that imports go down only
	@$(BIN)/lint-imports --no-logo

types: $(STAMPS)/project ## Check the types
	@$(BIN)/python -m mypy # as a module, so that it finds tests/settings_for_types.py

lint: $(STAMPS)/project ## Check style, format and known security mistakes
	@$(BIN)/ruff check --quiet --output-format=concise .
	@$(BIN)/ruff format --quiet --check .
	@found=$$($(BIN)/bandit -q -ll -r src/fairway 2>&1) || { echo "$$found" | grep -v 'nosec encountered'; exit 1; }

format: $(STAMPS)/project ## Put code into the project's format
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

browser-ready: # a Chromium for the browser tests; PostgreSQL comes with the locked packages
	@if ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null; then \
		if test "$$(id -u)" = 0 && command -v apt-get >/dev/null; then \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
				chromium fonts-liberation; \
		else \
			echo "The browser tests need Chromium: install your system's package 'chromium'." >&2; exit 1; \
		fi; \
	fi

# Two environments of their own for the tests, beside .venv: what is in them clashes with what is in it.
cluster-ready: .venv-cluster/.ready # a whole Spark, and a Java to run it
	@if ! command -v java >/dev/null; then \
		if test "$$(id -u)" = 0 && command -v apt-get >/dev/null; then \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
				openjdk-17-jre-headless; \
		else \
			echo "The tests of the Spark engine need Java 17: install your system's package for it." >&2; exit 1; \
		fi; \
	fi

partner-ready: .venv-partner/.ready # the official Delta Sharing client

.venv-%/.ready: requirements/%.lock $(STAMPS)/bootstrap
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(@D)
	@VIRTUAL_ENV=$(CURDIR)/$(@D) $(BIN)/uv pip sync --quiet --require-hashes $<
	@touch $@

# ---------------------------------------------------------------- keep

LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate \
	--python-version 3.11 --custom-compile-command 'make lock'

lock: $(STAMPS)/bootstrap ## Resolve the dependencies again, UPGRADE=1 to the newest allowed
	@$(LOCK) $(if $(UPGRADE),--upgrade) requirements/bootstrap.in -o requirements/bootstrap.lock
	@$(LOCK) $(if $(UPGRADE),--upgrade) requirements/node.in -o requirements/node.lock
	@$(LOCK) $(if $(UPGRADE),--upgrade) requirements/partner.in -o requirements/partner.lock
	@$(LOCK) $(if $(UPGRADE),--upgrade) requirements/cluster.in -o requirements/cluster.lock
	@$(LOCK) $(if $(UPGRADE),--upgrade) pyproject.toml --extra dev -o requirements/dev.lock

sbom: $(STAMPS)/project ## Write the software bill of materials, as CycloneDX JSON, into dist
	@$(BIN)/python scripts/bill.py dist/fairway.cdx.json

wheel: install ## Build the wheel, web assets included
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv build --quiet --wheel --no-build-isolation

clean: ## Remove everything that make has made
	rm -rf $(VENV) .venv-cluster .venv-partner frontend/node_modules $(STATIC) dist .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache \
		.ruff_cache .import_linter_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
