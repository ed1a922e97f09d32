# EpiGRAF Studio: `make studio` opens it, `make test` checks it.  CONTRIBUTING.md explains the rest.
#
#   PYTHON=python3.12      the Python (>= 3.11) that the environment is made with
#   JOBS=2                 how many tests run at a time
#   TORCH_INDEX=URL        where torch comes from, for instance https://download.pytorch.org/whl/cpu

PYTHON ?= python3
TORCH_INDEX ?=
JOBS ?= 2
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

# Numerical libraries otherwise start a thread per core in each of several processes.
THREADS := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1

.DEFAULT_GOAL := help
.PHONY: help studio test soak explore coverage lint format bench docs system system-tests clean

help:
	@echo "make studio   install what is needed and open the studio"
	@echo "make test     lint, types and tests, as continuous integration runs them"
	@echo "make soak     the long tests                 make coverage how much of core/ its tests run"
	@echo "make explore  property tests with new examples"
	@echo "make lint     ruff and basedpyright          make format   ruff format"
	@echo "make bench    the measurements               make docs     the documentation as pages, in out/site"
	@echo "make clean    delete the environment and everything built (runs are kept)"

studio: $(VENV)/.studio
	$(BIN)/epigraf

test: lint docs
	$(THREADS) $(BIN)/python -m pytest -n $(JOBS) --dist worksteal

# Pytest exits with 5 when no test was selected.
soak: $(VENV)/.test
	$(THREADS) $(BIN)/python -m pytest -m soak || test $$? -eq 5

# Property tests, with more examples, and new ones each time.
explore: $(VENV)/.test
	EPIGRAF_EXAMPLES=explore $(THREADS) $(BIN)/python -m pytest -n $(JOBS) --dist loadfile $$(grep -rl "^from hypothesis" tests | grep test_)

coverage: $(VENV)/.test
	$(THREADS) $(BIN)/python -m pytest tests/core -n $(JOBS) --cov=core --cov-report=term-missing:skip-covered --cov-fail-under=90

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright

format: $(VENV)/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.test
	@missed=""; for file in benchmarks/[!_]*.py; do \
	    name=$$(basename $$file .py); echo "== $$name"; $(BIN)/python -m benchmarks.$$name || missed="$$missed $$name"; \
	done; test -z "$$missed" || { echo "not as it should be:$$missed"; exit 1; }

docs: $(VENV)/.docs
	$(BIN)/mkdocs build --strict
	@echo "out/site/index.html"

# Libraries of the system: installed when root on Debian or Ubuntu, else named.
system:
	@$(PYTHON) tools/system_packages.py

system-tests:
	@$(PYTHON) tools/system_packages.py --tests

clean:
	rm -rf $(VENV) build dist out *.egg-info .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment is made once, and installed into again only when what it must hold has changed.
$(VENV)/.made: | system
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.studio: $(VENV)/.made setup.cfg constraints.txt | system
	$(if $(TORCH_INDEX),$(PIP) install --index-url $(TORCH_INDEX) -c constraints.txt torch)
	$(PIP) install -c constraints.txt -e .
	@touch $@

$(VENV)/.test: $(VENV)/.studio | system-tests
	$(PIP) install -c constraints.txt -e ".[test]"
	@touch $@

$(VENV)/.docs: $(VENV)/.studio
	$(PIP) install -c constraints.txt -e ".[docs]"
	@touch $@
