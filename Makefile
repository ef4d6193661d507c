# Everything happens in .venv, which is made here from the lock files and from nothing else.

VENV := .venv
PYTHON := $(VENV)/bin/python
JAVASCRIPT := tests/bot/playground/max_javascript
LOCK := $(VENV)/bin/uv pip compile pyproject.toml --quiet --no-config --universal \
	--python-version 3.11 --generate-hashes --no-annotate --custom-compile-command 'make lock'

.DEFAULT_GOAL := help
.PHONY: help install run test lint bench faults lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(VENV)/.runtime ## Install what Deskwire needs to run, once for each change of the lock file

run: $(VENV)/.runtime ## Start Deskwire; without a messenger token it opens the playground
	@exec $(PYTHON) run.py

test: $(VENV)/.dev $(VENV)/.javascript ## Run the tests; the browser tests need Chromium
	@$(PYTHON) -m pytest --numprocesses=auto --dist=loadfile --no-loadscope-reorder

lint: $(VENV)/.dev ## Check style, types and the direction of imports
	@$(PYTHON) -m ruff check
	@$(PYTHON) -m ruff format --check
	@$(PYTHON) -m mypy
	@$(VENV)/bin/lint-imports --no-cache

bench: $(VENV)/.dev ## Run the measurements
	@$(PYTHON) -m tests.bench

faults: $(VENV)/.dev ## Torment a desk: SECONDS=600, SEED=… as another run printed it
	@$(PYTHON) -m tests.faults --seconds $(or $(SECONDS),60) --seed '$(SEED)'

lock: $(VENV)/.dev ## Write the lock files anew from pyproject.toml; FLAGS=--upgrade takes new versions
	@$(LOCK) $(FLAGS) --output-file requirements.lock
	@$(LOCK) $(FLAGS) --group dev --constraint requirements.lock --output-file requirements-dev.lock

clean: ## Remove .venv and the tools' caches; databases stay
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.runtime: requirements.lock | $(VENV)/bin/pip
	@echo "Installing from $<, a minute or so the first time"
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

$(VENV)/.dev: requirements-dev.lock | $(VENV)/bin/pip
	@echo "Installing from $<, a minute or so the first time"
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

$(VENV)/.javascript: $(JAVASCRIPT)/package-lock.json $(VENV)/.dev
	@mkdir -p $(VENV)/javascript && cp $(JAVASCRIPT)/package*.json $(VENV)/javascript
	@$(VENV)/bin/npm ci --prefix $(VENV)/javascript --ignore-scripts --no-audit --no-fund --silent
	@touch $@

$(VENV)/bin/pip:
	@for python in python3.11 python3 python3.13 python3.12; do \
		if $$python -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
		then exec $$python -m venv --clear $(VENV); fi; \
	done; \
	echo "Deskwire needs Python 3.11 or newer with its venv module: install python3.11 and python3.11-venv" >&2; \
	exit 1
