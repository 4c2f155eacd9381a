# The only door for developers. `make help` says what there is.

# The first Python that is new enough.
PYTHON ?= $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11,$(shell \
	$(p) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(p))))
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check

# Stamps: what they stand for is done again only when what it depends on has changed.
RUNTIME := $(VENV)/.runtime
TOOLS := $(VENV)/.tools
BUNDLE := $(VENV)/.bundle
UI_SOURCES := $(wildcard package.json package-lock.json) $(shell find static -path static/dist -prune -o -type f -print 2>/dev/null)
TEMPLATES = $$(find templates -name '*.html')
SCRIPTS := .ci/run .ci/services .ci/with-services $(wildcard .ci/parts/*.sh)

# Each process has a home and a database of its own; the tests of one file stay together, as they share what is dear.
TESTS := $(PY) -m pytest --numprocesses=3 --dist=loadfile --no-loadscope-reorder
# What only an engine can run: `make test` does without one, and `make test-boxes` has a floor for these.
BY_ENGINE := sandboxes/backends/docker.py,sandboxes/backends/engine.py,sandboxes/backends/container.py,$\
	sandboxes/backends/exec_stream.py,sandboxes/backends/image.py,sandboxes/runtime/images.py,$\
	sandboxes/management/commands/build_sandbox_image.py
# Made once, and found again by what is in it.
BOX_IMAGE := DJANGO_SETTINGS_MODULE=tests.settings .ci/with-services engine $(PY) manage.py build_sandbox_image
CHECKS := check-types check-format check-lint check-scripts check-imports check-templates check-migrations check-deploy check-docs

.DEFAULT_GOAL := help
.PHONY: help up test test-scaled test-boxes test-journeys long check fix services services-down bundle docs bench-search bench-api bench-engine bench-parser bench-sandboxes
.PHONY: $(CHECKS)

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-16s %s\n", $$1, $$2 }'

up: $(RUNTIME) $(BUNDLE) ## run Djinn; PORT and DJINN_HOME are honoured
	@exec $(PY) manage.py up

test: $(TOOLS) ## run the tests as one machine with files, with branch coverage that may only rise
	@$(TESTS) -m "not long and not docker" --ignore=tests/journeys --ignore=tests/faults --cov --cov-report=
	@$(PY) -m coverage report --omit=$(BY_ENGINE) --fail-under=$$(cat tests/coverage_floor.txt)

test-scaled: $(TOOLS) ## run what touches database, layer or broker on PostgreSQL and Redis
	@.ci/with-services all $(TESTS) -m "not long and not docker" --ignore=tests/journeys --ignore=tests/faults --scaled

test-boxes: $(TOOLS) ## run the boxes and the attacks on them in Docker
	@$(BOX_IMAGE)
	@.ci/with-services engine $(TESTS) -m "not long and docker" --ignore=tests/journeys --ignore=tests/faults \
		--cov --cov-report=
	@$(PY) -m coverage report --include=$(BY_ENGINE) --fail-under=$$(cat tests/coverage_floor_boxes.txt)

test-journeys: $(TOOLS) $(BUNDLE) ## run whole installations, used by a browser and hurt, in both shapes
	@$(BOX_IMAGE)
	@.ci/with-services engine $(PY) -m pytest --numprocesses=2 --dist=loadgroup --no-loadscope-reorder \
		tests/journeys tests/faults

long: $(TOOLS) ## run what takes long; before an issue is closed
	@$(TESTS) -m hypothesis --hypothesis-profile=thorough
	@$(BOX_IMAGE)
	@.ci/with-services engine $(PY) -m pytest -m long
	@.ci/with-services engine $(PY) .ci/compose/run.py

bench-api: $(TOOLS) ## print how long reading takes over the API: one web process, 100 projects, 20 clients
	@$(PY) -m pytest -q -s tests/benchmarks/bench_api.py

bench-engine: $(TOOLS) ## print what a token costs us, how many replies one core follows, and how soon a killed job goes on
	@$(PY) -m pytest -q -s tests/benchmarks/bench_engine.py

bench-parser: $(TOOLS) ## print how fast a model's text is read, in small and in larger pieces
	@$(PY) -m pytest -q -s tests/benchmarks/bench_parser.py

bench-search: $(TOOLS) ## print figures of writing and searching 5,000 files, on both databases
	@$(PY) -m pytest -q -s tests/benchmarks/bench_files.py
	@.ci/with-services all $(PY) -m pytest -q -s --scaled tests/benchmarks/bench_files.py

bench-sandboxes: $(TOOLS) ## print how soon boxes are there and how fast they answer, on bubblewrap and in Docker
	@$(BOX_IMAGE)
	@.ci/with-services engine $(PY) -m pytest -q -s tests/benchmarks/bench_sandboxes.py

check: $(TOOLS) ## format, lint, types, imports, templates, migrations, settings, documents; runs no tests
	@$(MAKE) --no-print-directory --jobs=3 --keep-going --output-sync=target $(CHECKS)

# The longest comes first.
check-types:
	$(PY) -m mypy .

check-format:
	$(PY) -m ruff format --check .

check-lint:
	$(PY) -m ruff check .

check-scripts:
	$(VENV)/bin/shellcheck --shell=sh --exclude=SC2034 $(SCRIPTS)

check-imports:
	$(VENV)/bin/lint-imports

check-templates:
	$(VENV)/bin/djade --check --target-version 5.2 $(TEMPLATES)
	$(VENV)/bin/djhtml --check --tabwidth 2 templates

check-migrations:
	$(PY) manage.py makemigrations --check --dry-run

check-deploy:
	DJINN_SITE_URL=https://djinn.example $(PY) manage.py check --deploy --fail-level WARNING

check-docs:
	$(PY) manage.py build_docs --check

fix: $(TOOLS) ## let the tools repair what they can
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .
	-$(VENV)/bin/djade --target-version 5.2 $(TEMPLATES)
	-$(VENV)/bin/djhtml --tabwidth 2 templates
	$(PY) manage.py build_docs

docs: $(RUNTIME) ## write the generated documents again
	$(PY) manage.py build_docs

services: ## install and start PostgreSQL, Redis and a Docker engine; install bubblewrap, Chromium, fonts
	@.ci/services up

services-down: ## stop what `make services` started, and nothing else
	@.ci/services down

bundle: ## build the UI bundle again
	@rm -f $(BUNDLE)
	@$(MAKE) --no-print-directory $(BUNDLE)

$(PY):
	@test -n "$(PYTHON)" || { echo "Djinn needs Python 3.11 or newer, and none was found. Set PYTHON=… if it has an unusual name."; exit 1; }
	@echo "Making a virtual environment in $(VENV) …"
	@$(PYTHON) -m venv $(VENV) || { echo "Python could not make a virtual environment; on Debian: apt install python3-venv"; exit 1; }

$(RUNTIME): requirements.txt | $(PY)
	@echo "Installing what Djinn needs (a minute or two, once) …"
	@$(PIP) -r requirements.txt
	@touch $@

$(TOOLS): requirements.txt requirements-dev.txt | $(PY)
	@echo "Installing what developers need …"
	@$(PIP) -r requirements-dev.txt
	@touch $(RUNTIME) $@

# Everything works without the bundle, so its absence is a sentence and not a failure.
$(BUNDLE): $(UI_SOURCES) | $(PY)
	@if ! command -v npm >/dev/null 2>&1; then \
		echo "npm is not installed: the UI is served from its sources."; \
	elif ! test -f package.json; then \
		:; \
	elif echo "Building the UI bundle …" && npm ci --ignore-scripts --silent && npm run --silent build; then \
		:; \
	else \
		echo "The UI bundle could not be built: the UI is served from its sources. 'make bundle' tries again."; \
	fi
	@touch $@
