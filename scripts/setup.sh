#!/usr/bin/env bash
# Installs what is missing, and only that: Debian packages to build and to test with, npm packages from the lock file.
# Rust and Node come from the distribution where its own are new enough; else one line says what to install.
set -euo pipefail
cd "$(dirname "$0")/.."

build=(build-essential pkg-config cmake curl file libwebkit2gtk-4.1-dev libgtk-3-dev)
test=(webkit2gtk-driver xvfb xauth dbus dbus-x11 gnome-keyring libsecret-tools fonts-dejavu-core imagemagick chromium chromium-driver postgresql)

missing=()
for package in "${build[@]}" "${test[@]}"; do
  dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done

# `at_least WANTED HAVE`: whether a version is new enough.
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }
offered() { apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: *\([0-9]*:\)\{0,1\}\([0-9.]*\).*/\2/p'; }

rust_wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
node_wanted=20.0.0
have_rust=$(rustc --version 2>/dev/null | cut -d' ' -f2 || true)
have_node=$(node --version 2>/dev/null | tr -d v || true)

if [ ${#missing[@]} -gt 0 ] || [ -z "$have_rust" ] || [ -z "$have_node" ]; then
  sudo=""
  [ "$(id -u)" = 0 ] || sudo=sudo
  $sudo apt-get update -qq
fi
if [ -z "$have_rust" ] || ! at_least "$rust_wanted" "$have_rust"; then
  if at_least "$rust_wanted" "$(offered rustc)"; then
    missing+=(rustc cargo rustfmt rust-clippy)
  else
    echo "Rust ${rust_wanted} or newer is needed (found: ${have_rust:-none}): install it from https://rustup.rs and run this again" >&2
    exit 1
  fi
fi
if [ -z "$have_node" ] || ! at_least "$node_wanted" "$have_node"; then
  if at_least "$node_wanted" "$(offered nodejs)"; then
    missing+=(nodejs npm)
  else
    echo "Node ${node_wanted} or newer is needed (found: ${have_node:-none}): install it from https://nodejs.org and run this again" >&2
    exit 1
  fi
fi
if [ ${#missing[@]} -gt 0 ]; then
  echo "installing: ${missing[*]}"
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends "${missing[@]}" >/dev/null
fi

# The stamp is the lock file that node_modules was installed from.
if ! cmp --silent ui/package-lock.json ui/node_modules/.installed-from; then
  echo "installing: npm packages"
  npm --prefix ui ci --no-audit --no-fund --loglevel=error
  cp ui/package-lock.json ui/node_modules/.installed-from
fi
