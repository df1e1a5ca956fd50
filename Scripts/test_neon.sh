#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Tests the NEON kernels on a machine of another kind: cross-compiles the C target and its tests for 64-bit Arm, every
# contract checked (HE_VERIFY), and runs them under qemu. On Arm itself Scripts/test_kernels.sh is the test.
# Where the cross tools are missing it installs Debian's, if it may; else it says so in one line and succeeds.
# An argument is the seed. CC chooses the compiler, a clang. The last line says how many comparisons passed and failed.
set -euo pipefail
cd "$(dirname "$0")/.."

compiler=${CC:-clang}
target=Sources/Arithmetic/CPolynomial
sysroot=/usr/aarch64-linux-gnu
packages=(gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user)

have_tools() { command -v qemu-aarch64 && command -v aarch64-linux-gnu-gcc && [ -e "$sysroot/include/stdio.h" ]; } >/dev/null

if ! have_tools; then
  if [ "$(uname -s)" != Linux ] || [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "skipped: NEON kernels; they need ${packages[*]}, which only root can install, and only with apt-get"
    exit 0
  fi
  echo "installing ${packages[*]}"
  if ! { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q "${packages[@]}"; } >/dev/null 2>&1 ||
    ! have_tools; then
    echo "skipped: NEON kernels; ${packages[*]} could not be installed"
    exit 0
  fi
fi

build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

# One object a source, side by side; GCC's driver knows where Debian keeps the libraries to link.
objects=()
for source in $(find "$target" Tests/Kernels -name '*.c' | LC_ALL=C sort); do
  object="$build/$(echo "$source" | tr / _).o"
  objects+=("$object")
  "$compiler" --target=aarch64-linux-gnu -isystem "$sysroot/include" -O2 -g -Wall -Wextra -Werror -DHE_VERIFY \
    -I"$target/include" -c "$source" -o "$object" &
done
for job in $(jobs -p); do wait "$job"; done
aarch64-linux-gnu-gcc "${objects[@]}" -o "$build/kernel_tests"
qemu-aarch64 -L "$sysroot" "$build/kernel_tests" "$@"
