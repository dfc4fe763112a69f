#!/usr/bin/env bash
# A program of tests/foreign, against the running service that its environment names: scripts/foreign.sh PROGRAM.
# `--build PROGRAM…` only builds. All of it happens in copies beside cargo's target folder, and again only when a program's
# files or its runtime change.
set -euo pipefail
cd "$(dirname "$0")/.."
place=${CARGO_TARGET_DIR:-$HOME/.cache/countersign/target}/foreign

usage() {
  echo "usage: scripts/foreign.sh [--build] node|go|spring|python" >&2
  exit 2
}

runtime() {
  case $1 in
    node) node --version ;;
    go) go env GOVERSION ;;
    spring) javac -version ;;
    python) python3 --version ;;
    *) usage ;;
  esac
}

# In the copy. Every version stands in a lock file, or in the parent of pom.xml.
install() {
  case $1 in
    node) npm ci --no-audit --no-fund --no-update-notifier --loglevel=error ;;
    # A Go that is too old for go.mod fetches the one that is named there; some distributions turn that off.
    go) GOTOOLCHAIN=${GOTOOLCHAIN:-auto} go build -o walk . ;;
    spring)
      local maven=(mvn --quiet --batch-mode --strict-checksums -Dmaven.test.skip=true package)
      "${maven[@]}" --offline >offline.log 2>&1 || "${maven[@]}"
      ;;
    python)
      python3 -m venv venv
      venv/bin/pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes --requirement requirements.txt
      ;;
  esac
}

build() {
  local program=$1 copy=$place/$1 version stamp
  version=$(runtime "$program") || { echo "what $program runs on is missing: scripts/setup.sh --foreign installs it" >&2 && exit 1; }
  stamp=$({ echo "$version" && cd "tests/foreign/$program" && find . -type f -print0 | sort -z | xargs -0 sha256sum; } | sha256sum | cut -d' ' -f1)
  [ "$(cat "$copy/.built-from" 2>/dev/null)" != "$stamp" ] || return 0
  rm -rf "$copy"
  cp -R "tests/foreign/$program" "$copy"
  (cd "$copy" && install "$program")
  echo "$stamp" >"$copy/.built-from"
}

[ $# -gt 0 ] || usage
only_build=no
[ "$1" != --build ] || { only_build=yes && shift; }
mkdir -p "$place"
for program in "$@"; do
  # Two at once must not build into one copy.
  exec 9>"$place/.lock-$program"
  flock 9
  build "$program"
  exec 9>&-
done
[ $only_build = no ] || exit 0

[ $# = 1 ] || usage
cd "$place/$1"
case $1 in
  node) exec node walk.mjs ;;
  go) exec ./walk ;;
  # It runs for seconds: compiling it well would take longer than it saves.
  spring) exec java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -jar target/walk.jar ;;
  python) exec venv/bin/python walk.py ;;
esac
