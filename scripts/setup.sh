#!/usr/bin/env bash
# Installs what is missing, and only that: Debian packages to build and to test with, npm packages from the lock file.
# `--foreign`: also what the programs of tests/foreign run on.
# Languages come from the distribution where its own are new enough; else one line says what to install.
set -euo pipefail
cd "$(dirname "$0")/.."

build=(build-essential pkg-config cmake curl file libwebkit2gtk-4.1-dev libgtk-3-dev)
test=(webkit2gtk-driver xvfb xauth dbus dbus-x11 gnome-keyring libsecret-tools fonts-dejavu-core imagemagick postgresql)
rust_wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
node_wanted=20.0.0
# From this one on, Go itself fetches the version that tests/foreign/go/go.mod names.
go_wanted=1.21
java_wanted=17
python_wanted=3.11

foreign=no
[ "${1-}" != --foreign ] || foreign=yes

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
needs_go=no needs_java=no needs_maven=no needs_python=no
if [ $foreign = yes ]; then
  have_go=$(go env GOVERSION 2>/dev/null | tr -d go || true)
  have_java=$(javac -version 2>&1 | sed -n 's/^javac //p' || true)
  have_python=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || true)
  at_least "$go_wanted" "$have_go" || needs_go=yes
  at_least "$java_wanted" "$have_java" || needs_java=yes
  has mvn || needs_maven=yes
  at_least "$python_wanted" "$have_python" && python3 -c 'import ensurepip, venv' 2>/dev/null || needs_python=yes
fi

if [ ${#missing[@]} -gt 0 ] || [[ $needs_rust$needs_node$needs_browser$needs_go$needs_java$needs_maven$needs_python = *yes* ]]; then
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
if [ $needs_go = yes ]; then
  at_least "$go_wanted" "$(offered golang-go)" || give_up "Go $go_wanted or newer is needed (found: ${have_go:-none}): install it from https://go.dev/dl"
  missing+=(golang-go)
fi
if [ $needs_java = yes ]; then
  # Debian counts its default JDK 1.17, 1.21, …
  at_least "1.$java_wanted" "$(offered default-jdk-headless)" || give_up "a JDK $java_wanted or newer is needed (found: ${have_java:-none}): install it from https://adoptium.net"
  missing+=(default-jdk-headless)
fi
if [ $needs_maven = yes ]; then
  missing+=(maven)
fi
if [ $needs_python = yes ]; then
  at_least "$python_wanted" "$(offered python3-venv)" || give_up "Python $python_wanted or newer with venv is needed (found: ${have_python:-none}): install it from https://www.python.org"
  missing+=(python3-venv)
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
