# `make run` starts the bot, `make test` checks everything; both make what they need.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help run voice test lint types tests lock migration starter evaluate report simulate bench-model bench-spark bench-discord bench-slack bench-spotify bench-room bench-sound bench-fleet bench-db torture bench-search bench-scale bench-memory soak mutants translations screenshot vendor audit sbom clean
.DELETE_ON_ERROR:

help: ## show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.run ## start the bot; its first line has your link to the web room
	@$(BIN)/python -m bot

test: lint types tests ## ruff, mypy --strict and pytest

lint: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/.dev
	@$(BIN)/mypy

TESTS ?= tests

# Most tests wait more than they compute: three keep two cores busy.
WORKERS ?= 3

tests: $(VENV)/.dev
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(TESTS)

$(VENV)/.venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Encore needs Python 3.11 or newer: install it and name it, like make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python lacks venv and pip: sudo apt-get install -y python3-venv python3-pip" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: requirements.txt | $(VENV)/.venv
	@echo "Installing what the bot needs ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/.spark: requirements-spark.txt $(VENV)/.dev
	@echo "Installing Spark ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/.voice: requirements-voice.txt $(VENV)/.run
	@echo "Installing what voice channels need ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/.dev: requirements-dev.txt | $(VENV)/.venv
	@echo "Installing what the tests need ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@ $(VENV)/.run

$(VENV)/.bench: requirements-bench.txt $(VENV)/.dev
	@echo "Installing whom Encore is held against ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/.audit: requirements-audit.txt $(VENV)/.dev
	@echo "Installing what looks for known faults ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header

lock: $(VENV)/.dev ## pin the newest versions of everything in pyproject.toml
	$(COMPILE) --upgrade pyproject.toml -o requirements.txt
	$(COMPILE) --upgrade -c requirements.txt --group train -o requirements-train.txt
	$(COMPILE) --upgrade -c requirements.txt --group voice -o requirements-voice.txt
	$(COMPILE) --upgrade -c requirements.txt -c requirements-train.txt -c requirements-voice.txt pyproject.toml \
		--group train --group voice --group dev -o requirements-dev.txt
	$(COMPILE) --upgrade -c requirements-dev.txt --group spark -o requirements-spark.txt
	$(COMPILE) --upgrade -c requirements.txt -c requirements-train.txt --group bench -o requirements-bench.txt
	$(COMPILE) --upgrade -c requirements-dev.txt --group audit -o requirements-audit.txt

voice: $(VENV)/.voice ## install what the bot needs to play in Discord's voice channels

migration: $(VENV)/.dev ## write a migration for a change of db/schema.py: make migration MESSAGE="..."
	$(BIN)/python -m db migration "$(MESSAGE)"

DATA ?= ../shared/data/open

starter: DATA = ../shared/data/open ../shared/data/open2
starter: $(VENV)/.dev ## train models/starter on open and open2, or on the playlists in DATA
	$(BIN)/python -m model_export train $(DATA) --everything --out out/starter
	$(BIN)/python -m model_export export $(DATA) --model out/starter --out models/starter

evaluate: $(VENV)/.dev ## train on part of the playlists in DATA and measure on the rest
	$(BIN)/python -m model_export train $(DATA) --out out/measured
	$(BIN)/python -m model_export evaluate $(DATA) --model out/measured

report: $(VENV)/.dev ## show in out/report how good the measured model is; after make evaluate
	@test -e out/measured/learned.npz || { echo "There is no out/measured yet: make evaluate" >&2; exit 2; }
	$(BIN)/python -m model_export report $(DATA) --model out/measured --out out/report

simulate: $(VENV)/.dev ## measure how much votes steer and how fair a group's order is, with evaluate's model
	$(BIN)/python -m tests.measure $(DATA) --model out/measured

bench-model: $(VENV)/.dev ## time the model's graph at 90,000 songs
	OMP_NUM_THREADS=1 $(BIN)/python -m tests.measure.speed

bench-spark: $(VENV)/.spark ## hold Spark's least squares against one machine's, on the playlists in DATA
	@$(BIN)/python -m tests.measure.spark $(DATA)

bench-discord: $(VENV)/.dev ## hold the bot to its promises under load, against a fake Discord in a second process
	@$(BIN)/python -m tests.measure.discord

