#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Reads the machine code of the AVX-512 kernels, which valgrind cannot run, and reports in each of their functions
#   what brings the contents of a vector or mask register into a general register or the flags,
#   gathers, scatters and compressed stores, whose addresses or lengths are data,
#   divisions, and conditional jumps on flags that no integer instruction set.
# What that shows: nothing that was computed in vectors decides a jump, an address or a division. What it does not show:
# where words that are loaded straight into general registers come from (Scripts/test_secrets.sh follows those with
# MemorySanitizer), nor anything of functions that write tables or ask for the processor, which see public values only.
# One division stands in each base conversion: a constant by a number of limbs. The two kernels of automorphisms gather at
# addresses that the Galois element alone decides, which is public.
# Prints what it found, and last "N passed, N failed": one for each optimisation level and one for each control.
set -euo pipefail
cd "$(dirname "$0")/.."

skip() {
  echo "skipped: machine code of the AVX-512 kernels: $1"
  echo '0 passed, 0 failed'
  exit 0
}

[ "$(uname -m)" = x86_64 ] || skip 'this is no x86-64 machine'
# The compiler that builds the package, where there is one beside swift.
clang=$(dirname "$(command -v swift || echo /)")/clang
[ -x "$clang" ] || clang=$(command -v clang) || skip 'no clang found'
objdump=''
for candidate in "$(dirname "$clang")/llvm-objdump" llvm-objdump objdump; do
  if command -v "$candidate" >/dev/null; then objdump=$candidate; break; fi
done
[ -n "$objdump" ] || skip 'no llvm-objdump or objdump found'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# findings OBJECT…: "function: instruction: what is wrong", then "functions jumps".
findings() {
  local object
  for object in "$@"; do "$objdump" -d --no-show-raw-insn -M intel "$object"; done | awk '
    function say(what) { printf "%s: %s: %s\n", name, instruction, what }
    /^[0-9a-f]+ <.*>:$/ {
      name = $2; gsub(/[<>:]/, "", name)
      public = name ~ /fill|tables|table_words|twiddle|if_supported/
      flags = "none"
      functions += !public
      next
    }
    public || !/^ *[0-9a-f]+:/ { next }
    {
      instruction = $0
      sub(/^ *[0-9a-f]+:[ \t]*/, "", instruction); sub(/[ \t]*[#<].*/, "", instruction); gsub(/[ \t]+/, " ", instruction)
      word = instruction; sub(/ .*/, "", word)
      first = instruction; sub(/^[^ ]* ?/, "", first); sub(/,.*/, "", first)
      general = first ~ /^(r[a-z0-9]+|e[a-d]x|e[sd]i|e[sb]p)$/
    }
    word ~ /^v?p?(gather|scatter)/ && name !~ /^he_avx512_(permute|galois_coefficients)$/ { say("its addresses are data") }
    word ~ /^vp?compress/ && first ~ /\[/ { say("its length is data") }
    word ~ /^(v?ptest|vtestp[sd]|v?u?comis[sd]|kortest[bwdq]|ktest[bwdq])$/ { say("vectors decide the flags"); flags = "vector" }
    word ~ /^(v?mov[dq]|kmov[bwdq])$/ && general { say("from a vector or mask to a general register") }
    word ~ /^(v?pextr|v?extractps|v?p?movmsk|v?cvtt?s[sd]2u?si)/ { say("from a vector to a general register") }
    word ~ /^i?div$/ && !(name ~ /convert$/ && word == "div" && ++divisions[name] == 1) { say("a division") }
    word ~ /^(cmp|test|add|sub|adc|sbb|inc|dec|neg|and|or|xor|shl|shr|sar|rol|ror|shld|shrd|imul|mul|bt|andn|blsr|bextr|tzcnt|lzcnt|popcnt|bsf|bsr|adcx|adox)$/ { flags = "integer" }
    word ~ /^j/ && word != "jmp" {
      jumps += 1
      if (flags != "integer") say("a conditional jump on flags that no integer instruction set")
    }
    END { printf "%d %d\n", functions, jumps }'
}

passed=0 failed=0
sources=$(find Sources/Arithmetic/CPolynomial -path '*/avx512*/*' -name '*.c' | LC_ALL=C sort)
for level in -O2 -O3; do
  rm -f "$work"/*.o
  number=0
  for source in $sources; do
    number=$((number + 1))
    "$clang" -std=c11 "$level" -c "$source" -o "$work/$number.o"
  done
  findings "$work"/*.o >"$work/report"
  read -r functions jumps < <(tail -n 1 "$work/report")
  found=$(sed '$d' "$work/report")
  if [ -z "$found" ] && [ "$functions" -gt 0 ] && [ "$jumps" -gt 0 ]; then
    passed=$((passed + 1))
    echo "machine code, $level: $functions functions with $jumps conditional jumps, no finding"
  else
    failed=$((failed + 1))
    printf '%s\n' "machine code, $level: $functions functions with $jumps conditional jumps, findings:" "$found"
  fi
done

# The check can fail: it does for functions that leak.
"$clang" -std=c11 -O2 -c Tests/SecretKernels/Controls/vector_leaks.c -o "$work/leaks.o"
findings "$work/leaks.o" >"$work/report"
for leak in mask lane gather double division length; do
  if grep -q "^leak_by_$leak: " "$work/report"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "machine code: the leak by $leak was not found"
  fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
