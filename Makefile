# Few words; each sets up what it needs. `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

VENV := .venv
BIN  := $(VENV)/bin

# The first of these versions that starts, on PATH or in pyenv's folder, seen from outside of any virtual environment.
find-python = $(shell for version in $(1); do \
	for candidate in python$$version $${PYENV_ROOT:-$$HOME/.pyenv}/versions/$$version.*/bin/python$$version; do \
	  "$$candidate" -c 'import sys; print(sys._base_executable)' 2>/dev/null && exit; \
	done; done)

# A venv with the distribution, the extra $(3), and the one link that makes the working copy the installed collection.
define make-venv
@test -n "$(2)" || { echo "No Python 3.11, 3.12 or 3.13 found; on Debian: apt-get install python3 python3-venv" >&2; exit 1; }
@echo "Setting up $(1) with $(2)"
$(2) -m venv $(1)
$(1)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[$(3)]'
$(1)/bin/python -c 'import pathlib, sysconfig; \
	link = pathlib.Path(sysconfig.get_path("purelib"), "ansible_collections/kombify/stack"); \
	link.parent.mkdir(parents=True, exist_ok=True); link.unlink(missing_ok=True); link.symlink_to(pathlib.Path.cwd()); \
	link.with_name("py.typed").touch()'
@touch $@
endef

.PHONY: help setup
help: ## List the words
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 14

setup: $(VENV)/.ready ## Create the virtual environment

$(VENV)/.ready: pyproject.toml
	$(call make-venv,$(VENV),$(call find-python,3.11 3.12 3.13),dev)
