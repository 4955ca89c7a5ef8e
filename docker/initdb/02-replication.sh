#!/bin/sh
# The role and the slot of a standby, and a limit on the superuser's connections.
set -eu

# Statements that hold a password stay out of the log, the audit log and the statistics.
export PGOPTIONS='-c log_min_duration_statement=-1 -c log_min_error_statement=panic -c log_statement=none -c pgaudit.log=none -c pg_stat_statements.track=none'
ask() { psql -v ON_ERROR_STOP=1 -Xq -U "$POSTGRES_USER" -d "$POSTGRES_DB" "$@"; }

ask <<'EOF'
\getenv superuser POSTGRES_USER
ALTER ROLE :"superuser" CONNECTION LIMIT 50;
EOF

if [ -z "${PG_REPLICATION_PASSWORD:-}" ]; then
  echo "02-replication: no PG_REPLICATION_PASSWORD, so no replication role and no slot"
  exit 0
fi

case $REPLICATION_SLOT_NAME in
  *[!a-z0-9_]*)
    echo "02-replication: invalid value for REPLICATION_SLOT_NAME: \"$REPLICATION_SLOT_NAME\": use lower-case letters, digits and underscores" >&2
    exit 1 ;;
esac

ask <<'EOF'
\getenv role PG_REPLICATION_USER
\getenv password PG_REPLICATION_PASSWORD
\getenv slot REPLICATION_SLOT_NAME
CREATE ROLE :"role" LOGIN REPLICATION NOINHERIT CONNECTION LIMIT 5 PASSWORD :'password';
SELECT FROM pg_create_physical_replication_slot(:'slot', true);
EOF
# "all" does not mean replication.
printf '%s\n' "host replication \"$(printf '%s' "$PG_REPLICATION_USER" | sed 's/"/""/g')\" all scram-sha-256" >>"$PGDATA/pg_hba.conf"
ask -c 'SELECT FROM pg_reload_conf()'
echo "02-replication: role $PG_REPLICATION_USER and slot $REPLICATION_SLOT_NAME are there"
