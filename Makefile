# make run               the main comparison: a results folder and its report
# make test              what every change must pass: lint, types, tests
# make lint              ruff and mypy alone
# make format            let ruff rewrite the code in the house format
# make verify-statistics the long statistical tests
# make diagram           draw the states and events of docs/model.md anew
# make calibrate         fit the model to the published figures anew, after a change of the rules
# make confirm           show that changed rules live the same lives as before, so that no new fit is needed
# make validation        set the published figures beside the model anew, for the report; after a new fit
# make unseen            move each fitted parameter and see which published figure notices; after a new fit
# make robustness        ask again whether the conclusion holds, for its page; after a new fit
# make tables            write the tables of the documents anew, from the fit and the studies that the package ships
# make benchmarks        speed and memory, measured
# make clean             remove the environment and the caches; results stay
#
# Needs Python 3.11 or newer, git and make. Everything else goes into .venv in this folder.

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
INSTALLED_DEV := $(VENV)/installed-dev
SCENARIO ?= scenarios/early_splenectomy_vs_mmf_sirolimus.yaml
RUN_OPTIONS ?=

# The first interpreter that starts and is new enough; `make run PYTHON=/path/to/python` overrides.
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3 python; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$name; break; }; done)

.DELETE_ON_ERROR:
.PHONY: run test lint format verify-statistics calibrate confirm validation unseen robustness tables diagram benchmarks clean

run: $(INSTALLED)
	$(BIN)/alps-sim run $(SCENARIO) $(RUN_OPTIONS)

test: lint
	$(BIN)/python -m pytest -q -n auto

lint: $(INSTALLED_DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(INSTALLED_DEV)
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

verify-statistics: $(INSTALLED_DEV)
	$(BIN)/python -m pytest -q tests/long

tables: $(INSTALLED_DEV)
	$(BIN)/python -m tests.tables

unseen: $(INSTALLED_DEV)
	$(BIN)/python -m tests.unseen
	$(BIN)/python -m tests.tables

robustness: $(INSTALLED_DEV)
	$(BIN)/alps-sim robustness scenarios/early_splenectomy_vs_mmf_sirolimus.yaml --patients 20000 --out results/robustness
	$(BIN)/python -m tests.tables results/robustness

diagram: $(INSTALLED_DEV)
	$(BIN)/python -m tests.diagram

calibrate: $(INSTALLED_DEV)
	$(BIN)/alps-sim calibrate --out alps_sim/evidence/posterior
	for reading in damped_flares at_least_two all recurrence to_15_years; do \
	    $(BIN)/alps-sim calibrate --reading $$reading --cohorts 80000 --out alps_sim/evidence/posterior_of_readings/$$reading || exit 1; \
	done

confirm: $(INSTALLED_DEV)
	for folder in alps_sim/evidence/posterior alps_sim/evidence/posterior_of_readings/*; do \
	    $(BIN)/alps-sim calibrate --confirm --out $$folder || exit 1; \
	done

validation: $(INSTALLED)
	$(BIN)/alps-sim validate
	cp results/validation/validation.csv results/validation/validation.json alps_sim/evidence/validation/
	cp results/validation/validation.png docs/images/

benchmarks: $(INSTALLED_DEV)
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@test -n "$(PYTHON)" || { \
		echo "alps-sim needs Python 3.11 or newer; none of python3.11, python3.12, python3.13, python3 is." >&2; \
		echo "Install one (https://www.python.org/downloads/) or name it: make run PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Could not make $(VENV) with $(PYTHON). On Debian and Ubuntu, install the package python3-venv." >&2; exit 1; }

# The interpreter is order-only: it is a link to a file much older or newer than the stamps.
$(INSTALLED): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(INSTALLED_DEV): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $@ $(INSTALLED)
