# The whole list of commands. Everything that they need, they install themselves (Debian, Ubuntu).

export CARGO_TARGET_DIR ?= $(HOME)/.cache/countersign/target
export CARGO_TERM_COLOR ?= never

.PHONY: help run test check gen bench fuzz reset-sample setup ui

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: ## install what is missing: packages, npm packages
	@scripts/setup.sh

run: setup ## open the console with the service embedded and the sample workspace; without a display: play the walk and save pictures
	@scripts/run.sh

test: ## all of it
	@scripts/setup.sh --foreign
	@scripts/test.sh

check: setup ui ## format, lints, types, generated files, dependency rules
	@scripts/check.sh

gen: ## write the generated files: TypeScript types, OpenAPI document
	@cargo run --quiet --package xtask -- gen

ui: setup
	@scripts/ui.sh

bench: setup ## volumes and long runs
	@scripts/bench.sh

fuzz: setup ## feed the parsers of tokens and requests with anything, five minutes each; what breaks is kept
	@scripts/fuzz.sh 300

reset-sample: ## forget the sample workspace; the next `make run` makes it anew
	@scripts/run.sh --reset
