#!/usr/bin/env bash
# run.sh [--reset] [--keep-token] [--screenless] [--out DIR]
# Builds what is missing and opens the console with the sample workspace and the sample company's two APIs beside it. Without a display,
# or with --screenless: plays the walk on a virtual one and keeps a picture of each step in DIR (./pictures). With --keep-token the
# Accounts API writes the token of each call into a file, for docs/guides/try-it.md.
set -euo pipefail
cd "$(dirname "$0")/.."

screenless=""
out=pictures
reset=""
keep=()
while [ $# -gt 0 ]; do
  case "$1" in
    --reset) reset=1 ;;
    --keep-token) keep=(1) ;;
    --screenless) screenless=1 ;;
    --out) out=${2:?--out wants a folder} && shift ;;
    *) echo "run.sh: \`$1\` is unknown; it takes --reset, --keep-token, --screenless, --out DIR" >&2 && exit 2 ;;
  esac
  shift
done

# The folder that `--sample` uses by itself.
data="${XDG_DATA_HOME:-$HOME/.local/share}/app.countersign.console/sample"
if [ -n "$reset" ]; then
  # The console holds a lock on its folder while it runs.
  if [ -e "$data/lock" ] && ! flock --nonblock "$data/lock" true; then
    echo "the console uses the sample workspace right now: close it, then run this again" >&2
    exit 1
  fi
  rm -rf -- "$data"
  echo "the sample workspace is forgotten; the next \`make run\` makes it anew"
  exit 0
fi
if [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then screenless=1; fi

target=${CARGO_TARGET_DIR:-$HOME/.cache/countersign/target}
export CARGO_TARGET_DIR="$target"
scripts/ui.sh
# The whole workspace, as `make test` builds it: with fewer packages Cargo would choose other features and build all anew.
cargo build --quiet --workspace --bins

if [ -n "$screenless" ]; then
  exec scripts/screenless.sh "$target/debug/walk" --out "$out"
fi

# The issuer's port is kept from the first run; before it, one that is free now.
free_port() {
  local port
  while port=$((20000 + RANDOM)) && (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}
mkdir -p -m 700 "$data"
port=$(cat "$data/port" 2>/dev/null || free_port)
make_secret() {
  [ -s "$1" ] || (umask 077 && head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n' >"$1")
}
make_secret "$data/accounts-secret"
make_secret "$data/ledger-secret"
token="$data/last-token"
rm -f -- "$token" "$data/ledger-url"
[ ${#keep[@]} -eq 0 ] || keep=(--keep-token "$token")

said=$(mktemp -d)
children=()
finish() {
  trap '' INT TERM HUP
  kill "${children[@]}" 2>/dev/null || true
  wait "${children[@]}" 2>/dev/null || true
  rm -rf -- "$said"
  rm -f -- "$token" "$data/ledger-url"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
# start_api PROGRAM SECRET ARGUMENT…: starts it, waits until it says where it answers, and leaves that in `url`.
start_api() {
  local program=$1 secret=$2 n
  shift 2
  "$target/debug/$program" --issuer "http://localhost:$port" --client-secret-file "$data/$secret" "$@" >"$said/$program" &
  children+=($!)
  for ((n = 0; n < 200; n++)); do
    grep -q '^listening on ' "$said/$program" && break
    kill -0 "${children[-1]}" 2>/dev/null || exit 1
    sleep 0.05
  done
  url=$(sed -n 's/^listening on //p' "$said/$program")
}
start_api ledger-api ledger-secret
ledger=$url
echo "$ledger" >"$data/ledger-url"
start_api accounts-api accounts-secret --ledger-url "$ledger" "${keep[@]}"
accounts=$url
echo "the sample company's Accounts API answers at $accounts, its Ledger at $ledger; all people of the sample sign in with the password that the page tells"
[ ${#keep[@]} -eq 0 ] || echo "the token of each call is kept in $token while this runs: docs/guides/try-it.md"

status=0
"$target/debug/countersign-console" --sample --port "$port" \
  --accounts-api "$accounts" --accounts-secret-file "$data/accounts-secret" \
  --ledger-api "$ledger" --ledger-secret-file "$data/ledger-secret" &
children+=($!)
wait "${children[-1]}" || status=$?
exit "$status"
