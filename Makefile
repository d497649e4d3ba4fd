# Chuncheng Ledger. `make run` and `make test` are all a newcomer needs; both make the environment themselves.
PYTHON ?= python3
ARTICLES ?= articles
PORT ?= 8000
DATA ?= data
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup run test bench format clean

help: ## what there is
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: .venv/.installed ## make the environment in .venv from the lock file

run: .venv/.installed ## build from ARTICLES=articles and serve at http://127.0.0.1:PORT (8000)
	$(BIN)/chuncheng build "$(ARTICLES)" --out "$(DATA)"
	$(BIN)/chuncheng serve --data "$(DATA)" --bind 127.0.0.1:$(PORT)

test: .venv/.installed-test ## lint, type-check, run all tests, and show how each rule reads the gold
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python -m pytest
	$(BIN)/chuncheng evaluate tests/gold/development --no-errors --baseline tests/gold/baseline.tsv

bench: .venv/.installed-bench ## how fast pages are read, against jieba
	$(BIN)/python bench/extraction.py

format: .venv/.installed-test ## format the code
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean: ## remove the environment and the built data
	rm -rf .venv data

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one by PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "python3 -m venv failed: install your system's venv package (Debian: python3-venv)"; exit 1; }

.venv/.installed: requirements.lock pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.installed-test: requirements-test.lock .venv/.installed
	$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-test.lock
	@touch $@

.venv/.installed-bench: requirements-bench.lock .venv/.installed
	$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@
