#!/bin/bash
# The benchmark suite (docs/performance.md). `./dev bench [NAME]` ends here.
#   run.sh [NAME]   everything, or only: micro, bare, sqlite, postgres, or one scenario (flow, userinfo, …)
#   run.sh day      a day of traffic: tables and memory stay as they are (twenty minutes; not part of everything)
#   run.sh bap      sign-in while the BAP API is in trouble (not part of everything)
#   run.sh peers    ours beside npm's oidc-provider and better-auth, which this installs
# Figures go to the terminal and to build/bench/*.json. A missed target is a line in the table, not a failure.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
build=${SIGMA_BUILD_DIR:-$root/build/release}
out=${SIGMA_BENCH_OUT:-$root/build/bench}
postgres=$root/tests/support/postgres/run.sh

build_programs() {
  [ -f "$build/build.ninja" ] || cmake -S "$root" --preset release -B "$build" >/dev/null
  ninja -C "$build" -j2 "$@" >"$out/build.log" || { tail -40 "$out/build.log" >&2; exit 1; }
}

mkdir -p "$out"
cd "$root"
program=main
case ${1:-} in
  day)
    program=day
    shift
    build_programs bench sigma-auth
    ;;
  bap)
    program=bap
    shift
    build_programs sigma-auth
    (cd tests/e2e && { [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --silent --no-audit --no-fund; })
    ;;
  peers)
    build_programs bench sigma-auth
    npm --prefix tests/bench/peers ci --no-audit --no-fund >"$out/npm.log" 2>&1 || { tail -20 "$out/npm.log" >&2; exit 1; }
    ;;
  *) build_programs bench sigma-auth ;;
esac
suite=(node "tests/bench/suite/$program.mjs" --bin "$build/bin" --out "$out" "$@")
if [ "${1:-}" = micro ] || [ "${1:-}" = sqlite ] || [ ! -x "$postgres" ]; then
  exec "${suite[@]}"
fi
exec "$postgres" "${suite[@]}"
