#!/usr/bin/env bash
# restore.sh FILE: puts a copy made by backup.sh into the empty database of SIGMA_DATABASE_URL (or SIGMA_DATA_DIR). Stop all
# servers first, and read docs/how-to/back-up.md: what was used since the copy was made counts as unused again.
set -euo pipefail
umask 077
copy=${1:?restore.sh FILE}
url=${SIGMA_DATABASE_URL:-sqlite:${SIGMA_DATA_DIR:-./var}/sigma.db}

refuse() { echo "restore.sh: $*" >&2; exit 1; }
[ -r "$copy" ] || refuse "$copy cannot be read"
case $url in
  sqlite:*)
    file=${url#sqlite:}
    # A journal that stayed behind belongs to another file: SQLite would play it back over the copy, without a word.
    for there in "$file" "$file-wal" "$file-shm" "$file-journal"; do
      [ ! -e "$there" ] || refuse "$there is there already; stop the servers and move ${file##*/}* away, all of them"
    done
    [ "$(sqlite3 "$copy" 'PRAGMA integrity_check')" = ok ] || refuse "$copy is damaged"
    secret=${SIGMA_DATA_DIR:-./var}/secret sealed_with=${copy%.db}.secret
    if [ -e "$sealed_with" ] && [ -e "$secret" ]; then
      cmp -s "$sealed_with" "$secret" || refuse "$secret is another one than $sealed_with, which opens the copy; move it away"
    fi
    mkdir -p "$(dirname "$file")"
    if [ -e "$sealed_with" ] && [ ! -e "$secret" ]; then
      mkdir -p "$(dirname "$secret")"
      cp "$sealed_with" "$secret"
    fi
    cp "$copy" "$file.part"
    mv "$file.part" "$file"
    ;;
  postgres*://*)
    [ "$(psql --no-psqlrc -Atc "SELECT to_regclass('schema_migration') IS NULL" "$url")" = t ] ||
      refuse "the database holds something already; make an empty one (createdb) and name it in SIGMA_DATABASE_URL"
    pg_restore --exit-on-error --single-transaction --no-owner --no-privileges --dbname="$url" "$copy"
    ;;
  *) echo "restore.sh: SIGMA_DATABASE_URL is neither sqlite:<path> nor postgresql://…" >&2; exit 2 ;;
esac
echo "restored $copy; now: sigma-auth migrate && sigma-auth doctor, then start the servers"
