# examples/backup for real: full and incremental backup, restore to a point in time into an empty volume. Sourced by the suite image.
# shellcheck shell=bash disable=SC2154,SC2016

backup_mounts() {
  mounts=(-v "$lab-repository:/backup" -v "$PWD/examples/backup/pgbackrest.conf:/etc/pgbackrest/pgbackrest.conf:ro"
    -v "$PWD/examples/backup/postgresql.conf:/etc/postgresql/postgresql.conf:ro" -e POSTGRES_PASSWORD=x)
}

case_backup() {
  local mounts moment before
  new_volume repository
  new_volume source
  new_volume restored
  backup_mounts
  run_once --user root --entrypoint chown "${mounts[@]}" aza-test-postgres 999:999 /backup
  run_detached source -v "$lab-source:/var/lib/postgresql" "${mounts[@]}" aza-test-postgres
  wait_ready source || { echo 'not ok - it starts with an archive'; logs source | tail -n 20; return; }
  backrest stanza-create
  sql source 'CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n' >/dev/null
  backrest --type=full backup
  sql source 'INSERT INTO kept SELECT generate_series(1001, 2000)' >/dev/null
  backrest --type=incr backup
  sql source 'INSERT INTO kept SELECT generate_series(2001, 3000)' >/dev/null
  before=$(rows source)
  moment=$(sql source 'SELECT clock_timestamp()')
  sql source "SELECT pg_sleep(1.1); DELETE FROM kept; SELECT pg_switch_wal()" >/dev/null
  wait_for 60 eval '[ "$(sql source "SELECT last_archived_time > now() - interval '\''1 minute'\'' AND failed_count = 0 FROM pg_stat_archiver")" = t ]' || :
  docker stop -t 30 "$lab-source" >/dev/null
  restore_to "$moment"
  is "$(rows restored)" "$before" "restored to a moment before the deletion, row by row"
  is "$(sql restored 'SELECT pg_is_in_recovery()')" f 'and it takes writes'
}

backrest() {
  local output status=0
  output=$(in_container source pgbackrest --stanza=main "$@" 2>&1) || status=$?
  is "$status" 0 "pgbackrest $*"
  (( status == 0 )) || tail -n 5 <<<"$output"
}

restore_to() {
  run_once -v "$lab-restored:/var/lib/postgresql" "${mounts[@]}" aza-test-postgres sh -c \
    'mkdir -p "$PGDATA" && exec pgbackrest --stanza=main --type=time --target="$1" --target-action=promote restore' sh "$1" >"$folder/restore.log" ||
    { echo 'not ok - pgbackrest restore'; tail -n 5 "$folder/restore.log"; }
  run_detached restored -v "$lab-restored:/var/lib/postgresql" "${mounts[@]}" aza-test-postgres
  wait_ready restored || { echo 'not ok - the restored server starts'; logs restored | tail -n 20; return; }
  wait_for 60 eval '[ "$(sql restored "SELECT pg_is_in_recovery()")" = f ]' || :
}
