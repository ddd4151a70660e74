# Every target sets up what it needs, once: an environment in .venv. Without make, the two commands are
#   python3 -m venv .venv && .venv/bin/pip install -e '.[study]' && .venv/bin/python -m experiments.founding_claims --workdir=study
#   python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/python -m pytest -n auto --maxprocesses=4 --dist=worksteal

PYTHON ?= python3
INSTALL := .venv/bin/python -m pip install --quiet --disable-pip-version-check

# A stamp says what is installed, and is renewed when pyproject.toml changes. The extra `test` includes
# `study`, so after `make test` a `make study` installs nothing.
ENVIRONMENT := .venv/stamp-created
TEST := .venv/stamp-test
STUDY := .venv/stamp-study

.PHONY: help study quick test lint docs clean

help:
	@echo 'make study   decide the founding claims; results and report.html are in study/'
	@echo 'make quick   the same in a minute, with fewer seeds, in study-quick/'
	@echo 'make test    all tests but the slow ones'
	@echo 'make lint    style, types, and that imports point down'
	@echo 'make docs    the documentation as pages, in dist/site/'
	@echo 'make clean   remove the environment and what tools left behind; results stay'
	@echo 'PYTHON=...   the interpreter to set up with, 3.11 or newer (now $(PYTHON))'

study: $(STUDY)
	.venv/bin/python -m experiments.founding_claims --workdir=study

quick: $(STUDY)
	.venv/bin/python -m experiments.founding_claims --quick --workdir=study-quick

# Tests compile, and one compilation uses one core.
test: $(TEST)
	.venv/bin/python -m pytest -n auto --maxprocesses=4 --dist=worksteal

lint: $(TEST)
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/basedpyright
	.venv/bin/lint-imports

docs: | $(ENVIRONMENT)
	@$(INSTALL) -e '.[docs]'
	.venv/bin/mkdocs build --quiet

$(TEST): pyproject.toml | $(ENVIRONMENT)
	@echo 'Installing bnact and what its tests need (once; a minute or two)'
	@$(INSTALL) -e '.[test]'
	@touch $(TEST) $(STUDY)

$(STUDY): pyproject.toml | $(ENVIRONMENT)
	@echo 'Installing bnact and what a study needs (once; a minute or two)'
	@$(INSTALL) -e '.[study]'
	@touch $(STUDY)

RULE := make: bnact needs Python 3.11 or newer

$(ENVIRONMENT):
	@command -v '$(PYTHON)' >/dev/null || \
	  { echo "$(RULE); '$(PYTHON)' was not found; use make PYTHON=python3.11" >&2; exit 1; }
	@'$(PYTHON)' -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(RULE); got $$('$(PYTHON)' --version); use make PYTHON=python3.11" >&2; exit 1; }
	@'$(PYTHON)' -m venv .venv || \
	  { echo "make: '$(PYTHON) -m venv' must work; it failed; on Debian: apt install python3-venv" >&2; exit 1; }
	@touch $(ENVIRONMENT)

clean:
	rm -rf .venv .pytest_cache .ruff_cache .import_linter_cache .hypothesis dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
