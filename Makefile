# Everything a newcomer types. `make help` lists it.
# Two environments: .venv holds the plain server, .venv-dev adds what tests and checks need.
# uv, which fills both from the lock files, lives in .uv and is not part of either.

PYTHON ?= python3
UV_VERSION := 0.13.8
UV := .uv/bin/uv
BIN := .venv/bin
DEV := .venv-dev/bin
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo serve test check format bench chaos lock clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .stamps/server ## track over 100 URLs for 30 simulated days and show the numbers (ARGS="--once" to exit after)
	@$(BIN)/bellwether demo $(ARGS)

serve: .stamps/server ## start the server on an embedded store (ARGS="--port 8080 --data DIR")
	@$(BIN)/bellwether serve $(ARGS)

test: check ## everything: checks, then the whole suite on SQLite and a private PostgreSQL
	@$(DEV)/pytest -n 3 -m "not alone" $(ARGS)
	@$(DEV)/pytest -m alone $(ARGS)

check: .stamps/dev .stamps/server ## format, lint, types, import contract
	@$(DEV)/ruff format --check .
	@$(DEV)/ruff check .
	@$(DEV)/mypy
	@$(DEV)/lint-imports --no-cache

format: .stamps/dev ## rewrite the code in the house format
	@$(DEV)/ruff format .
	@$(DEV)/ruff check --fix .

bench: .stamps/dev ## benchmarks against peers, ratios in one run
	@$(DEV)/python -m bench

chaos: .stamps/dev ## faults in full: kills, torn writes, bad disks, pauses, clock changes (ARGS="kill --count 20")
	@$(DEV)/python -m tests.chaos $(ARGS)

lock: .stamps/uv ## pin all dependencies again, for every supported Python and machine
	@scripts/lock $(UV)

clean: ## remove the environments and caches
	rm -rf .venv .venv-dev .uv .stamps .mypy_cache .ruff_cache .pytest_cache

.stamps/uv:
	@scripts/bootstrap $(PYTHON) $(UV_VERSION)
	@mkdir -p .stamps && touch $@

.stamps/server: .stamps/uv requirements/server.lock pyproject.toml
	@scripts/install $(UV) $(PYTHON) .venv requirements/server.lock
	@touch $@

.stamps/dev: .stamps/uv requirements/dev.lock pyproject.toml
	@scripts/install $(UV) $(PYTHON) .venv-dev requirements/dev.lock
	@touch $@
