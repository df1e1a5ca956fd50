#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Sees to what the build needs besides a Swift toolchain: GMP's header and library. Quiet where they are there already.
set -euo pipefail

fail() {
  printf 'error: %s\n' "$1" >&2
  exit 1
}

# --- Swift 6.2 or later -------------------------------------------------------------------------------------------------

command -v swift >/dev/null || fail 'no swift command found: install Swift 6.2 or later from https://swift.org/install'
version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9]*\)\.\([0-9][0-9]*\).*/\1 \2/p' | head -n 1)
if [ -n "$version" ]; then
  read -r major minor <<<"$version"
  if [ "$major" -lt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -lt 2 ]; }; then
    fail "Swift $major.$minor found, 6.2 or later wanted: https://swift.org/install"
  fi
fi

# --- GMP ----------------------------------------------------------------------------------------------------------------

# The first C compiler to hand; a Swift toolchain brings clang beside swift.
compiler() {
  local candidate
  for candidate in "${CC:-}" "$(dirname "$(command -v swift)")/clang" clang cc gcc; do
    [ -n "$candidate" ] && command -v "$candidate" >/dev/null && { printf '%s' "$candidate"; return; }
  done
  return 1
}

has_gmp() {
  if command -v pkg-config >/dev/null && pkg-config --exists gmp 2>/dev/null; then return 0; fi
  if command -v brew >/dev/null && [ -f "$(brew --prefix gmp 2>/dev/null)/include/gmp.h" ]; then return 0; fi
  local cc
  cc=$(compiler) || return 1
  printf '#include <gmp.h>\n' | "$cc" -E -x c - >/dev/null 2>&1
}

# Runs a command as root: as it is for root, else by sudo (which may ask only on a terminal).
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif ! command -v sudo >/dev/null; then
    fail "not root and no sudo: run '$*' as root, then try again"
  elif [ -t 0 ]; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}

install_gmp() {
  if command -v apt-get >/dev/null; then
    echo 'GMP headers are missing: installing libgmp-dev with apt-get.'
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libgmp-dev
  elif command -v dnf >/dev/null; then
    echo 'GMP headers are missing: installing gmp-devel with dnf.'
    as_root dnf install -y -q gmp-devel
  elif command -v apk >/dev/null; then
    echo 'GMP headers are missing: installing gmp-dev with apk.'
    as_root apk add -q gmp-dev
  elif command -v pacman >/dev/null; then
    echo 'GMP headers are missing: installing gmp with pacman.'
    as_root pacman -S --noconfirm --needed gmp
  elif command -v brew >/dev/null; then
    echo 'GMP headers are missing: installing gmp with Homebrew.'
    brew install --quiet gmp
  else
    fail 'gmp.h not found, and no package manager that this script knows: install the GMP development files (libgmp-dev, gmp-devel, gmp)'
  fi
}

if ! has_gmp; then
  install_gmp || fail 'the installation of GMP failed: install its development files (libgmp-dev, gmp-devel, gmp) by hand, then try again'
  has_gmp || fail 'GMP was installed, but gmp.h is still not found: check the include path of the C compiler'
fi
