# Compose for the stack suites, through tools/compose; passwords of every odd character. Sourced after lab.sh.
# shellcheck shell=bash disable=SC2034,SC2154,SC2031

# Every printable character that a shell, YAML, a URI, .pgpass, an ini file or SQL treats specially.
odd=" :@&\\\"'/?#%\$\${x}{}[]=;,|\`~!^*()<>+-_."
declare -A env=(
  [POSTGRES_PASSWORD]="super$odd" [PGBOUNCER_AUTH_PASS]="pooler$odd" [POSTGRES_EXPORTER_PASSWORD]="watcher$odd"
  [PG_REPLICATION_PASSWORD]="standby$odd" [POSTGRES_DB]='app' [PRIMARY_HOST]=primary [AZA_NETWORK]="$lab"
  [AZA_IMAGE]=aza-test-postgres [AZA_PGBOUNCER_IMAGE]=aza-test-pgbouncer [AZA_EXPORTER_IMAGE]=aza-test-exporter
  [AZA_COMPOSE_IMAGE]=aza-test-compose
  # 200 clients and, beside them, the health check and who watches.
  [PGBOUNCER_MAX_CLIENT_CONN]=203
  [POSTGRES_PORT]=15432 [PGBOUNCER_PORT]=16432 [EXPORTER_PORT]=19187)

# build_tool NAME DOCKERFILE: an image of what the suites need beside the stacks.
build_tool() { [ "${AZA_IMAGES:-}" = present ] || build_image "aza-test-$1" "$2" "$(dirname "$2")"; }

# in_project PROJECT COMMAND ...: with this run's variables.
in_project() (
  local project=$1 name
  shift
  export COMPOSE_PROJECT_NAME=$lab-$project
  for name in "${!env[@]}"; do export "$name=${env[$name]}"; done
  "$@" 2>&1
)

compose() { in_project "$1" tools/compose "$@"; }

up() { compose "$1" up -d --no-build --wait --wait-timeout 120 >"$folder/up-$1.log" || { tail -n 20 "$folder/up-$1.log" | sed 's/^/# /'; return 1; }; }

# What the containers said is kept for whoever looks for the cause of a failure.
down_all() {
  for name in $(docker ps -a --format '{{.Names}}' --filter "name=^$lab"); do docker logs "$name" >"$folder/${name#"$lab-"}.log" 2>&1; done
  in_project second tools/compose replica down -v -t 2 >/dev/null 2>&1 || true
  for stack in replica primary single; do compose "$stack" down -v -t 2 >/dev/null 2>&1 || true; done
  remove_all
}

# in_stack STACK SERVICE COMMAND ...
in_stack() { local container="$lab-$1-$2-1"; shift 2; docker exec "$container" "$@" 2>&1; }
ask() { in_stack "$1" postgres psql -XAtq -v ON_ERROR_STOP=1 -U postgres -d app -c "$2"; }
# pooled USER PASSWORD DATABASE QUERY: through PgBouncer, from its own container.
pooled() { docker exec -e PGPASSWORD="$2" "$lab-primary-pgbouncer-1" psql -XAtq -h 127.0.0.1 -p 6432 -U "$1" -d "$3" -c "$4" 2>&1; }
# encoded TEXT: for a URI.
encoded() { printf '%s' "$1" | od -An -v -tx1 | tr -d '\n' | tr ' ' '%'; }
# by_uri URI QUERY: by libpq's URI alone.
by_uri() { docker exec "$lab-primary-pgbouncer-1" psql -XAtq "$1" -c "$2" 2>&1; }
# check_settings STACK WHAT "NAME=VALUE ...": one a line, as SHOW has them.
check_settings() {
  local names
  names=$(cut -d = -f 1 <<<"$3" | paste -sd ' ')
  is "$(ask "$1" "SELECT string_agg(s || '=' || current_setting(s), E'\n' ORDER BY n) FROM unnest(string_to_array('$names', ' ')) WITH ORDINALITY AS u (s, n)")" "$3" "$2"
}
# What every stack has from docker/config/base.conf.
base_settings="listen_addresses=*
io_method=worker
io_combine_limit=1MB
io_max_combine_limit=1MB
wal_compression=lz4
log_destination=stderr
logging_collector=off
log_min_duration_statement=1s
log_line_prefix=%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h 
log_lock_waits=on
log_temp_files=0
log_checkpoints=on
log_connections=on
log_disconnections=on
log_autovacuum_min_duration=0
TimeZone=UTC
pg_stat_statements.max=10000
pg_stat_statements.track=all
auto_explain.log_min_duration=3s
auto_explain.log_analyze=on
auto_explain.log_buffers=on
auto_explain.log_nested_statements=on
autovacuum_naptime=1min
autovacuum_vacuum_cost_delay=2ms
autovacuum_vacuum_cost_limit=2000
autovacuum_vacuum_scale_factor=0.1
autovacuum_analyze_scale_factor=0.05
checkpoint_completion_target=0.9
password_encryption=scram-sha-256
ssl_min_protocol_version=TLSv1.3
timescaledb.telemetry_level=off"
# From this machine, where the port is published.
metrics() {
  exec 3<>"/dev/tcp/127.0.0.1/${env[EXPORTER_PORT]}"
  printf 'GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
  cat <&3
  exec 3>&-
}
