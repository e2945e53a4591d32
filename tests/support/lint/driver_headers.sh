#!/usr/bin/env bash
# Each driver is seen by one library only (docs/architecture.md). Prints what stands elsewhere.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."

failed=0
only() {  # only PATTERN FOLDER…: includes matching PATTERN may stand in these folders and in tests
  local pattern=$1 found
  shift
  local excludes=()
  for folder in "$@"; do excludes+=(":!$folder"); done
  found=$(git grep -nE "^#include <($pattern)" -- 'libs' 'services' "${excludes[@]}" || true)
  [ -z "$found" ] && return
  echo "$found"
  failed=1
}
only 'pqxx|libpq' libs/store_postgres
only 'SQLiteCpp|sqlite3' libs/store_sqlite
only 'hiredis' libs/cache_redis
# libpq hands out the TLS connection it has made.
only 'openssl|argon2' libs/crypto libs/http libs/store_postgres/src/pipeline.cpp
only 'secp256k1' libs/bitcoin
only 'boost/beast' libs/http
exit $failed
