#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Checks what the compiler does not: which module each target may import, where unsafe code may stand, the licence line and
# the length of each source file. Prints one line a finding (file:line: what, and what to do) and exits 1 if there is any.
set -euo pipefail
cd "$(dirname "$0")/.."

# The layers, top of the table first built. One row a target: folder, then every module that it may import.
# `libc` stands for Glibc, Musl or Darwin. Synchronization may be imported anywhere.
table='
Sources/Arithmetic/BigIntegers          CGMP libc
Sources/Arithmetic/ModularArithmetic    CPolynomial BigIntegers
Sources/Arithmetic/Randomness           CPolynomial Crypto CryptoExtras libc
Sources/Arithmetic/PolynomialRing       CPolynomial BigIntegers ModularArithmetic Randomness Dispatch libc
Sources/Encryption/RLWE                 PolynomialRing ModularArithmetic BigIntegers Randomness Crypto libc
Sources/Encryption/BFV                  RLWE PolynomialRing ModularArithmetic BigIntegers Randomness libc
Sources/Encryption/CKKS                 RLWE PolynomialRing ModularArithmetic Randomness ComplexModule RealModule libc
Sources/Encryption/Tacit                RLWE BFV CKKS PolynomialRing ComplexModule RealModule
Sources/Inference/LinearModels          SwiftProtobuf Foundation
Sources/Inference/EncryptedInference    Tacit LinearModels Crypto Foundation Dispatch libc
Sources/CommandLine/Commands            EncryptedInference LinearModels Tacit ArgumentParser SwiftCSV Foundation Dispatch libc
Sources/CommandLine/he                  Commands
Benchmarks/BenchmarkKit                 CPortProbe ModularArithmetic Foundation
Benchmarks/BenchmarkKitTests            BenchmarkKit ModularArithmetic Foundation Testing
Benchmarks/he-bench                     BenchmarkKit Tacit EncryptedInference LinearModels PolynomialRing ModularArithmetic Randomness ArgumentParser Foundation Dispatch libc
'

# The one engine file that may name Foundation: swift-crypto's AES-CTR takes and gives values that are spelled with Data.
data_file='Sources/Arithmetic/Randomness/Keystream[.]swift'

# Files that may say `unsafe`: the faces of C and GMP, owned memory, the byte access of the random stream and the wire.
unsafe_files='^Sources/Arithmetic/ModularArithmetic/KernelBackend[^/]*[.]swift$
^Sources/Arithmetic/ModularArithmetic/PolynomialKernels[^/]*[.]swift$
^Sources/Arithmetic/BigIntegers/BigInteger[^/]*[.]swift$
^Sources/Arithmetic/PolynomialRing/AlignedStorage[.]swift$
^Sources/Arithmetic/Randomness/(RandomStream|Keystream|KeyDerivation)[^/]*[.]swift$
^Sources/Encryption/RLWE/(.*/)?Wire[^/]*[.]swift$
^Sources/CommandLine/Commands/SystemCalls[.]swift$'

longest=450

# Every source of ours, by the endings given.
sources() {
  local endings=(-name "*.$1") ending
  shift
  for ending in "$@"; do endings+=(-o -name "*.$ending"); done
  { find Sources Tests Benchmarks Vendor Scripts .ci -type f \( "${endings[@]}" \) 2>/dev/null || true; } | LC_ALL=C sort
}

