#!/bin/sh
# pgsodium, where it was asked for: its key is made once and kept in the data directory.
set -eu

case ${ENABLE_PGSODIUM_INIT:-false} in
  true) ;;
  false | '') echo "03-pgsodium-init: not asked for (ENABLE_PGSODIUM_INIT=true asks for it)"; exit 0 ;;
  *) echo "03-pgsodium-init: invalid value for ENABLE_PGSODIUM_INIT: \"$ENABLE_PGSODIUM_INIT\": use true or false" >&2; exit 1 ;;
esac

if [ ! -e /usr/share/postgresql/18/extension/pgsodium.control ]; then
  echo "03-pgsodium-init: this image has no pgsodium: /etc/postgresql/version-info.txt says what it has" >&2
  exit 1
fi
psql -v ON_ERROR_STOP=1 -Xq -U "$POSTGRES_USER" -d "$POSTGRES_DB" -c 'CREATE EXTENSION IF NOT EXISTS pgsodium'
echo "03-pgsodium-init: pgsodium is there"
