#!/bin/sh
# The role of postgres_exporter, which may read statistics and nothing else.
set -eu

if [ -z "${POSTGRES_EXPORTER_PASSWORD:-}" ]; then
  echo "04-exporter: no POSTGRES_EXPORTER_PASSWORD, so no role postgres_exporter"
  exit 0
fi

# Statements that hold a password stay out of the log, the audit log and the statistics.
export PGOPTIONS='-c log_min_duration_statement=-1 -c log_min_error_statement=panic -c log_statement=none -c pgaudit.log=none -c pg_stat_statements.track=none'
psql -v ON_ERROR_STOP=1 -Xq -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'EOF'
\getenv password POSTGRES_EXPORTER_PASSWORD
CREATE ROLE postgres_exporter LOGIN CONNECTION LIMIT 5 PASSWORD :'password';
GRANT pg_monitor TO postgres_exporter;
EOF
echo "04-exporter: role postgres_exporter is there"
