#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Shows that no branch and no memory address depends on a secret:  Scripts/test_secrets.sh [PROGRAM]
#
# Secrets are marked as undefined memory, so that valgrind's memcheck reports what depends on them:
#   every kernel that memcheck can run, as machine code of -O2 (the release build's) and of -O3;
#   PROGRAM, where given: a release build of the product secret-path, which makes a key, encrypts and decrypts.
# The AVX-512 kernels, which valgrind does not know, run with MemorySanitizer, and Scripts/check_vector_kernels.sh reads
# their machine code. Each tool is also given functions that leak, which it must report.
#
# Divisions of secrets are reported in the AVX-512 kernels only; speculation, power and what other processors make of
# the code are out of reach; fma(), a library function in the scalar kernels of the embedding, is that of this machine. Where
# a tool is missing, and cannot be installed, a line beginning "skipped:" says so.
# The last line is "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/.."

program=${1:-}
passed=0 failed=0
# The exit code of a run in which a tool reported something.
reported=99

pass() { passed=$((passed + 1)); }
fail() {
  failed=$((failed + 1))
  printf 'FAILED: %s\n' "$1"
}

# The compiler that builds the package, where there is one beside swift.
clang=$(dirname "$(command -v swift || echo /)")/clang
[ -x "$clang" ] || clang=$(command -v clang) || {
  echo 'skipped: kernels on secrets: no clang found'
  exit 0
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
kernels=$(find Sources/Arithmetic/CPolynomial -name '*.c' | LC_ALL=C sort)

# build OUTPUT FLAG…: the test program. valgrind 3.19 reads debugging information up to version 4.
build() {
  local output=$1
  shift
  # shellcheck disable=SC2086  # file names without blanks
  "$clang" -std=c11 -gdwarf-4 -Wall -Wextra -Werror "$@" $kernels Tests/SecretKernels/*.c -lm -o "$output"
}

# run WHAT COMMAND…: the test program under a tool; adds up what it counts.
run() {
  local what=$1 code=0 counts
  shift
  "$@" >"$work/output" 2>"$work/messages" || code=$?
  counts=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$work/output" | tail -n 1)
  sed '/^[0-9]* passed, [0-9]* failed$/d' "$work/output"
  if [ -n "$counts" ]; then
    passed=$((passed + ${counts% *})) failed=$((failed + ${counts#* }))
  fi
  if [ "$code" -ne 0 ] || [ -z "$counts" ]; then
    [ -n "$counts" ] && [ "${counts#* }" -ne 0 ] || fail "$what (exit code $code)"
    head -n 60 "$work/messages"
  fi
}

# leaks TOOL COMMAND…: the tool must report each leak of the test program.
leaks() {
  local tool=$1 leak code
  shift
  for leak in branch address exit; do
    code=0
    "$@" --leak "$leak" >/dev/null 2>&1 || code=$?
    if [ "$code" -eq "$reported" ]; then pass; else fail "$tool did not report the leak by $leak (exit code $code)"; fi
  done
}

# --- memcheck -----------------------------------------------------------------------------------------------------------

has_valgrind() {
  command -v valgrind >/dev/null && printf '#include <valgrind/memcheck.h>\n' | "$clang" -E -x c - >/dev/null 2>&1
}

install_valgrind() {
  [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null || return 1
  echo 'valgrind is missing: installing it with apt-get.'
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends valgrind libc6-dbg; } >"$work/apt" 2>&1
}

if has_valgrind || { install_valgrind && has_valgrind; }; then
  memcheck=(valgrind --quiet --error-limit=no --error-exitcode=$reported)
  for level in -O2 -O3; do
    build "$work/watched" "$level"
    run "kernels, $level, under memcheck" "${memcheck[@]}" "$work/watched"
  done
  leaks memcheck "${memcheck[@]}" "$work/watched"
  if [ -n "$program" ]; then
    # A copy without debugging information, which may be of a version that valgrind does not read.
    strip=$(command -v "$(dirname "$clang")/llvm-objcopy" || command -v llvm-objcopy || command -v objcopy)
    "$strip" --strip-debug "$program" "$work/secret-path"
    program=$work/secret-path
    run 'keys, encryption, decryption under memcheck' "${memcheck[@]}" "$program"
    code=0
    "${memcheck[@]}" "$program" --leak >/dev/null 2>&1 || code=$?
    if [ "$code" -eq "$reported" ]; then pass; else fail "memcheck did not report the leak of secret-path (exit code $code)"; fi
  fi
else
  echo 'skipped: memcheck: valgrind or its header valgrind/memcheck.h is missing, and could not be installed'
fi

# --- AVX-512 ------------------------------------------------------------------------------------------------------------

if ! grep -q avx512dq /proc/cpuinfo 2>/dev/null; then
  echo 'skipped: MemorySanitizer: this processor has no AVX-512'
elif ! { echo 'int main(void) { return 0; }' | "$clang" -fsanitize=memory -x c - -o "$work/empty" && "$work/empty"; } \
  >/dev/null 2>&1; then
  echo 'skipped: MemorySanitizer: this compiler or this system lacks it'
else
  export MSAN_OPTIONS=exit_code=$reported
  build "$work/sanitized" -O2 -fsanitize=memory -fno-sanitize-memory-param-retval -include Tests/SecretKernels/msan_intrinsics.h
  run 'AVX-512 kernels with MemorySanitizer' "$work/sanitized"
  leaks MemorySanitizer "$work/sanitized"
fi

run 'machine code of the AVX-512 kernels' Scripts/check_vector_kernels.sh

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
