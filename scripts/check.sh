#!/usr/bin/env bash
# Format, lints, types, generated files, dependency rules.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo fmt --all -- --check
cargo fmt --manifest-path fuzz/Cargo.toml -- --check
cargo clippy --workspace --all-targets --quiet -- --deny warnings
cargo run --quiet --package xtask -- check
npm --prefix ui run --silent check
