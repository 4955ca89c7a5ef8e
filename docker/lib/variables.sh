# shellcheck shell=sh
# Variables, each of which may also come from a file that NAME_FILE names.

# file_variable NAME [DEFAULT]: sets and exports NAME.
file_variable() {
  eval "fv_value=\${$1:-} fv_file=\${$1_FILE:-}"
  # shellcheck disable=SC2154  # set by the eval above
  if [ -n "$fv_value" ] && [ -n "$fv_file" ]; then fail "both $1 and $1_FILE are set" "Set one of them."; fi
  if [ -n "$fv_file" ]; then
    [ -r "$fv_file" ] || fail "cannot read \"$fv_file\", which $1_FILE names" \
      "Mount the file so that user $(id -u) may read it."
    fv_value=$(cat "$fv_file")
    # Without this a second look, by a script that is started by this one, would find both.
    unset "$1_FILE"
  fi
  export "$1=${fv_value:-${2:-}}"
  unset fv_value fv_file
}

# A misspelt variable would go unnoticed. Scripts of the user's may want others: hence a line, and no failure.
name_unknown_variables() {
  awk 'BEGIN { for (name in ENVIRON) if (name ~ /^POSTGRES_/) print name }' | sort | grep -vxE "POSTGRES_($known_variables)" |
    while IFS= read -r name; do say "WARNING: this image knows no variable $name: is it misspelt?"; done
}
known_variables='(PASSWORD|USER|DB|INITDB_ARGS|EXPORTER_PASSWORD)(_FILE)?|INITDB_WALDIR|HOST_AUTH_METHOD|MEMORY|CPUS'
known_variables=$known_variables'|WORKLOAD_TYPE|STORAGE_TYPE|SHARED_PRELOAD_LIBRARIES'

read_variables() {
  file_variable POSTGRES_PASSWORD
  file_variable POSTGRES_USER postgres
  file_variable POSTGRES_DB "$POSTGRES_USER"
  file_variable POSTGRES_INITDB_ARGS
  file_variable PG_REPLICATION_USER replicator
  file_variable PG_REPLICATION_PASSWORD
  file_variable PGBOUNCER_AUTH_PASS
  file_variable POSTGRES_EXPORTER_PASSWORD
  export REPLICATION_SLOT_NAME="${REPLICATION_SLOT_NAME:-replica_slot_1}"
}

# The server needs none of them, and whoever can read its environment should not find them there.
forget_secrets() { unset POSTGRES_PASSWORD PG_REPLICATION_PASSWORD PGBOUNCER_AUTH_PASS POSTGRES_EXPORTER_PASSWORD PGPASSWORD; }

# For the places where PostgreSQL's own syntax quotes by doubling: 'it''s'.
quoted() { printf "'%s'" "$(printf '%s' "$1" | sed "s/'/''/g")"; }

# One field of a .pgpass file.
pgpass_field() { printf '%s' "$1" | sed 's/[\\:]/\\&/g'; }
