# Each target does its own set-up; nothing is fetched twice.
# Examples:  make run    make run ARGS="--source squat.mp4"    make test

SHELL := /bin/bash
VENV := .venv/bin
SETUP := ./deploy/setup.sh
CHECKS := $(MAKE) --no-print-directory --keep-going checks
# What `make evaluate` reads: a folder with a labels.toml.
CLIPS ?= config/demo

.DEFAULT_GOAL := help
.PHONY: help run test lint evaluate bench members soak calibrate endure chaos hub-load deploy-test machine-test catalogues goldens lock wheel clean

help: ## this list
	@echo "Hinge Station. Needs python3 (3.11 to 3.13) and make; the rest is set up by the first target."
	@sed -n 's/^\([a-z-]*\):.*## /  make \1 \t/p' $(MAKEFILE_LIST) | expand -t 20

run: ## set up, then run the whole station here (ARGS="--source PATH --exit-after N")
	@$(SETUP) run
	@$(VENV)/station run $(ARGS)

test: ## set up, then every fast check (ARGS="-k words" goes to pytest)
	@$(SETUP) test
	@failed=0; $(CHECKS) || failed=1; \
	echo "== pytest"; \
	if [ -n "$(ARGS)" ]; then $(VENV)/pytest $(ARGS); else $(VENV)/python -m tests.fast; fi || failed=1; \
	exit $$failed

lint: ## style, types and import directions only
	@$(SETUP) test
	@$(CHECKS)

# Each says what it found even when one before it failed.
.PHONY: checks ruff ruff-format mypy imports
checks: ruff ruff-format mypy imports
ruff:
	@echo "== ruff check"
	@$(VENV)/ruff check .
ruff-format:
	@echo "== ruff format"
	@$(VENV)/ruff format --check .
mypy:
	@echo "== mypy"
	@$(VENV)/mypy --strict station
imports:
	@echo "== import directions"
	@$(VENV)/lint-imports

evaluate: ## the accuracy card of a folder of labelled clips (CLIPS=config/demo)
	@$(SETUP) run
	@$(VENV)/station evaluate $(CLIPS) $(ARGS)

bench: ## the performance card of this machine
	@$(SETUP) run
	@$(VENV)/station bench $(ARGS)

members: ## half an hour of members, fast-forwarded: nothing grows (MINUTES=30)
	@$(SETUP) test
	@MEMBERS_MINUTES=$(or $(MINUTES),30) $(VENV)/pytest tests/kiosk/test_members.py $(ARGS)

soak: ## two hours of everything going wrong while the demo plays: back by itself (ARGS="--minutes 5")
	@$(SETUP) test
	@$(VENV)/python -m tests.soak $(ARGS)

calibrate: ## fit the back's weights to labelled folders, people left out in turn (CLIPS="…")
	@$(SETUP) test
	@$(VENV)/python tests/calibrate.py $(CLIPS)

endure: ## an hour of frames through the checker: memory must stay flat (ARGS="--minutes 10")
	@$(SETUP) test
	@$(VENV)/python -m tests.endure $(ARGS)

chaos: ## kill, cut, fill and freeze everything for three minutes: no session lost (ARGS="--seed 2")
	@$(SETUP) test
	@$(VENV)/python -m tests.chaos $(ARGS)

machine-test: ## boot the deployed station in an emulated machine and prove it from inside (root)
	@$(SETUP) test
	@$(VENV)/python -m tests.machine $(ARGS)

hub-load: ## the hub's bars over a year of sessions, ten minutes (ARGS="--sessions 50000 --only ingest")
	@$(SETUP) test
	@$(VENV)/python -m tests.hub_load $(ARGS)

deploy-test: ## the installation in clean Debian roots, then machine-test (ARGS="--only bookworm,trixie,arm64")
	@$(SETUP) test
	@$(VENV)/python -m tests.deploy $(ARGS)
	@$(MAKE) --no-print-directory machine-test ARGS=

catalogues: ## bring config/locale in step with the sentences of the code
	@$(SETUP) test
	@$(VENV)/python tests/catalogues.py

goldens: ## write the pictures of the screens anew that tests compare with (look at them first)
	@$(SETUP) test
	@GOLDENS=write $(VENV)/pytest tests/kiosk/test_goldens.py $(ARGS)

lock: ## resolve the dependencies anew into the two lock files
	@$(SETUP) test
	@./deploy/lock.sh

wheel: ## build a wheel that works outside the checkout, into dist/
	@$(SETUP) run
	@$(VENV)/hatchling build --target wheel

clean: ## remove what set-up and build made in this folder (not the pose model, not recorded sessions)
	@rm -rf .venv dist build deploy/web/node_modules station/hub/static/vendor .pytest_cache .hypothesis .mypy_cache .ruff_cache .import_linter_cache
	@find station tests -name __pycache__ -type d -prune -exec rm -rf {} +
