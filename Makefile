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

.DEFAULT_GOAL := help
.PHONY: help up test long check fix services bundle docs

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-10s %s\n", $$1, $$2 }'

up: $(RUNTIME) $(BUNDLE) ## run Djinn; PORT and DJINN_HOME are honoured
	@exec $(PY) manage.py up

test: $(TOOLS) ## run the tests, with branch coverage that may only rise
	@$(PY) -m pytest --cov --cov-report=term:skip-covered --cov-fail-under=$$(cat tests/coverage_floor.txt)

long: $(TOOLS) ## run what takes long; before an issue is closed
	@$(PY) -m pytest -m long

check: $(TOOLS) ## format, lint, types, imports, templates, migrations, settings, documents; runs no tests
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy .
	$(VENV)/bin/lint-imports
	$(VENV)/bin/djade --check --target-version 5.2 $(TEMPLATES)
	$(VENV)/bin/djhtml --check --tabwidth 2 templates
	$(PY) manage.py makemigrations --check --dry-run
	DJINN_SITE_URL=https://djinn.example $(PY) manage.py check --deploy --fail-level WARNING
	$(PY) manage.py build_docs --check

fix: $(TOOLS) ## let the tools repair what they can
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .
	-$(VENV)/bin/djade --target-version 5.2 $(TEMPLATES)
	-$(VENV)/bin/djhtml --tabwidth 2 templates
	$(PY) manage.py build_docs

docs: $(RUNTIME) ## write the generated documents again
	$(PY) manage.py build_docs

services: ## install what tests and boxes need from the system: bubblewrap, Chromium, fonts
	@.ci/services

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
