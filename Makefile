PYTHON ?= $(shell ./bootstrap.sh python)
BOOK ?= content
VENV := .venv
BIN := $(VENV)/bin
# A book that is not in English is sorted by ICU, and may need the fonts of its script.
BOOK_LANGUAGE := $(shell sed -n 's/^lang: *"\{0,1\}\([a-z]*\).*/\1/p' $(BOOK)/book.yaml 2>/dev/null)
OTHER_LANGUAGES := $(if $(filter-out en,$(BOOK_LANGUAGE)),$(VENV)/languages.stamp)
# By digest, and wheels alone: no package runs code while it is installed.
LOCKED := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r
# No Python that is started here imports what lies in this folder because it is called like a library.
export PYTHONSAFEPATH := 1

.DEFAULT_GOAL := help
.PHONY: help guides languages test check conformance figures golden bench soak clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

guides: $(VENV)/guides.stamp $(OTHER_LANGUAGES) ## Build every edition of the book into output/guides
	@$(BIN)/guidepress build --book $(BOOK)

languages: $(VENV)/languages.stamp ## Add the fonts of other scripts, and what sorts words in other languages than English

test: $(VENV)/test.stamp ## Run the tests
	@$(BIN)/pytest -n auto --dist worksteal -m "not soak and not conformance" tests

check: $(VENV)/test.stamp ## Check the book, style, types, container, and workflow
	$(BIN)/guidepress check --book $(BOOK)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check pipeline tests
	$(BIN)/mypy
	$(BIN)/hadolint Containerfile
	$(BIN)/zizmor --offline --quiet .github/workflows

conformance: $(VENV)/conformance.stamp guides ## Ask the authorities and reading engines about every guide, and see them refuse broken ones
	@$(BIN)/guidepress verify --full --book $(BOOK)
	@$(BIN)/pytest -n auto --dist worksteal -m conformance tests

figures: $(VENV)/test.stamp ## Draw the figures of the book whose scripts have changed
	@$(BIN)/python draw_figures.py $(BOOK)

golden: $(VENV)/test.stamp ## Refresh the golden files of the tests; review the difference
	@GOLDEN=refresh $(BIN)/pytest -q tests/test_golden.py

bench: $(VENV)/bench.stamp ## Measure speed, memory, and size beside WeasyPrint and Typst; QUICK=1 takes minutes
	@PYTHONPATH=tests $(BIN)/python -m bench

soak: $(VENV)/conformance.stamp ## Run what takes long: kill storms, full disks, the full-size oracle, a fresh system, more readers
	@PYTHON=$(PYTHON) ./bootstrap.sh soak
	@$(BIN)/pytest -m soak tests

clean: ## Delete the virtual environment and everything built
	rm -rf $(VENV) output/guides output/.releases output/reports

$(VENV)/guides.stamp: requirements.lock requirements-pip.lock pyproject.toml bootstrap.sh
	@PYTHON=$(PYTHON) ./bootstrap.sh guides
	@test -x $(BIN)/python || { echo "Setting up with $(PYTHON)"; $(PYTHON) -m venv $(VENV); }
	@$(LOCKED) requirements-pip.lock
	@$(LOCKED) requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/languages.stamp: $(VENV)/guides.stamp requirements-languages.lock
	@$(LOCKED) requirements-languages.lock
	@touch $@

$(VENV)/test.stamp: $(VENV)/guides.stamp requirements-dev.lock
	@PYTHON=$(PYTHON) ./bootstrap.sh test
	@$(LOCKED) requirements-dev.lock
	@touch $@

$(VENV)/conformance.stamp: $(VENV)/test.stamp requirements-conformance.lock tests/conformance/package-lock.json
	@PYTHON=$(PYTHON) ./bootstrap.sh conformance
	@$(LOCKED) requirements-conformance.lock
	@mkdir -p $(VENV)/node
	@cp tests/conformance/package.json tests/conformance/package-lock.json tests/conformance/.npmrc $(VENV)/node
	@npm ci --prefix $(VENV)/node --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(VENV)/bench.stamp: $(VENV)/test.stamp requirements-bench.lock
	@$(LOCKED) requirements-bench.lock
	@touch $@
