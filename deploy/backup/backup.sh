#!/usr/bin/env bash
# backup.sh DIRECTORY: a consistent copy of the database of SIGMA_DATABASE_URL (or of SIGMA_DATA_DIR), while servers run.
# Keeps the newest KEEP copies (default 14). Needs pg_dump (postgresql-client) or sqlite3. SIGMA_SECRET is not in the copy,
# and the copy's signing keys cannot be opened without it: keep it elsewhere. Where the server has made it by itself, in the
# data directory, it is copied, too, into a file of its own (.secret) that wants another place than the copy.
set -euo pipefail
umask 077
directory=${1:?backup.sh DIRECTORY} keep=${KEEP:-14}
url=${SIGMA_DATABASE_URL:-sqlite:${SIGMA_DATA_DIR:-./var}/sigma.db}
mkdir -p "$directory"
stamp=$(date -u +%Y%m%dT%H%M%SZ)

case $url in
  sqlite:*)
    copy=$directory/sigma-auth-$stamp.db
    [ -r "${url#sqlite:}" ] || { echo "backup.sh: there is no database at ${url#sqlite:}" >&2; exit 1; }
    sqlite3 -bail "${url#sqlite:}" ".timeout 10000" ".backup '$copy.part'"
    [ "$(sqlite3 "$copy.part" 'PRAGMA integrity_check')" = ok ] || { echo "backup.sh: the copy is damaged" >&2; exit 1; }
    ;;
  postgres*://*)
    copy=$directory/sigma-auth-$stamp.dump
    pg_dump --format=custom --no-owner --no-privileges --file="$copy.part" "$url"
    contents=$(pg_restore --list "$copy.part")
    [[ $contents == *"TABLE DATA "*" schema_migration "* ]] ||
      { echo "backup.sh: the copy is not complete" >&2; exit 1; }
    ;;
  *) echo "backup.sh: SIGMA_DATABASE_URL is neither sqlite:<path> nor postgresql://…" >&2; exit 2 ;;
esac
# Only a whole copy has the name of one.
mv "$copy.part" "$copy"
echo "$copy"
made=${SIGMA_DATA_DIR:-./var}/secret
if [[ $url == sqlite:* && -z ${SIGMA_SECRET:-}${SIGMA_SECRET_FILE:-} && -r $made ]]; then
  cp "$made" "${copy%.db}.secret"
  echo "backup.sh: ${copy%.db}.secret opens its keys; keep the two apart" >&2
fi

find "$directory" -maxdepth 1 -name 'sigma-auth-*.d[bu]*' ! -name '*.part' | sort -r | tail -n +$((keep + 1)) |
  while read -r old; do rm -f -- "$old" "${old%.db}.secret"; done
