#!/usr/bin/env bash
# All of it, stage by stage; the first that fails ends it. CI calls just this.
set -euo pipefail
cd "$(dirname "$0")/.."

begun=$SECONDS
passed=0
stage() {
  local name=$1 from=$SECONDS
  shift
  echo "== $name"
  "$@"
  echo "== $name: $((SECONDS - from)) s"
  passed=$((passed + 1))
}

stage "web view: build" scripts/ui.sh
stage "check" scripts/check.sh
stage "web view: tests" npm --prefix ui test --silent
stage "other people's libraries: build" scripts/foreign.sh --build node go spring python
stage "crates and service" cargo test --workspace --quiet
stage "parsers fed with anything" scripts/fuzz.sh 2
stage "kill between any two steps" cargo test --workspace --features countersign-server/failpoints --test kill --quiet
stage "console in its window" scripts/run.sh --screenless --out "${CARGO_TARGET_DIR:-target}/pictures"
echo "== all: $((SECONDS - begun)) s"
echo "not run here: make bench (volumes and long runs), make fuzz (each law for minutes)"
# The first stage that fails ends the run, so this line stands only where all have passed.
echo "stages: $passed passed, 0 failed"
