#!/usr/bin/env bash
# screenless.sh COMMAND…: runs COMMAND as on a desktop, without one: a session bus, an unlocked keychain, a virtual screen, and
# folders of its own for all that programs keep. Everything is stopped and removed again, however COMMAND ends.
set -euo pipefail

if [ "${SCREENLESS_INSIDE:-}" != 1 ]; then
  folder=$(mktemp -d "${TMPDIR:-/tmp}/screenless.XXXXXX")
  # Whatever was started in there carries the folder in its environment.
  ours() {
    local environ
    for environ in /proc/[0-9]*/environ; do
      if grep --null-data --quiet --line-regexp --fixed-strings "XDG_RUNTIME_DIR=$folder/run" "$environ" 2>/dev/null; then
        basename "$(dirname "$environ")"
      fi
    done
  }
  finish() {
    trap '' INT TERM HUP
    local n pid
    # COMMAND first: it ends in order what it started. What is left after that, or hangs, is ended by force.
    if [ -s "$folder/run/pid" ]; then
      kill -s TERM "$(cat "$folder/run/pid")" 2>/dev/null || true
      for ((n = 0; n < 600; n++)); do
        kill -0 "$(cat "$folder/run/pid")" 2>/dev/null || break
        sleep 0.05
      done
    fi
    for pid in $(ours); do kill -s KILL "$pid" 2>/dev/null || true; done
    rm -rf -- "$folder"
  }
  trap finish EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  mkdir -m 700 "$folder/run" "$folder/data" "$folder/config" "$folder/cache" "$folder/tmp"
  export XDG_RUNTIME_DIR="$folder/run" XDG_DATA_HOME="$folder/data" XDG_CONFIG_HOME="$folder/config" XDG_CACHE_HOME="$folder/cache" TMPDIR="$folder/tmp"
  export SCREENLESS_INSIDE=1
  unset WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS
  # A process group of its own: Ctrl-C reaches this script alone, which ends the rest in order.
  set -m
  dbus-run-session -- "$0" "$@" 3>&1 4>&2 >"$folder/bus.log" 2>&1 &
  inside=$!
  set +m
  status=0
  wait "$inside" || status=$?
  exit "$status"
fi

unset SCREENLESS_INSIDE
# What the bus itself has to say stays in its log; what COMMAND says does not.
exec >&3 2>&4 3>&- 4>&-
echo $$ >"$XDG_RUNTIME_DIR/pid"
command=""
beside=()
finish() {
  trap '' INT TERM HUP
  # Screen and keychain stay until COMMAND has ended in order.
  [ -z "$command" ] || kill "$command" 2>/dev/null || true
  [ -z "$command" ] || wait "$command" 2>/dev/null || true
  kill "${beside[@]}" 2>/dev/null || true
  wait "${beside[@]}" 2>/dev/null || true
}
trap finish EXIT
trap 'exit 143' TERM INT HUP

# `soon WHAT TEST…`: waits until TEST is true, a minute at most.
soon() {
  local what=$1 n
  shift
  for ((n = 0; n < 1200; n++)); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.05
  done
  echo "screenless: $what does not come up" >&2
  exit 1
}

printf 'screenless' | gnome-keyring-daemon --foreground --unlock --components=secrets >"$XDG_RUNTIME_DIR/keyring.log" 2>&1 &
beside+=($!)
keychain() {
  dbus-send --session --print-reply=literal --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets | grep -q true
}
soon "the keychain" keychain

Xvfb -displayfd 3 -screen 0 2580x1620x24 -nolisten tcp 3>"$XDG_RUNTIME_DIR/display" 2>"$XDG_RUNTIME_DIR/screen.log" &
beside+=($!)
soon "the screen" test -s "$XDG_RUNTIME_DIR/display"
DISPLAY=":$(cat "$XDG_RUNTIME_DIR/display")"
export DISPLAY

"$@" &
command=$!
status=0
wait "$command" || status=$?
command=""
exit "$status"
