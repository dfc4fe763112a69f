#!/usr/bin/env bash
# Installs what is missing, and only that: Debian packages to build and to test with, npm packages from the lock file.
# Rust and Node come from the distribution where its own are new enough; else one line says what to install.
set -euo pipefail
cd "$(dirname "$0")/.."

build=(build-essential pkg-config cmake curl file libwebkit2gtk-4.1-dev libgtk-3-dev)
test=(webkit2gtk-driver xvfb xauth dbus dbus-x11 gnome-keyring libsecret-tools fonts-dejavu-core imagemagick postgresql)
rust_wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
node_wanted=20.0.0

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
has() { command -v "$1" >/dev/null 2>&1; }
installed() { dpkg-query --show --showformat='${Status}' "$1" 2>/dev/null | grep -q 'install ok installed'; }
# `at_least WANTED HAVE`: whether a version is new enough; none is not.
at_least() { [ -n "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }
# The version that the distribution offers; nothing if it has no such package.
offered() { apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: *\([0-9]*:\)\{0,1\}\([0-9][0-9.]*\).*/\2/p'; }
give_up() {
  echo "$1, and run this again" >&2
  exit 1
}

have_rust=$(rustc --version 2>/dev/null | cut -d' ' -f2 || true)
have_node=$(node --version 2>/dev/null | tr -d v || true)
missing=()
for package in "${build[@]}" "${test[@]}"; do
  installed "$package" || missing+=("$package")
done
needs_rust=no needs_node=no needs_browser=no
at_least "$rust_wanted" "$have_rust" && has cargo || needs_rust=yes
at_least "$node_wanted" "$have_node" && has npm || needs_node=yes
# Asked for as commands: where Chromium is no Debian package (Ubuntu), it may come from elsewhere.
{ has chromium || has chromium-browser || has google-chrome; } && has chromedriver || needs_browser=yes

if [ ${#missing[@]} -gt 0 ] || [[ $needs_rust$needs_node$needs_browser = *yes* ]]; then
  as_root apt-get update -qq
fi
if [ $needs_rust = yes ]; then
  at_least "$rust_wanted" "$(offered rustc)" || give_up "Rust $rust_wanted or newer is needed (found: ${have_rust:-none}): install it from https://rustup.rs"
  missing+=(rustc cargo rustfmt rust-clippy)
fi
if [ $needs_node = yes ]; then
  at_least "$node_wanted" "$(offered nodejs)" || give_up "Node $node_wanted or newer with npm is needed (found: ${have_node:-none}): install it from https://nodejs.org"
  missing+=(nodejs)
  # Some sources of nodejs bring npm along and clash with the distribution's own.
  has npm || [ -z "$(offered npm)" ] || missing+=(npm)
fi
if [ $needs_browser = yes ]; then
  [ -n "$(offered chromium-driver)" ] || give_up "Chromium with its driver is needed, and apt has none here: install it (on Ubuntu: snap install chromium)"
  missing+=(chromium chromium-driver)
fi
if [ ${#missing[@]} -gt 0 ]; then
  echo "installing: ${missing[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends "${missing[@]}" >/dev/null
fi
# A minimal toolchain of rustup comes without these two.
if has rustup && ! { cargo fmt --version && cargo clippy --version; } >/dev/null 2>&1; then
  rustup component add rustfmt clippy
fi

# The stamp is the lock file that node_modules was installed from.
if ! cmp --silent ui/package-lock.json ui/node_modules/.installed-from; then
  echo "installing: npm packages"
  npm --prefix ui ci --no-audit --no-fund --loglevel=error
  cp ui/package-lock.json ui/node_modules/.installed-from
fi
