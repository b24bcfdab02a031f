# Relportal. `make` lists what can be asked for.

PYTHON ?= python3
BIN := .venv/bin
DJANGO := $(BIN)/python manage.py
# Recipes that only look at the code need no settings of a real portal.
CHECK := DJANGO_SETTINGS_MODULE=tests.settings $(DJANGO)
CONTAINED := $(BIN)/python -m tests.contained
COMPILE := $(BIN)/python -m uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --quiet \
	--custom-compile-command "make lock"

INSTALLED := .venv/.installed frontend/node_modules/.installed
FRONTEND_SOURCES := $(shell find frontend -type f -not -path '*/node_modules/*' -not -path 'frontend/dist/*')

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.SUFFIXES:
MAKEFLAGS += --no-print-directory --no-builtin-rules

.PHONY: help demo test serve dev bench lint format schema lock clean install build \
	test-python test-postgres test-frontend lint-python lint-frontend audit \
	python-is-there node-is-there chromium-is-there postgres-is-there redis-is-there nginx-is-there ports-are-free

help: ## list the commands
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

demo: ports-are-free install build ## Temporal, sample releases and the portal, until Ctrl-C (PORT, TEMPORAL_PORT, TEMPORAL_UI_PORT, DEMO_PASSWORD)
	@exec $(BIN)/python -m releases.demo

test: lint test-python test-postgres test-frontend ## everything: lint, types, Python, PostgreSQL, front end, browser

serve: install build ## the portal alone, by the settings in .env (PORT)
	@$(DJANGO) migrate --no-input --verbosity 0
	@echo "Relportal: http://127.0.0.1:$${PORT:-8000}/"
	@exec $(BIN)/python -m relportal.server -v 0 -b 127.0.0.1 -p "$${PORT:-8000}" relportal.asgi:application

dev: install ## the portal at http://127.0.0.1:3000 with hot reload, by the settings in .env
	@DEBUG=true $(DJANGO) migrate --no-input --verbosity 0
	@stop() { trap - INT TERM EXIT; kill $$django $$vite 2>/dev/null; wait; exit; }; \
	DEBUG=true $(DJANGO) runserver 127.0.0.1:8000 & django=$$!; \
	(cd frontend && exec node_modules/.bin/vite) & vite=$$!; \
	trap stop INT TERM EXIT; \
	while kill -0 $$django && kill -0 $$vite; do sleep 1; done 2>/dev/null

bench: install build ## the measured claims beside their floors (var/bench.json)
	@exec $(BIN)/python -m tests.bench

lint: lint-python lint-frontend audit ## linters, formats, import contracts, types, migrations, generated files

format: install ## put all sources into their format
	@$(BIN)/python -m ruff check --fix --quiet .
	@$(BIN)/python -m ruff format --quiet .
	@cd frontend && exec npm run --silent format

schema: install ## frontend/openapi.json and the types made of it
	@$(CHECK) spectacular --validate --fail-on-warn --format openapi-json --file frontend/openapi.json
	@cd frontend && exec npm run --silent types

lock: install ## requirements/*.txt anew from pyproject.toml
	@$(COMPILE) --output-file requirements/base.txt
	@$(COMPILE) --group dev --constraint requirements/base.txt --output-file requirements/dev.txt

clean: ## remove what was installed and built; var/ stays
	@rm -rf .venv frontend/node_modules frontend/dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The parts of the above

install: $(INSTALLED)

build: frontend/dist/index.html

lint-python: .venv/.installed
	@echo "ruff"; $(BIN)/python -m ruff check --quiet . && $(BIN)/python -m ruff format --check --quiet .
	@$(BIN)/python -c 'from importlinter.cli import lint_imports_command as run; run()' --no-logo
	@echo "mypy"; $(BIN)/python -m mypy .
	@echo "migrations"; $(CHECK) makemigrations --check --dry-run

audit: install ## known weaknesses of the packages, where the registries tell
	@echo "known weaknesses of packages"; $(BIN)/python -m tests.audit

