# `make` answers "is all well?"; `make demo` shows the whole job; `make test` runs the tests. Everything lives in .venv.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
# a process a core, each with one thread: more would only wait for each other
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --dist loadfile
RUNS ?= 1000000
SEED ?= $(shell date +%Y%m%d)

.DEFAULT_GOAL := check
.PHONY: check lint types layers test test-long fuzz demo bench sample gates crash clean help

check: lint types layers test ## lint, types, layers, tests

$(READY): pyproject.toml constraints.txt
	@echo "Setting up .venv (some minutes the first time; torch comes first, as the CPU build)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -q --disable-pip-version-check --upgrade "pip>=23.2"
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt torch
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e ".[training,pretrained,dev]"
	@touch $(READY)

lint: $(READY) ## style and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(READY) ## mypy, strict
	@$(BIN)/mypy

layers: $(READY) ## an import never points up
	@PYTHONPATH=.typing $(BIN)/lint-imports --no-cache

test: $(READY) ## the tests, without the long ones
	@$(PYTEST)

test-long: $(READY) ## the long tests: crash, fuzz, benchmark smoke, PostgreSQL
	@$(PYTEST) -m long

fuzz: $(READY) ## each night: read, clean and screen a million mails made by chance; make fuzz [RUNS=1000000] [SEED=20261126]
	@$(BIN)/python -m tests.pipeline.fuzz --runs $(RUNS) --seed $(SEED) --processes $$(nproc)

gates: $(READY) ## take each of the five gates away in turn, and show which tests turn red
	@$(BIN)/python -m tests.gates.table

crash: $(READY) ## kill it a thousand times while it takes in, decides and sends, and count what was lost or sent twice
	@$(BIN)/python -m tests.crash.run --jobs 4 --mails 16

demo: $(READY) ## train on the sample company, work off its backlog, write a report
	@$(BIN)/salver demo

bench: $(READY) ## salver beside what one would take instead, into docs/benchmarks.md: make bench DATA=rows.jsonl [NAME=it]
	@test -n "$(DATA)" || { echo "make bench needs rows with text, intent and split: make bench DATA=rows.jsonl" >&2; exit 2; }
	@$(BIN)/python -m bench.side_by_side --data $(DATA) $(if $(NAME),--name $(NAME)) --write docs/benchmarks.md
	@$(BIN)/python -m bench.side_by_side --data $(DATA) $(if $(NAME),--name $(NAME)) --per-intent 10 --write docs/benchmarks.md

sample: $(READY) ## build the sample company's files from their sources
	@$(BIN)/python -m salver.data.sample.build

clean: ## remove what can be made again
	@rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12
