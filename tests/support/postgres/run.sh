#!/bin/bash
# A throw-away PostgreSQL cluster for tests.
#   run.sh start DIR    makes a cluster in DIR (which must not exist), starts it and prints its URL
#   run.sh resume DIR   starts it again where it was, after a crash
#   run.sh stop DIR     stops it and removes DIR
#   run.sh COMMAND…     starts one, runs COMMAND with SIGMA_TEST_POSTGRES_URL set, stops it, returns COMMAND's status
# fsync stays on: a test that passes without durability proves nothing. Listens on a loopback port that was free.
set -euo pipefail

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[ -n "$bin" ] || { echo "run.sh: PostgreSQL is not installed (apt-get install postgresql)" >&2; exit 1; }

# The server refuses to run as root.
as_postgres() {
  if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

start() {
  local dir=$1 port
  mkdir -p "$dir/socket"
  if [ "$(id -u)" = 0 ]; then chown -R postgres "$dir"; fi
  as_postgres "$bin/initdb" -D "$dir/data" -U sigma -A trust -E UTF8 --locale=C.UTF-8 >"$dir/initdb.log" 2>&1 ||
    { cat "$dir/initdb.log" >&2; return 1; }
  for _ in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 30000))
    echo "-p $port -k $dir/socket -c listen_addresses=127.0.0.1 -c max_connections=200" >"$dir/options"
    if resume "$dir"; then
      echo "postgresql://sigma@127.0.0.1:$port/postgres"
      return 0
    fi
  done
  cat "$dir/server.log" >&2
  return 1
}

resume() {
  local dir=$1
  as_postgres "$bin/pg_ctl" -D "$dir/data" -l "$dir/server.log" -w -t 60 -o "$(cat "$dir/options")" start >"$dir/start.log" 2>&1
}

stop() {
  local dir=$1
  as_postgres "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$dir"
}

case ${1:-} in
  start) start "${2:?run.sh start DIR}" ;;
  resume) resume "${2:?run.sh resume DIR}" ;;
  stop) stop "${2:?run.sh stop DIR}" ;;
  "") sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  *)
    parent=$(mktemp -d /tmp/sigma-postgres.XXXXXX)
    chmod 755 "$parent"
    trap 'stop "$parent/cluster"; rm -rf "$parent"' EXIT
    SIGMA_TEST_POSTGRES_URL=$(start "$parent/cluster")
    export SIGMA_TEST_POSTGRES_URL
    "$@"
    ;;
esac
