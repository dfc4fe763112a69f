#!/usr/bin/env bash
# Feeds the parsers of tokens and requests with anything, each law for so many seconds (2 unless told). With a law's name: that one alone.
#   scripts/fuzz.sh [seconds] [law]
# No nightly compiler is needed: coverage is a pass of LLVM, and there is no unsafe code of ours that a sanitizer could watch.
set -euo pipefail
cd "$(dirname "$0")/../fuzz"

seconds=${1:-2}
laws=${2:-$(ls corpus)}
target=${CARGO_TARGET_DIR:-../target}/fuzz
host=$(rustc -vV | sed -n 's/^host: //p')

# With `--target`, what runs while building is not counted.
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares"
cargo build --release --locked --quiet --target "$host" --target-dir "$target"

failed=()
for law in $laws; do
  # What is found goes beside the build, not into the seeds.
  found=$target/corpus/$law
  mkdir -p "$found" "$target/broken"
  if LAW=$law "$target/$host/release/countersign-fuzz" "$found" "corpus/$law" -max_total_time="$seconds" -max_len=16384 -timeout=5 -rss_limit_mb=1024 \
    -artifact_prefix="$target/broken/$law-" -verbosity=0 -print_final_stats=1 >"$target/$law.log" 2>&1; then
    printf '%-12s %9s inputs\n' "$law" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$target/$law.log")"
  else
    failed+=("$law")
    tail -n 40 "$target/$law.log" >&2
  fi
done
if ((${#failed[@]})); then
  echo "broken: ${failed[*]}; the inputs are in $target/broken. Fix it, and put the input into fuzz/corpus/ for ever" >&2
  exit 1
fi
