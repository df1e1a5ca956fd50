#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs operations that share an evaluator and keys, each on several threads, and the threads themselves, under the thread
# sanitizer:
#   Scripts/test_threads.sh [filter of tests]
# Builds into .build-tsan. A race is an error.
set -euo pipefail
cd "$(dirname "$0")/.."

filter=${1:-ConcurrencyTests|ThreadTeamTests}
flags=(--sanitize=thread --scratch-path .build-tsan)

swift build "${flags[@]}" --build-tests
# The sanitizer goes on after a race, so that a run shows all of them, and ends with an error.
TSAN_OPTIONS="halt_on_error=0 exitcode=66 second_deadlock_stack=1" \
  swift test "${flags[@]}" --skip-build --disable-xctest --filter "$filter"
