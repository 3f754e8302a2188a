# fairdrift: `make demo` shows it, `make test` tests it. Nothing else is needed beside the language tool chains.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
PEERS  := .venv-peers

export PYTHONDONTWRITEBYTECODE := 1

.PHONY: setup demo test check conformance bench bench-peers campaign-statistics campaign-comparison pictures clean

setup: $(READY)  ## a virtual environment with exactly what the lock says

$(READY): requirements/dev.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

demo: setup  ## the main job on embedded parts: table here, report in out/demo/report.html
	$(BIN)/fairdrift demo --out out/demo

check: setup  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: check  ## everything, on real parts
	FAIRDRIFT_PARTS=required $(BIN)/pytest

conformance: setup  ## the rollback process against a real API server: a line for each test of its list
	FAIRDRIFT_PARTS=required $(BIN)/python -m pytest -q -p tests.conformance tests/changing_a_real_cluster tests/rolling_back \
		tests/asking_the_controller tests/proving_what_happened

bench: setup  ## speed, with an exactness check
	$(BIN)/python -m replay.bench_pipeline
	$(BIN)/python -m replay.bench_judging

bench-peers: setup $(PEERS)/.ready  ## the same beside fairlearn, in an environment of its own; every rate must be equal
	$(BIN)/python -m replay.bench_judging --peers $(PEERS)/bin/python

$(PEERS)/.ready: requirements/bench.lock
	test -x $(PEERS)/bin/python || $(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.lock
	touch $@

campaign-statistics: setup  ## level and power of the statistics, simulated in full; exit 1 if a promise is broken
	$(BIN)/python -m replay.campaign --write docs/statistics.md

campaign-comparison: setup  ## us and naive monitors: docs/comparison.md with its pictures; an hour on two cores
	$(BIN)/python -m replay.scenarios

pictures: setup  ## docs/pictures of the boards; needs npm, Chromium (CHROMIUM names it), 430 MB of modules
	$(BIN)/python -m dashboards.pictures.terminal
	FAIRDRIFT_PARTS=required $(BIN)/python -m dashboards.pictures.draw

clean:
	rm -rf $(VENV) $(PEERS) out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
