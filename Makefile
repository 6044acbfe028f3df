# Few words; each sets up what it needs. `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

VENV   := .venv
NEWEST := .venv-3.13
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
# Simulated machines need root; nothing else does.
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

# Programs that write a file of this repository or, with --check, fail if it is not up to date.
GENERATORS := $(sort $(wildcard docs/generators/*.py))
# Programs that measure, one subject each.
BENCHES    := $(sort $(wildcard tests/bench/bench_*.py))

# $(call find-python,3.11 3.12): the first that starts, on PATH or in pyenv's folder, and not one of a virtual environment.
find-python = $(shell for version in $(1); do \
	for candidate in python$$version $${PYENV_ROOT:-$$HOME/.pyenv}/versions/$$version.*/bin/python$$version; do \
	  "$$candidate" -c 'import sys; print(sys._base_executable)' 2>/dev/null && exit; \
	done; done)

# $(call make-venv,folder,interpreter,extra): a virtual environment with the distribution, and the one link that makes
# the working copy the installed collection. py.typed tells mypy that it carries types.
define make-venv
@echo "Setting up $(1) with $(2)"
@$(2) -c 'import ensurepip, venv' || { echo "On Debian: apt-get install python3-venv" >&2; exit 1; }
@$(2) -m venv $(1)
@$(1)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[$(3)]'
@$(1)/bin/python -c 'import pathlib, sysconfig; \
	link = pathlib.Path(sysconfig.get_path("purelib"), "ansible_collections/kombify/stack"); \
	link.parent.mkdir(parents=True, exist_ok=True); link.unlink(missing_ok=True); link.symlink_to(pathlib.Path.cwd()); \
	link.with_name("py.typed").touch()'
@touch $(1)/.ready
endef

# $(call ensure-package,file,package): what the tests run against comes from Debian, if it is not there yet.
ensure-package = ls $(1) >/dev/null 2>&1 || { $(SUDO) apt-get update && $(SUDO) apt-get install --yes --no-install-recommends $(2); }

.PHONY: help setup demo test test-newest test-nodes torture lint docs bench clean

help: ## List these words
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

setup: $(VENV)/.ready ## Make the virtual environment .venv with everything in it

$(VENV)/.ready: PYTHON = $(call find-python,3.11 3.12 3.13)
$(VENV)/.ready: pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed. On Debian: apt-get install python3-venv" >&2; exit 1; }
	$(call make-venv,$(VENV),$(PYTHON),dev)

demo: setup ## From one file to running machines, on simulated hardware
	@$(SUDO) $(VENV)/bin/kombify demo

test: setup ## Run all tests, the unit tests also with the newest Python and ansible-core
	@$(call ensure-package,/usr/lib/postgresql/*/bin/postgres,postgresql)
	@$(call ensure-package,/usr/bin/java,default-jre-headless)
	pytest --numprocesses auto --ignore tests/integration
	@$(MAKE) --no-print-directory test-newest
	@$(MAKE) --no-print-directory test-nodes
	python tests/sanity/run.py

test-newest: PYTHON = $(call find-python,3.13)
test-newest:
	@if test -n "$(PYTHON)"; then \
	  $(MAKE) --no-print-directory $(NEWEST)/.ready; \
	  export PATH="$(CURDIR)/$(NEWEST)/bin:$$PATH"; \
	  python -c 'import ansible, sys; print("Python", sys.version.split()[0], "with ansible-core", ansible.__version__)'; \
	  pytest --numprocesses auto tests/test_layout.py $(wildcard tests/unit); \
	else echo "NOT RUN: unit tests with the newest ansible-core need Python 3.13, and none was found."; fi

test-nodes: setup
	$(SUDO) $(VENV)/bin/kombify sim doctor --fix
	$(SUDO) $(VENV)/bin/pytest --numprocesses auto tests/integration

$(NEWEST)/.ready: PYTHON = $(call find-python,3.13)
$(NEWEST)/.ready: pyproject.toml
	$(call make-venv,$(NEWEST),$(PYTHON),solver$(comma)test)

torture: setup ## Kill the service, its jobs and its database at random: COUNT=100 SEED=1
	$(SUDO) $(VENV)/bin/python tests/torture --kills $(or $(COUNT),100) $(if $(SEED),--seed $(SEED))

lint: setup ## Run all linters and check the generated files
	ruff check
	ruff format --check
	mypy
	lint-imports --no-logo
	yamllint --strict .
	ansible-lint
	antsibull-changelog lint
	antsibull-docs lint-collection-docs --plugin-docs .
	@for generator in $(GENERATORS); do echo "python $$generator --check"; python $$generator --check; done

docs: setup ## Write the generated files
	@for generator in $(GENERATORS); do echo "python $$generator"; python $$generator; done

bench: setup ## Measure
	@for bench in $(BENCHES); do echo "python $$bench"; python $$bench; done

clean: ## Remove what the other words left behind
	rm -rf $(VENV) $(NEWEST) build dist api/*.egg-info .cache .*_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

comma := ,
