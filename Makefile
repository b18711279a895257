# Needs Python 3.11 or later with its venv module, and make. Everything lands in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --no-header --universal --python-version 3.11
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help install install-dev run demo serve-cluster test check format messages lock clean

help: ## Show what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 14

install: $(VENV)/installed ## Put what the service needs into .venv

$(VENV)/installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes -r requirements.txt
	@touch $@

install-dev: $(VENV)/installed-dev ## Put what tests and checks need into .venv too

$(VENV)/installed-dev: $(VENV)/installed requirements-dev.txt
	$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

run: install ## Start the service
	$(BIN)/python server.py

demo: install ## Fill a data folder with a made-up community: make demo ARGS="…"
	$(BIN)/python -m deliberation demo $(ARGS)

serve-cluster: install ## Show two processes on a PostgreSQL of their own: make serve-cluster ARGS="--port 9000"
	$(BIN)/python -m bench.serve_cluster $(ARGS)

test: install-dev ## Run the tests, on as many cores as there are: make test ARGS="tests/ballots"
	$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

check: install-dev ## Everything that must hold before a change lands
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test

format: install-dev ## Lay the code out
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

messages: install ## Collect the strings to translate, and bring the catalogs up to them
	$(BIN)/pybabel --quiet extract --mapping-file pyproject.toml --add-location file \
		--omit-header --sort-output --no-wrap --output-file locales/deliberation.pot \
		deliberation templates
	$(BIN)/pybabel --quiet update --domain deliberation --input-file locales/deliberation.pot \
		--output-dir locales --no-fuzzy-matching --no-wrap --ignore-obsolete --ignore-pot-creation-date

lock: install-dev ## Compile requirements*.in, with hashes
	$(COMPILE) requirements.in --output-file requirements.txt
	$(COMPILE) requirements-dev.in --output-file requirements-dev.txt

clean: ## Remove what can be made again; never data
	rm -rf $(VENV) tests/artefacts .hypothesis .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
