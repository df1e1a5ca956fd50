#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Fuzzes the readers with libFuzzer, coverage guided, with the address sanitizer:  Scripts/fuzz.sh [seconds] [target…]
#
# Seconds are for each target (60). Targets: WireFuzz (keys, ciphertexts, products, replies, plaintexts), ImportFuzz (ONNX and JSON
# models); all of them by default. The corpora start from the golden files and the test fixtures, and grow in
# .build-fuzz/corpus. Ends with an error where a target crashed; its input is then in .build-fuzz/findings.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
seconds=${1:-60}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(WireFuzz ImportFuzz)
build=$root/.build-fuzz
findings=$build/findings
mkdir -p "$findings"

# Every module is instrumented, Swift and C; only what a target needs is built.
for target in "${targets[@]}"; do
  swift build --package-path "$root/Tests/Fuzz" --scratch-path "$build" -c release --product "$target" \
    -Xswiftc -sanitize=fuzzer,address -Xcc -fsanitize=fuzzer-no-link,address
done

# seed CORPUS SELECTOR FILE: the first byte of an input selects the reader.
seed() {
  [ -f "$3" ] || return 0
  { printf "\\x$(printf %02x "$2")"; cat "$3"; } > "$1/$(basename "$(dirname "$3")")-$(basename "$3").$2.seed"
}

# The leak checker does not see pointers that Swift stores with spare bits set, and reports what is in use.
export ASAN_OPTIONS=detect_leaks=0
status=0
for target in "${targets[@]}"; do
  corpus=$build/corpus/$target
  mkdir -p "$corpus"
  options=()
  case $target in
    WireFuzz)
      golden=$root/Tests/Encryption/BFVTests/Golden
      names=(secret-key public-key seeded-ciphertext ciphertext-coefficient ciphertext-evaluation reply plaintext
        quadratic-coefficient quadratic-evaluation evaluation-keys evaluation-keys gadget-evaluation-keys)
      for index in "${!names[@]}"; do seed "$corpus" $((140 + index)) "$golden/${names[$index]}.bin"; done
      seed "$corpus" 145 "$golden/compressed-reply.bin"
      seed "$corpus" 142 "$golden/short-seeded-ciphertext.bin"
      names=(crt-ciphertext crt-secret-key crt-plaintext)
      for index in "${!names[@]}"; do seed "$corpus" $((157 + index)) "$golden/${names[$index]}.bin"; done
      golden=$root/Tests/Encryption/CKKSTests/Golden
      names=(ckks-ciphertext ckks-seeded-ciphertext ckks-product ckks-plaintext reencryption-key)
      for index in "${!names[@]}"; do seed "$corpus" $((152 + index)) "$golden/${names[$index]}.bin"; done
      options=(-max_len=3072)
      ;;
    ImportFuzz)
      while IFS= read -r file; do
        case $file in
          *.onnx) seed "$corpus" 0 "$file" ;;
          *.json) seed "$corpus" 1 "$file" ;;
        esac
      done < <(find "$root/Tests/Inference/LinearModelsTests/Fixtures" -type f -size -32k)
      printf '\x01{"coef": [[1.5, -2e3]], "intercept": [0.25], "mean": [0, 1], "scale": [1, 2], "classes": ["a", "b"]}' \
        > "$corpus/json.seed"
      options=(-max_len=32768)
      ;;
  esac
  log=$build/$target.log
  echo "$target: $seconds s, $(find "$corpus" -type f | wc -l) inputs to start from"
  if "$build/release/$target" "$corpus" "${options[@]}" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -detect_leaks=0 \
    -artifact_prefix="$findings/$target-" -print_final_stats=1 > "$log" 2>&1; then
    grep -E 'DONE' "$log" | sed "s/^/$target: /"
    awk -v t="$target" '/stat::average_exec_per_sec/ { print t ": " $2 " executions per second" }
      /stat::number_of_executed_units/ { print t ": " $2 " executions" }' "$log"
  else
    status=1
    tail -60 "$log"
    echo "$target: FAILED; the input is in $findings" >&2
  fi
done
exit $status