bench-slack: $(VENV)/.dev ## the same in Slack: acknowledgements, answers, and a burst of votes on one card
	@$(BIN)/python -m tests.measure.slack

bench-spotify: $(VENV)/.dev ## time the party while Spotify answers 429 to everything, against a party without
	@$(BIN)/python -m tests.measure.spotify

bench-room: $(VENV)/.dev ## fill one party's page with 500 guests, and hold it to its promises
	@$(BIN)/python -m tests.measure.room

bench-sound: $(VENV)/.dev ## hold own music to its promises: in the browser, in voice channels, and with 50,000 files
	@$(BIN)/python -m tests.measure.sound $(if $(PARTS),--parts "$(PARTS)")

bench-fleet: $(VENV)/.dev ## kill, replace and hand over one of four bot processes on one PostgreSQL, and look for what was lost
	@$(BIN)/python -m tests.measure.fleet

SEED ?= 1

bench-db: $(VENV)/.dev ## time 16 tasks at a party beside bare transactions, on SQLite and PostgreSQL in the same run
	@$(BIN)/python -m tests.measure.database --seed $(SEED)

SECONDS ?= 0

torture: $(VENV)/.dev ## kill bots and servers, fill disks, turn clocks, and look for what was lost; then a file of 200 MB
	@$(BIN)/python -m tests.measure.torture --seed $(SEED) --seconds $(SECONDS)
	@$(BIN)/python -m tests.measure.torture.large --seed $(SEED)

bench-search: $(VENV)/.dev ## measure how the search fares against others, and write it into docs/search.md
	@$(BIN)/python -m tests.measure.search --seed $(SEED) --million --write docs/search.md

bench-scale: $(VENV)/.bench ## measure Encore at up to a million playlists beside others, and write BENCHMARKS.md
	@$(BIN)/python -m tests.measure.scale --parts "$(PARTS)" --sizes "$(SIZES)" --lists "$(LISTS)" --seed $(SEED) $(if $(WHOLE),--whole)

bench-memory: $(VENV)/.dev ## print how much memory each part of the bot takes
	@$(BIN)/python -m tests.measure.memory

RUSH ?= 600
CALM ?= 3600
RUSHES ?= 1
BROWSERS ?= 200

soak: $(VENV)/.dev ## rush the bot with 200 browsers for ten minutes, and look what it holds after an hour of calm
	@$(BIN)/python -m tests.measure.soak --browsers $(BROWSERS) --rush $(RUSH) --calm $(CALM) --rushes $(RUSHES) --seed $(SEED)

mutants: $(VENV)/.dev ## change the rules bit by bit and count which changes their tests notice
	@$(BIN)/python -m tests.measure.mutants

translations: $(VENV)/.dev ## bring bot/wording/locale up to date with the texts in the code
	@$(BIN)/python -m bot.translate

screenshot: $(VENV)/.dev ## make the pictures in the README: docs/room.png, phone.png and tv.png
	$(BIN)/python -m tests.bot.room.screenshot docs

VENDOR := bot/room/static/vendor
THREE := three@0.187.0
ESBUILD := esbuild@0.28.2

vendor: ## make the map's three.js anew, of the versions that stand here; needs npm and the network
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
		npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$$folder" $(THREE) $(ESBUILD) && \
		cp $(VENDOR)/three.entry.mjs "$$folder" && \
		"$$folder/node_modules/.bin/esbuild" "$$folder/three.entry.mjs" --bundle --minify --format=esm \
			--legal-comments=inline --log-level=warning --outfile=$(VENDOR)/three.js && \
		cp "$$folder/node_modules/three/LICENSE" $(VENDOR)/three-LICENSE

audit: $(VENV)/.audit ## look for known faults in what is pinned, weak places in the code, and secrets in the history
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive bot cogs db model_export
	@$(BIN)/python -m tests.supply.history
	@$(BIN)/python -m tests.supply.audit requirements.txt requirements-train.txt

sbom: $(VENV)/.run ## write what the bot is made of into out/sbom.cdx.json, in CycloneDX
	@$(BIN)/python -m tests.supply.sbom out/sbom.cdx.json

clean: ## remove what was made here, except parties
	rm -rf $(VENV) out mutants .mypy_cache .ruff_cache .pytest_cache
