#!/usr/bin/env bash
# Volumes and long runs. CI runs their small form among the tests.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo bench --workspace --bench load
