#!/bin/sh
# The role with which PgBouncer looks up passwords. It may call that one function, and nobody else may.
set -eu

if [ -z "${PGBOUNCER_AUTH_PASS:-}" ]; then
  echo "03-pgbouncer-auth: set PGBOUNCER_AUTH_PASS, the password of PgBouncer's role pgbouncer_auth" >&2
  exit 1
fi

# Statements that hold a password stay out of the log, the audit log and the statistics.
export PGOPTIONS='-c log_min_duration_statement=-1 -c log_min_error_statement=panic -c log_statement=none -c pgaudit.log=none -c pg_stat_statements.track=none'
psql -v ON_ERROR_STOP=1 -Xq -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'EOF'
\getenv password PGBOUNCER_AUTH_PASS
CREATE ROLE pgbouncer_auth LOGIN NOINHERIT CONNECTION LIMIT 10 PASSWORD :'password';
REVOKE ALL ON FUNCTION pgbouncer_lookup(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pgbouncer_lookup(text) TO pgbouncer_auth;
EOF
echo "03-pgbouncer-auth: role pgbouncer_auth is there"
