# The verbs. Each is a line or two: the work is done by tools/, in Python.

PYTHON ?= python3
VENV_PYTHON = build/venv/bin/python
BOARD ?= UNIX
DEVICE ?=
HEAP ?= 160k
RUNTIME ?= CPYTHON
PORT ?=
STOCK ?=
FLASH_ARGS ?=
ENGINE ?=
DOCKER_ARGS ?=
UPLOAD_ARGS ?=
USER_ARGS ?=
NAME ?= admin
COMPOSE_ARGS ?=
CONFIG_ARGS ?=
PYTEST_ARGS ?=
BENCH_ARGS ?=
CONFORMANCE_ARGS ?=
FUZZ_ARGS ?=
RUNS ?=
MINUTES ?= 60
ON_PORT = $(if $(PORT),--port $(PORT))
export MPY_DIR

# Every verb: no file has its name.
.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*/\1/p' $(firstword $(MAKEFILE_LIST)))
.DEFAULT_GOAL := help

help: ## list the verbs
	@echo "usage: make VERB [VARIABLE=value]"; echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1@\2/p' $(MAKEFILE_LIST) | awk -F@ '{printf "%-18s %s\n", $$1, $$2}'
	@echo; echo "MPY_DIR=/path to use a checkout of MicroPython v1.25.0 instead of fetching its source"

setup: ## install what building and testing need (system packages as root; build/venv)
	@$(PYTHON) -m tools setup

micropython: setup ## bring MicroPython's source into build/micropython
	@$(VENV_PYTHON) -m tools micropython

firmware: setup ## build the firmware of BOARD (default UNIX) into dist/BOARD
	@$(VENV_PYTHON) -m tools firmware --board $(BOARD)

firmware-all: setup ## build the firmware of every board whose toolchain is there
	@$(VENV_PYTHON) -m tools firmware --all

docker: ## build the firmware of BOARD in a container, by Docker, Podman or Buildah (ENGINE, DOCKER_ARGS)
	@$(PYTHON) -m tools docker firmware --board $(BOARD) $(if $(ENGINE),--engine $(ENGINE)) $(DOCKER_ARGS)

docker-flash: ## put the firmware of BOARD on it from a container, which gets the device PORT (ENGINE, DOCKER_ARGS)
	@$(PYTHON) -m tools docker flash --board $(BOARD) $(if $(PORT),--port $(PORT)) $(if $(ENGINE),--engine $(ENGINE)) $(DOCKER_ARGS)

size: setup ## measure the firmware of BOARD: sections, frozen modules, heap
	@$(VENV_PYTHON) -m tools size $(BOARD)

boardcheck: setup ## check the boards' folders: modules, partition tables, settings
	@$(VENV_PYTHON) -m tools boardcheck

run: firmware ## serve from the folder DEVICE (default build/device) with the UNIX firmware, HEAP=160k
	@$(VENV_PYTHON) -m tools device $(DEVICE) --heap $(HEAP)

flash: setup ## put the firmware of BOARD on it for the first time, over PORT: wipes it (FLASH_ARGS)
	@$(VENV_PYTHON) -m tools flash --board $(BOARD) $(ON_PORT) $(FLASH_ARGS)

update: setup ## put a newer firmware on BOARD, which keeps its config.json and webroot (FLASH_ARGS)
	@$(VENV_PYTHON) -m tools update --board $(BOARD) $(ON_PORT) $(FLASH_ARGS)

emulate: BOARD = MPS2_AN385
emulate: setup ## run the board MPS2_AN385 under QEMU, its flash memory made from the folder DEVICE if given
	@$(VENV_PYTHON) -m tools firmware --board $(BOARD)
	@$(VENV_PYTHON) -m tools emulate --board $(BOARD) $(if $(DEVICE),--device $(DEVICE))

config: setup ## edit the config.json of the BOARD at PORT in EDITOR; it is checked, and sent back whole
	@$(VENV_PYTHON) -m tools config --board $(BOARD) $(ON_PORT) $(CONFIG_ARGS)

