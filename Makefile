# `make demo` and `make test` do all their own set-up; a second run reuses it. Needs Python >= 3.11, make, a network.

PYTHON ?= $(shell for candidate in python3 python3.14 python3.13 python3.12 python3.11; do \
	if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$candidate; break; fi; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
JOBS ?= 2

.PHONY: demo test lint types tests names wheels bench bench-smoke bench-full bench-peers docs spark-test clean

demo: $(VENV)/.core
	@$(BIN)/enduse demo

test: $(VENV)/.dev lint types tests

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache > $(VENV)/lint-imports.txt || { cat $(VENV)/lint-imports.txt; exit 1; }

types: $(VENV)/.dev
	$(BIN)/mypy

tests: $(VENV)/.dev
	$(BIN)/pytest -n $(JOBS)

# Every listed name of the real lists in every spelling; `tests` takes a seeded sample of them.
names: $(VENV)/.dev
	ENDUSE_ALL_NAMES=1 $(BIN)/pytest -n $(JOBS) tests/screen/test_nothing_is_lost.py

# The core installs from wheels alone: no compiler, no source distribution.
wheels: $(VENV)/.core
	rm -rf $(VENV)/wheels-only
	$(BIN)/python -m venv $(VENV)/wheels-only
	$(VENV)/wheels-only/bin/python -m pip --disable-pip-version-check --quiet install --only-binary=:all: \
		-c constraints.txt $$($(BIN)/python -c "import tomllib; print(' '.join(tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies']))")
	PYTHONPATH=src $(VENV)/wheels-only/bin/python -m enduse check --item EAR99 --from US --to DE --end-user "Example GmbH" \
		--data-dir $(VENV)/no-lists --starter > /dev/null
	rm -rf $(VENV)/wheels-only

# Everything at up to 250,000 names, beside the peers: results and benchmarks/README.md (about 15 minutes on two cores).
bench: $(VENV)/.bench bench-peers
	PYTHONPATH=. $(BIN)/python -m benchmarks.exchange --notices 500 --listings 2500 --out benchmarks/results/exchange_short.json
	PYTHONPATH=. $(BIN)/python -m benchmarks usual

# Accuracy and completeness alone, on small samples with a fixed seed (3 minutes); fails below a floor.
bench-smoke: $(VENV)/.bench bench-peers
	PYTHONPATH=. $(BIN)/python -m benchmarks smoke

# 2.5 million names, and Spark where `make spark-test` has made its environment.
bench-full: $(VENV)/.bench
	PYTHONPATH=. $(BIN)/python -m benchmarks full
	PYTHONPATH=. $(BIN)/python -m benchmarks.exchange --out benchmarks/results/exchange.json

# The peers, each in an environment of its own; one that cannot be installed is named and left out.
bench-peers: $(VENV)/bin/python
	PYTHON=$(BIN)/python benchmarks/peers/setup $(VENV)/peers

# The Spark engine beside the process pool, in an environment of its own; needs a Java runtime. Never part of `test`.
spark-test:
	PYTHON=$(PYTHON) .ci/spark

docs: $(VENV)/.dev
	$(BIN)/python tools/write_cli_reference.py

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "enduse needs Python 3.11 or later; none was found (set PYTHON=...)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# Bytecode is made here, as for a wheel: some environments never write it while a program runs.
$(VENV)/.core: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) install -c constraints.txt -e '.[api]'
	@$(BIN)/python -m compileall -q src
	@touch $@

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml constraints.txt
	$(PIP) install -c constraints.txt -e '.[dev]'
	@$(BIN)/python -m compileall -q src
	@touch $(VENV)/.core $@

$(VENV)/.bench: $(VENV)/.dev
	$(PIP) install -c constraints.txt -e '.[dev,bench]'
	@touch $@
