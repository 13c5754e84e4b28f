# demo and test do all the set-up on a fresh machine with Python 3.11 and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SEEDS ?= 200
KILLS ?= 1000
ARGS ?=
WORKERS ?= 2
STAMP := $(VENV)/.installed

.PHONY: demo test check bench simulate crash docs clean

demo: $(STAMP)
	@$(BIN)/python examples/01_main_job.py $(ARGS)

test: $(STAMP)
	@$(BIN)/pytest -n $(WORKERS) $(ARGS)

check: $(STAMP)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/pyright
	@$(BIN)/lint-imports
	@$(BIN)/cog --check README.md README.zh-CN.md docs/*.md
	@$(BIN)/python tests/requirements_report.py

bench: $(STAMP)
	@$(BIN)/python -m tests.bench $(ARGS)

simulate: $(STAMP)
	@$(BIN)/python -m tests.simulation --seeds $(SEEDS) $(ARGS)

crash: $(STAMP)
	@$(BIN)/python -m tests.crash --kills $(KILLS) $(ARGS)

docs: $(STAMP)
	@$(BIN)/cog -r README.md README.zh-CN.md docs/*.md

$(STAMP): pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