upload: setup ## send webroot/, or the folder DEVICE, to the BOARD at PORT: what changed (UPLOAD_ARGS)
	@$(VENV_PYTHON) -m tools upload --board $(BOARD) $(ON_PORT) $(if $(DEVICE),--device $(DEVICE)) $(UPLOAD_ARGS)

repl: setup ## open the interactive prompt of the BOARD at PORT
	@$(VENV_PYTHON) -m tools repl --board $(BOARD) $(ON_PORT)

monitor: setup ## show what the BOARD at PORT says
	@$(VENV_PYTHON) -m tools monitor --board $(BOARD) $(ON_PORT)

user: setup ## make the entry of a user NAME for config.json, its password asked for (USER_ARGS)
	@$(VENV_PYTHON) -m tools user $(USER_ARGS) "$(NAME)"

compose: setup ## compose an image for BOARD of STOCK, a MicroPython as it is downloaded, and files
	@$(VENV_PYTHON) -m tools compose --board $(BOARD) $(if $(STOCK),--stock $(STOCK)) $(COMPOSE_ARGS)

demo: $(if $(filter UNIX,$(RUNTIME)),firmware,setup) ## serve the demonstration on PORT, with CPython or RUNTIME=UNIX
	@$(VENV_PYTHON) -m tools demo $(RUNTIME) $(ON_PORT)

bench: firmware ## measure the speed beside other servers', on both runtimes (BENCH_ARGS)
	@$(VENV_PYTHON) -m tools bench $(BENCH_ARGS)

bench-check: firmware-all ## compare the memory and the instructions taken with the baseline (BENCH_ARGS)
	@$(VENV_PYTHON) -m tools bench-check $(BENCH_ARGS)

soak: setup ## load the UNIX firmware and the emulated board for MINUTES at once, watch answers and memory
	@$(VENV_PYTHON) -m tools firmware --board UNIX
	@$(VENV_PYTHON) -m tools firmware --board MPS2_AN385
	@$(VENV_PYTHON) -m tools soak --minutes $(MINUTES)

webroot: setup ## renew the compressed copies in webroot/
	@$(VENV_PYTHON) -m tools webroot

lint: setup ## check the style of the Python files
	@$(VENV_PYTHON) -m ruff check .
	@$(VENV_PYTHON) -m ruff format --check .

test: lint ## run all tests on every runtime (PYTEST_ARGS for pytest)
	@$(PYTHON) -m tools setup --tests
	@$(VENV_PYTHON) -m tools firmware --all
	@$(VENV_PYTHON) -m pytest $(PYTEST_ARGS)

test-board: setup ## run what the tests have for the emulated board, the long ones too (PYTEST_ARGS for pytest)
	@$(PYTHON) -m tools setup --tests
	@$(VENV_PYTHON) -m tools firmware --board UNIX
	@$(VENV_PYTHON) -m tools firmware --board MPS2_AN385
	@$(VENV_PYTHON) -m pytest --whole-board -k "mps2 or test_board" $(PYTEST_ARGS)

conformance: firmware-all ## put the WebSockets to all Autobahn cases on every runtime (CONFORMANCE_ARGS)
	@$(VENV_PYTHON) -m tools conformance $(CONFORMANCE_ARGS)

fuzz: setup ## put what is parsed to made-up inputs for MINUTES, or RUNS each, led by the code's coverage (FUZZ_ARGS)
	@$(VENV_PYTHON) -m tools fuzz --minutes $(MINUTES) $(if $(RUNS),--runs $(RUNS)) $(FUZZ_ARGS)

tls-check: firmware ## put the server's TLS to testssl.sh, on CPython and the UNIX firmware (some minutes)
	@$(VENV_PYTHON) -m tools tls-check

clean: ## remove all that was made: build/ and dist/
	@rm -rf build dist
