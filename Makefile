# Every command that a person types. `make run` and `make test` need Python 3.11, make and a package index, and nothing else.
SHELL := /bin/bash
BIN := .venv/bin
export PYTHONPATH := src

.PHONY: help run test lint fix types web-test unit e2e bench demo docs lock clean env-run env-dev web tools voices check-docs

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: env-run web voices ## Start everything on this machine
	@exec $(BIN)/madoguchi run

test: env-dev tools voices web ## Lint, types and all tests: what CI runs
	@$(BIN)/python tools/run_tests.py all

lint: env-dev ## Format check, lint, import rules
	@$(BIN)/python tools/run_tests.py lint

types: env-dev ## Type check
	@$(BIN)/python tools/run_tests.py types

unit: env-dev ## The fast tests only
	@$(BIN)/python tools/run_tests.py unit

e2e: env-dev tools voices web ## The end-to-end tests only
	@$(BIN)/python tools/run_tests.py e2e

fix: env-dev ## Format and mend what can be mended
	@$(BIN)/ruff format src tests bench tools
	@$(BIN)/ruff check --fix src tests bench tools

bench: env-dev voices web ## Measure; writes bench/results
	@bash tools/install_test_tools.sh bench
	@$(BIN)/python -m bench

demo: env-run ## Synthetic callers and chatters against a running server
	@$(BIN)/madoguchi demo

docs: env-dev ## Write the generated pages anew
	@$(BIN)/python tools/lifecycles.py
	@$(BIN)/python tools/error_codes.py
	@$(BIN)/madoguchi settings-docs --output docs/operations/settings.md
	@$(BIN)/madoguchi openapi --output docs/protocol/openapi.json
	@$(BIN)/python tools/build_web.py generate

lock: env-dev ## Write the lock files anew
	@bash tools/lock.sh

clean: ## Remove everything that was installed or built; keeps ./var
	rm -rf .venv web/node_modules src/madoguchi/static src/madoguchi/adapters/speech/voices

env-run:
	@bash tools/bootstrap.sh run

env-dev:
	@bash tools/bootstrap.sh dev

web: env-run
	@$(BIN)/python tools/build_web.py build

voices: env-run
	@$(BIN)/python tools/fetch_voices.py

tools:
	@bash tools/install_test_tools.sh
