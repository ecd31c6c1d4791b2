# Two commands matter: `make demo` shows a whole school system, `make test` proves the code.
# Each sets up everything it needs on a machine that has Python 3.11-3.13 and make.

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
BIN := .venv/bin
UV := $(BIN)/uv
LIBRARY := .venv/.library
TOOLS := .venv/.tools
WEB := .venv/.web
ASSETS := .venv/.assets
STYLES := src/leadscape_web/static/built/leadscape.css
WORKERS ?= auto
PORT ?= 8000
DATA ?= service
# Without it: what the folder holds, the national demonstration in a new one.
DEMO ?=

.PHONY: demo assets serve test check fix bench soak docs lock clean
.DEFAULT_GOAL := demo

$(UV):
	@$(PYTHON) -m venv .venv 2>/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null && $(PYTHON) -m venv --clear .venv; \
	  else echo "Python cannot make a virtual environment: install the package python3-venv, then run make again." >&2; exit 1; fi; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.lock

# What a user of the library needs: enough for `make demo`.
$(LIBRARY): requirements/library.lock pyproject.toml | $(UV)
	@$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements/library.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

# What a developer needs on top: tests, linters, documentation, benchmark peers.
$(TOOLS): requirements/dev.lock $(LIBRARY)
	@$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements/dev.lock
	@touch $@

# What the service needs on top of the library.
$(WEB): requirements/web.lock $(LIBRARY)
	@$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements/web.lock
	@touch $@

# Styles and scripts of the pages, compiled from assets/ with a Node from a wheel, so that the machine needs none.
$(ASSETS): package.json package-lock.json .npmrc $(wildcard assets/*) | $(WEB)
	@$(BIN)/python assets/build.py
	@touch $@

demo: $(LIBRARY)
	@$(BIN)/leadscape demo --size national --folder demo

# Builds them also where the stamp is there and they are not.
assets: $(ASSETS)
	@test -f $(STYLES) || $(BIN)/python assets/build.py

# The service on this machine, with a database of its own: make serve PORT=8080 DATA=folder DEMO=small
serve: $(WEB) assets
	@$(BIN)/leadscape serve --port $(PORT) --data $(DATA) $(if $(DEMO),--demo $(DEMO))

test: $(TOOLS) assets
	@bash tests/support/ensure_chromium.sh
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

check: $(TOOLS) assets
	@$(BIN)/ruff format --check src tests bench soak docs
	@$(BIN)/ruff check src tests bench soak docs
	@$(BIN)/pyright
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python docs/generate.py --check

fix: $(TOOLS)
	@$(BIN)/ruff format src tests bench soak docs
	@$(BIN)/ruff check --fix src tests bench soak docs
	@$(BIN)/python docs/generate.py

# The claims only: the other files of bench/ are their parts, and linkage_train.py writes the shipped model anew.
bench: $(TOOLS)
	@for claim in map linkage identity find similar value_added; do $(BIN)/python bench/$$claim.py || exit 1; done

# An hour or two, loopback only: everything is tried against a service of its own, and docs/reference/assurance.md is written.
soak: $(TOOLS) assets
	@$(BIN)/python -m soak

docs: $(TOOLS)
	@$(BIN)/python docs/generate.py
	@$(BIN)/sphinx-build --quiet --fail-on-warning -b html docs docs/_build

# Locks carry hashes, never addresses. Run after changing a dependency.
lock: | $(UV)
	@$(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
	  --group bootstrap -o requirements/bootstrap.lock
	@$(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
	  --group build pyproject.toml -o requirements/library.lock
	@$(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
	  --extra web --group assets --group build pyproject.toml -o requirements/web.lock
	@$(UV) pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
	  --extra web --group dev pyproject.toml -o requirements/dev.lock

clean:
	@rm -rf .venv demo docs/_build node_modules src/leadscape_web/static/built
