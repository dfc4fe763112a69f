#!/usr/bin/env bash
# Builds the web view's files into ui/dist, if their sources changed since.
set -euo pipefail
cd "$(dirname "$0")/.."
stamp=$(find ui/src ui/index.html ui/vite.config.* ui/package-lock.json ui/tsconfig*.json -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)
if [ ! -f ui/dist/index.html ] || [ "$(cat ui/dist/.built-from 2>/dev/null)" != "$stamp" ]; then
  npm --prefix ui run --silent build
  echo "$stamp" >ui/dist/.built-from
fi
