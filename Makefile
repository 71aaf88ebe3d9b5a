# make study   the environment, the default study, its tables and figures
# make test    the environment with the development tools, the test suite
# make help    the rest

PYTHON ?= python3
STUDY ?= config/config.yaml
CORES ?= all
VENV := .venv
BIN := $(VENV)/bin
SNAKEMAKE := $(BIN)/snakemake --cores $(CORES) --config study="$(STUDY)" $(if $(DATA),data="$(DATA)")
# Names of files, columns and classes come by the environment: a shell reads nothing into them.
TABLE = "$$DATA" --target "$$TARGET" $(if $(POSITIVE),--positive "$$POSITIVE") $(if $(LEARNER),--learner $(LEARNER))

.PHONY: study test test-all test-cluster bench plan figures recommend fit archive publish retry lint lock clean help

study: $(VENV)/.installed  ## run a study: make study [STUDY=config/studies/x.yaml] [DATA=folder] [CORES=n]
	$(SNAKEMAKE)

test: $(VENV)/.installed-dev  ## run the tests (not the slow ones)
	$(BIN)/python -m pytest -n auto -m "not slow and not cluster"

test-all: $(VENV)/.installed-dev  ## run every test but those on Slurm
	$(BIN)/python -m pytest -n auto -m "not cluster"

test-cluster: $(VENV)/.installed-dev  ## run the tests on a real Slurm of two nodes (as root, on Debian)
	bash .ci/cluster

bench: $(VENV)/.installed-dev  ## measure speed, growth and memory, most of an hour: make bench [BENCH="peers order"]
	$(BIN)/python tests/benchmarks/run.py $(BENCH)

plan: $(VENV)/.installed  ## print a study's cells, what is known to be infeasible, and CPU hours
	$(SNAKEMAKE) --quiet all -- plan

figures: $(VENV)/.installed  ## draw a study's figures again, from its tables and kept scores (ARCHIVED=only: of what is archived, without data)
	$(SNAKEMAKE) $(if $(ARCHIVED),archived=$(ARCHIVED)) --forcerun draw_figures draw_statistics draw_curves -- figures

recommend: $(VENV)/.installed  ## what to try on your table: make recommend DATA=my.csv TARGET=y [POSITIVE=yes METRIC=f1 LEARNER=xgboost KNOWLEDGE=results/x ARGS="--drop id --separator ';'"]
	$(BIN)/python scripts/recommend.py $(TABLE) $(if $(METRIC),--metric $(METRIC)) $(if $(KNOWLEDGE),--knowledge "$$KNOWLEDGE") $(ARGS)

fit: $(VENV)/.installed  ## train and export a model: make fit DATA=my.csv TARGET=y STRATEGY=smote LEARNER=xgboost DECISION=tuned_f1 [POSITIVE=yes ARGS="--drop id --cost 10 1"]
	$(BIN)/python scripts/fit.py $(TABLE) $(if $(STRATEGY),--strategy $(STRATEGY)) $(if $(DECISION),--decision $(DECISION)) $(ARGS)

archive: $(VENV)/.installed  ## keep what a study has finished, for later sittings: make archive STUDY=... DATA=...
	$(BIN)/python scripts/archive.py "$(STUDY)" $(if $(DATA),"$(DATA)")

publish: $(VENV)/.installed  ## tables, figures and report of what is archived, no data needed: make publish STUDY=...
	$(SNAKEMAKE) archived=only
	$(BIN)/python scripts/publish.py "$(STUDY)"

retry: $(VENV)/.installed  ## forget failed and timed-out blocks of a study and run them again
	$(BIN)/python scripts/forget_failed.py "$(STUDY)"
	$(SNAKEMAKE)

lint: $(VENV)/.installed-dev  ## ruff, snakefmt, snakemake --lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/snakefmt --check Snakefile workflow/rules
	PATH="$(CURDIR)/$(BIN):$$PATH" bash .ci/lint-workflow

lock: $(VENV)/.installed-dev  ## resolve the dependencies of pyproject.toml into the two lock files
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header pyproject.toml --extra dev -o requirements-dev.lock

clean:  ## remove the environment
	rm -rf $(VENV)

help:
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 12

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| (echo "Skewbench needs Python 3.11 or newer; name one: make PYTHON=python3.12 study" && exit 1)
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.lock | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ $(VENV)/.installed
