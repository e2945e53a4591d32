#!/usr/bin/env bash
# cppcheck over libs and services: what it finds without looking into the headers of others. Results are kept by content in
# build/lint/cppcheck.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."

options=(
  '--enable=warning,performance,portability' --std=c++20 --language=c++ --quiet --error-exitcode=1 -j "$(nproc)"
  --template='{file}:{line}: {severity}: {message} [{id}]'
  # Macros of Boost and GoogleTest are unknown to it.
  --suppress=unknownMacro
  # Debian 12's cppcheck does not know coroutines (co_return, await in conditions), nor that temporaries outlive an await;
  # the compiler's -Wreturn-type and clang-tidy's bugprone-use-after-move, -dangling-handle do.
  --suppress=missingReturn --suppress=internalAstError --suppress=danglingTemporaryLifetime --suppress=accessMoved
  # Takes an iterator for invalid after a branch that has returned.
  --suppress=invalidContainer
  # Coroutines take their parameters by value.
  --suppress=passedByValue
)
for folder in libs/*/include libs/*/src services/*/src; do options+=(-I "$folder"); done
mkdir -p build/lint/cppcheck
exec cppcheck "${options[@]}" --cppcheck-build-dir=build/lint/cppcheck libs services/*/src