check_swift() {
  table=$table data_file=$data_file unsafe_files=$unsafe_files awk '
    function say(what) { printf "%s:%d: %s\n", FILENAME, FNR, what }
    # The line without string literals and comments.
    function code(line) { gsub(/\\"/, "", line); gsub(/"[^"]*"/, "\"\"", line); sub(/\/\/.*/, "", line); return line }
    function permitted(module) {
      if (module == "Synchronization" || module in own) return 1
      if (module ~ /^(RLWE|BFV|CKKS)$/ && "Tacit" in own) return 1  # what Tacit re-exports
      if (module ~ /^(Glibc|Musl|Darwin)$/) return "libc" in own
      if (module ~ /^Foundation/ && FILENAME ~ data_file) return 1
      if (module == "FoundationEssentials") return "Foundation" in own
      return 0
    }
    BEGIN {
      rows = split(ENVIRON["table"], row, "\n")
      for (i = 1; i <= rows; i++) if (split(row[i], cell, " ") > 0) modules[cell[1]] = row[i]
      data_file = "^" ENVIRON["data_file"] "$"
      files = split(ENVIRON["unsafe_files"], unsafe, "\n")
    }
    FNR == 1 {
      split(FILENAME, part, "/")
      folder = part[1] == "Benchmarks" ? part[1] "/" part[2] : part[1] "/" part[2] "/" part[3]
      tests = part[1] == "Tests"
      for (module in own) delete own[module]
      if (folder in modules) {
        cells = split(modules[folder], cell, " ")
        for (i = 2; i <= cells; i++) own[cell[i]] = 1
      } else if (!tests && part[1] != "Vendor") {
        say("target folder " folder " has no row in the import table of Scripts/check_imports.sh: add one")
      }
      confined = tests
      for (i = 1; i <= files; i++) if (FILENAME ~ unsafe[i]) confined = 1
    }
    /^[ \t]*(@[A-Za-z_()]+[ \t]+)*((public|package|internal|fileprivate|private)[ \t]+)?import[ \t]/ {
      line = code($0)
      sub(/.*import[ \t]+((struct|class|enum|protocol|func|var|let|typealias)[ \t]+)?/, "", line)
      sub(/[. \t;].*/, "", line)
      if (tests) {
        if (line == "CPolynomial" || line == "CGMP") say("a test imports " line ": test it through its Swift face")
      } else if (folder in modules && !permitted(line)) {
        say(folder " may not import " line " (see the import table in Scripts/check_imports.sh)")
      }
    }
    # Lending a span of stored words needs this one function: it speaks of lifetimes and touches no memory.
    FILENAME ~ "^Sources/Arithmetic/PolynomialRing/" { gsub(/unsafe _overrideLifetime\(/, "_overrideLifetime(") }
    !confined && code($0) ~ /(^|[^A-Za-z0-9_.])@?unsafe([^A-Za-z0-9_]|$)/ {
      say("unsafe code outside the files that may hold it: go through a span, or move it behind one of those files")
    }
  ' "$@"
}

check_length_and_licence() {
  awk -v longest="$longest" '
    function report() {
      if (name == "") return
      if (!licensed) printf "%s:1: no SPDX-License-Identifier: Apache-2.0 among the first lines\n", name
      if (!generated && lines > longest) printf "%s:%d: %d lines, at most %d: split it by aspect\n", name, lines, lines, longest
    }
    FNR == 1 { report(); name = FILENAME; licensed = 0; generated = FILENAME ~ /[.]pb[.]swift$/ }
    FNR <= 20 && /SPDX-License-Identifier: Apache-2[.]0/ { licensed = 1 }
    FNR <= 20 && /[Gg]enerated by|DO NOT EDIT/ { generated = 1 }
    { lines = FNR }
    END { report() }
  ' "$@"
}

# Reads file names, runs a check on all of them at once. Our file names hold no blanks.
over() {
  local check=$1 names
  names=$(cat)
  [ -z "$names" ] || "$check" $names
}

findings=$(
  sources swift | sed '/[.]pb[.]swift$/d' | over check_swift
  { echo Package.swift; sources swift c h inc S sh py proto; echo .ci/run; } | LC_ALL=C sort -u | over check_length_and_licence
)

if [ -n "$findings" ]; then
  printf '%s\n' "$findings"
  printf '%d findings\n' "$(printf '%s\n' "$findings" | wc -l)" >&2
  exit 1
fi
echo 'imports, unsafe code, licence lines and file lengths: all in order'
