#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Tests the C kernels of this machine's instruction sets against the scalar ones, with every contract checked (HE_VERIFY)
# and under the address and undefined-behaviour sanitizers. Scripts/test_neon.sh does the same for Arm under emulation.
# An argument is the seed. CC chooses the compiler, a clang. The last line says how many comparisons passed and failed.
set -euo pipefail
cd "$(dirname "$0")/.."

compiler=${CC:-clang}
target=Sources/Arithmetic/CPolynomial
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

# One object a source, side by side.
objects=()
for source in $(find "$target" Tests/Kernels -name '*.c' | LC_ALL=C sort); do
  object="$build/$(echo "$source" | tr / _).o"
  objects+=("$object")
  "$compiler" -O2 -g -Wall -Wextra -Werror -DHE_VERIFY -fsanitize=address,undefined -fno-sanitize-recover=all \
    -I"$target/include" -c "$source" -o "$object" &
done
for job in $(jobs -p); do wait "$job"; done
linker=()
if [ "$(uname -s)" = Linux ] && [ -x "$("$compiler" -print-prog-name=ld.lld)" ]; then linker=(-fuse-ld=lld); fi
"$compiler" ${linker[@]+"${linker[@]}"} -fsanitize=address,undefined "${objects[@]}" -o "$build/kernel_tests"
"$build/kernel_tests" "$@"
