#!/usr/bin/env bash
# cppcheck over libs and services: what it finds without looking into the headers of others. Results are kept by content in
# build/lint/cppcheck.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."

options=(
  '--enable=warning,performance,portability' --std=c++20 --language=c++ --quiet --error-exitcode=1
  -j "${SIGMA_LINT_JOBS:-$(nproc)}" --template='{file}:{line}: {severity}: {message} [{id}]' --inline-suppr
  # Debian 12's cppcheck does not know coroutines. To it they are functions that return and call: what it knows of ways
  # that end, of moved values and of references to what is gone then holds for them as well.
  -Dco_return=return -Dco_await=
  # Macros of Boost and GoogleTest are unknown to it.
  --suppress=unknownMacro
  # A coroutine without a result needs no co_return at its end; the compiler knows which do (-Wreturn-type).
  --suppress=missingReturn
  # Coroutines take their parameters by value. co_return has no copy to elide; of return the compiler says it
  # (-Wpessimizing-move).
  --suppress=passedByValue --suppress=returnStdMoveLocal
  # Takes both branches of ?: for done, one after the other; clang-tidy's bugprone-use-after-move does not.
  --suppress=accessMoved
  # Both are lvalues of an abstract class, of which nobody makes a temporary. (Not beside the line: half the service reads
  # that header.)
  --suppress=returnTempReference:services/sigma-auth/src/shared_cache.hpp
)
for folder in libs/*/include libs/*/src services/*/src; do options+=(-I "$folder"); done
mkdir -p build/lint/cppcheck
exec cppcheck "${options[@]}" --cppcheck-build-dir=build/lint/cppcheck libs services/*/src
