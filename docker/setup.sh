#!/usr/bin/env bash
# Writes docker/.env with fresh secrets for docker-compose.yml, once; what is there already stays.
set -euo pipefail
file=${1:-$(dirname "${BASH_SOURCE[0]}")/.env}
if [ -e "$file" ]; then
  echo "$file is there already; delete it to make new secrets (signing keys and sessions of the database are lost then)"
  exit 0
fi
umask 077
cat >"$file" <<TEXT
# The address that people type. Anything but localhost wants https: see docs/how-to/deploy.md.
SIGMA_BASE_URL=http://localhost:8080
# Seals signing keys and cookies. A comma-separated list rotates it: docs/how-to/rotate-secrets.md.
SIGMA_SECRET=$(openssl rand -hex 32)
SIGMA_ADMIN_TOKEN=$(openssl rand -hex 32)
POSTGRES_PASSWORD=$(openssl rand -hex 24)
REDIS_PASSWORD=$(openssl rand -hex 24)
TEXT
echo "wrote $file"
