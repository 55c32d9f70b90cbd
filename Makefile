# Everything a fresh checkout needs: `make run` serves, `make test` tests.
# `make help` lists the rest. The environment is .venv, made from the locked
# requirements; tools/setup.sh does nothing where it is up to date.

PYTHON ?=
ARGS ?=
SECONDS ?= 120
SEED ?=
ONLY ?=
POINTS ?= a,b,f
ROUNDS ?= 1

venv_python := .venv/bin/python
export PYTHON MAKECMDGOALS

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev setup-bench run test test-all faults mutants bench bench-report lint lighthouse screenshots captures types format wheel man lock clean

help:
	@echo 'make run          set up, then serve the hub and the web page'
	@echo '                  make run ARGS="--host 0.0.0.0" passes flags on'
	@echo 'make test         set up, then run every test'
	@echo '                  make test ARGS="-k telnet" passes flags on to pytest'
	@echo 'make test-all     the tests that need no browser, on every supported Python here'
	@echo '                  make test-all ARGS="--find" only says which Pythons there are'
	@echo 'make faults       kill, starve and cut off a hub under load, and judge it:'
	@echo '                  make faults SECONDS=600 ONLY=F1,F4 SEED=7'
	@echo 'make mutants      plant faults in the source and see that tests notice'
	@echo 'make bench        measure speed beside other servers, in about three minutes;'
	@echo '                  make bench POINTS=c,e ROUNDS=5 SECONDS=3 measures other points'
	@echo 'make bench-report measure every point, long, and write docs/performance.md;'
	@echo '                  make bench-report ARGS="--from FILE" writes it from figures'
	@echo 'make lint         ruff; eslint, tsc and html-validate for the page'
	@echo 'make lighthouse   what Lighthouse says of the page, on a desktop and a phone'
	@echo 'make screenshots  take the pictures in docs/ anew'
	@echo 'make captures     make the screens in docs/terminal.md anew'
	@echo 'make types        mypy --strict'
	@echo 'make format       rewrite with ruff           make wheel   a wheel in dist/'
	@echo 'make man          write the manual page docs/hubbub.1 anew'
	@echo 'make setup        the environment alone       make lock    lock requirements anew'
	@echo 'make clean        remove the environments and what was built'
	@echo 'PYTHON=/path/to/python3 chooses the interpreter of a new environment.'

setup:
	@sh tools/setup.sh runtime

setup-dev:
	@sh tools/setup.sh dev

setup-bench:
	@sh tools/setup.sh bench

# exec: no shell stands between the terminal and the server, so that Ctrl-C
# and a SIGTERM to make's child reach it directly.
run: setup
	@exec $(venv_python) -m hubbub serve $(ARGS)

test: setup-dev
	@sh tools/testtools.sh
	PYTHONASYNCIODEBUG=1 $(venv_python) -m pytest $(ARGS)
	@if [ -d tests/js ]; then sh tools/jstests.sh; fi

test-all: setup-dev
	@sh tools/testtools.sh
	@sh tools/testall.sh $(ARGS)

# The clients' own numbers judge the hub; tests/faults/README.md explains them.
faults: setup-dev
	@sh tools/testtools.sh
	$(venv_python) tests/faults --seconds $(SECONDS) $(if $(SEED),--seed $(SEED)) \
		$(if $(ONLY),--only $(ONLY))

# Short on purpose; `python bench --help` tells what else there is.
bench: SECONDS = 2
bench: setup-bench
	@sh tools/testtools.sh
	$(venv_python) bench --points $(POINTS) --rounds $(ROUNDS) --seconds $(SECONDS) $(ARGS)

mutants: setup-dev
	@sh tools/testtools.sh
	$(venv_python) tests/faults/mutate.py $(if $(ONLY),--only '$(ONLY)')

bench-report: setup-bench
	$(venv_python) -m bench.report $(ARGS)

lint: setup-dev
	$(venv_python) -m ruff check .
	$(venv_python) -m ruff format --check .
	@sh tools/testtools.sh node npm
	sh tools/pagelint.sh

# Needs what `make test` needs. Not part of what must pass: scores depend on the
# machine; the tests count what the scores come from.
lighthouse: setup-dev
	@sh tools/testtools.sh
	sh tools/lighthouse.sh

screenshots: setup-dev
	@sh tools/testtools.sh
	$(venv_python) tools/picture.py
	$(venv_python) tools/screenshots.py

types: setup-dev
	$(venv_python) -m mypy

format: setup-dev
	$(venv_python) -m ruff format .
	$(venv_python) -m ruff check --fix .

# The build backend comes from the locked requirements, not from an isolated
# environment that is filled from the index without hashes.
wheel: setup-dev
	$(venv_python) -m hatchling build -t wheel

captures: setup-dev
	$(venv_python) tools/captures.py

man: setup-dev
	$(venv_python) -m tools.manpage

lock:
	sh tools/lock.sh $(ARGS)

clean:
	rm -rf .venv .venvs build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
