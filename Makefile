# What may be done here: `make help`. Everything is installed into .venv and runs from this folder.

# Not PYTHON: that one in the environment says to bin/setup which Python .venv is made of.
VENV_PYTHON := .venv/bin/python
# Nothing that stands in the shell of whoever calls may change what is tested.
# PYTHONHASHSEED: the processes that share the tests must agree on the order of sets that tests are made of.
CLEAN := env -u DATABASE_URL -u REDIS_URL -u STORAGE_URL -u DATA_DIR -u HOST -u PORT -u PUBLIC_URL -u SECRET_KEY -u DEMO \
	-u MAIL_URL -u VOSK_MODEL -u VOSK_HINTS -u VAPID_PRIVATE_KEY PYTHONHASHSEED=0

PYTEST := $(CLEAN) $(VENV_PYTHON) -m pytest -q --dist loadfile --no-loadscope-reorder -p tests.support.longest_first \
	-p tests.support.untested --durations 15
# What starts whole desks and browsers goes first, in processes of its own: one more, since it waits half of its time.
IN_BROWSERS := tests/browser tests/test_recovery.py tests/test_wiped_redis.py tests/soak/test_running_month.py

.DEFAULT_GOAL := help
.PHONY: help run setup test soak check format bench screenshots vendor

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: ## install, migrate, start the whole desk on http://127.0.0.1:8000 (DEMO=0 PORT=8000 DATA_DIR=var)
	@bin/setup
	@exec $(VENV_PYTHON) -m bin.serve --stop-with-parent

setup: ## install what development needs into .venv
	@bin/setup dev

test: ## run all tests, or ARGS="tests/rules -x"; installs the browsers and PostgreSQL that they need
	@bin/setup dev
	@bin/test-setup
	@$(PYTEST) -n $(if $(ARGS),3,4) $(or $(ARGS),$(IN_BROWSERS))
	@$(if $(ARGS),,$(PYTEST) -n 3 $(IN_BROWSERS:%=--ignore=%) tests)

soak: ## play a month of 500 customers with everything failing at random (SOAK_SEED=7 SOAK_DAYS=31)
	@bin/setup dev
	@bin/test-setup
	@$(CLEAN) SOAK=1 SOAK_SEED=$(or $(SOAK_SEED),7) SOAK_DAYS=$(or $(SOAK_DAYS),31) $(VENV_PYTHON) -m pytest -q -s -x tests/soak

check: ## lint, format, types, templates, layers, translations
	@bin/setup dev
	@bin/check

format: ## put Python sources into the one format
	@bin/setup dev
	@.venv/bin/ruff check --quiet --fix-only .
	@.venv/bin/ruff format --quiet .

bench: ## requests per second and milliseconds of the main pages, beside a constant page on the same server
	@bin/setup dev
	@$(CLEAN) $(VENV_PYTHON) -m bench

screenshots: ## make docs/screenshots anew: every page, on a phone and on a desktop
	@bin/setup dev
	@bin/test-setup
	@$(CLEAN) $(VENV_PYTHON) -m bin.screenshots

vendor: ## fetch the pinned browser libraries into static/vendor (needs npm)
	@bin/vendor