lint-frontend: frontend/node_modules/.installed
	@cd frontend && npm run --silent lint && npm run --silent typecheck && npm run --silent types:check

test-python: chromium-is-there postgres-is-there redis-is-there nginx-is-there install build
	@exec $(CONTAINED) $(BIN)/python -m pytest

# On SQLite all of it runs. This is what a database could answer differently; POSTGRES_TESTS=tests tries everything.
POSTGRES_TESTS ?= tests/accounts tests/roles tests/record --ignore=tests/record/test_live.py
test-postgres: postgres-is-there install
	@exec $(CONTAINED) $(BIN)/python -m tests.postgres $(BIN)/python -m pytest -q $(POSTGRES_TESTS)

test-frontend: install
	@exec $(CONTAINED) npm --prefix frontend test --silent

.venv/.installed: requirements/dev.txt | .venv/bin/python
	@echo "Installing Python packages into .venv …"
	@# What is imported compiles itself then; compiling all of it here would take a third of the time again.
	@$(BIN)/python -m pip install -qq --no-compile --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

.venv/bin/python: | python-is-there
	@echo "Making .venv …"
	@$(PYTHON) -m venv .venv

frontend/node_modules/.installed: frontend/package-lock.json | node-is-there
	@echo "Installing the front end's packages …"
	@cd frontend && npm ci --loglevel=error --no-audit --no-fund
	@touch $@

frontend/dist/index.html: frontend/node_modules/.installed $(FRONTEND_SOURCES)
	@echo "Building the front end …"
	@cd frontend && npm run --silent build
	@touch $@

# What the machine has to have. Each says in one sentence what is missing.

python-is-there:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Relportal needs Python 3.11 or newer, and $(PYTHON) is not; name another: make PYTHON=python3.11 …" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) lacks venv and ensurepip; install them (Debian: apt-get install python3-venv)." >&2; exit 1; }

node-is-there:
	@node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' \
		2>/dev/null || { echo "Relportal needs Node 20.19 or newer, and there is none on the PATH." >&2; exit 1; }
	@npm --version >/dev/null 2>&1 || { echo "Relportal needs npm beside Node, and there is none on the PATH." >&2; exit 1; }

chromium-is-there:
	@test -x /usr/bin/chromium || { \
		test "$$(id -u)" = 0 && command -v apt-get >/dev/null && echo "Installing Chromium for the browser tests …" && \
		apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y chromium >/dev/null; } || { \
		echo "The browser tests need /usr/bin/chromium; install it (Debian: apt-get install chromium)." >&2; exit 1; }

# Debian's package would make a server of its own, and start it.
postgres-is-there:
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || { \
		test "$$(id -u)" = 0 && command -v apt-get >/dev/null && echo "Installing PostgreSQL for the tests …" && \
		mkdir -p /etc/postgresql-common/createcluster.d && \
		echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.d/relportal.conf && \
		apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y postgresql >/dev/null; } || { \
		echo "The tests need PostgreSQL's programs; install them (Debian: apt-get install postgresql)." >&2; exit 1; }

# Debian's package would start it, but for the runlevel.
nginx-is-there:
	@PATH="$$PATH:/usr/sbin" command -v nginx >/dev/null || { \
		test "$$(id -u)" = 0 && command -v apt-get >/dev/null && echo "Installing nginx for the tests …" && \
		apt-get update -qq >/dev/null && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -qq -y nginx-light >/dev/null; } || { \
		echo "The tests need nginx; install it (Debian: apt-get install nginx-light)." >&2; exit 1; }

redis-is-there:
	@command -v redis-server >/dev/null || { \
		test "$$(id -u)" = 0 && command -v apt-get >/dev/null && echo "Installing Redis for the tests …" && \
		apt-get update -qq >/dev/null && \
		RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -qq -y redis-server >/dev/null 2>&1; } || { \
		echo "The tests need Redis; install it (Debian: apt-get install redis-server)." >&2; exit 1; }

ports-are-free: | python-is-there
	@$(PYTHON) -m releases.demo.options
