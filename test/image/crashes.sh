# What ends servers: kill -9, docker kill, docker stop, a full disk, a read-only volume. Sourced by the suite image.
# shellcheck shell=bash disable=SC2154,SC2016  # names of lab.sh; what a shell in the container expands

rows() { sql "$1" 'SELECT count(*) || coalesce(md5(string_agg(n::text, NULL ORDER BY n)), NULL) FROM kept'; }

case_crashes() {
  local before
  new_volume crashes
  run_detached crashes -v "$lab-crashes:/var/lib/postgresql" -e POSTGRES_PASSWORD=x aza-test-postgres
  wait_ready crashes || { echo 'not ok - it starts'; logs crashes; return; }
  sql crashes 'CREATE TABLE kept AS SELECT generate_series(1, 10000) AS n' >/dev/null
  before=$(rows crashes)
  stop_with_client
  for signal in KILL QUIT INT TERM; do
    docker start "$lab-crashes" >/dev/null
    wait_ready crashes
    is "$(rows crashes)" "$before" "data intact, before SIG$signal"
    docker kill -s "$signal" "$lab-crashes" >/dev/null
    wait_for 30 ended crashes || echo "not ok - SIG$signal ends it"
  done
  docker start "$lab-crashes" >/dev/null
  wait_ready crashes
  is "$(rows crashes)" "$before" 'data intact after all of them'
  in_container crashes sh -c 'kill -9 $(pgrep -o -f "postgres: checkpointer" 2>/dev/null || grep -l "postgres: checkpointer" /proc/[0-9]*/cmdline | head -n 1 | cut -d / -f 3)'
  wait_for 30 eval "[ \"\$(rows crashes)\" = '$before' ]" || :
  is "$(rows crashes)" "$before" 'data intact after kill -9 of a server process, without a restart of the container'
}

# From inside, the kernel keeps SIGKILL from a container's first process, so that it is the second one here, after --init's.
case_killed_postmaster() {
  local before
  new_volume init
  run_detached init --init -v "$lab-init:/var/lib/postgresql" -e POSTGRES_PASSWORD=x aza-test-postgres
  wait_ready init || { echo 'not ok - it starts with --init'; logs init; return; }
  sql init 'CREATE TABLE kept AS SELECT generate_series(1, 10000) AS n' >/dev/null
  before=$(rows init)
  docker exec -d "$lab-init" psql -U postgres -c 'INSERT INTO kept SELECT generate_series(10001, 10000000)'
  wait_for 20 eval '[ "$(sql init "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '\''INSERT%'\'' AND state = '\''active'\''")" = 1 ]' || echo 'not ok - a query runs'
  in_container init sh -c 'kill -9 "$(head -n 1 $PGDATA/postmaster.pid)"' || :  # the container may be gone before it answers
  wait_for 30 ended init || echo 'not ok - kill -9 of the postmaster ends the container'
  is "$(exit_status init)" 137 'kill -9 of the postmaster: exit status'
  docker start "$lab-init" >/dev/null
  wait_ready init || logs init | tail -n 20
  is "$(rows init)" "$before" 'kill -9 of the postmaster: what was committed is there, what was not is not'
}

# docker stop sends SIGINT: a client that is connected does not hold it up.
stop_with_client() {
  local started=$SECONDS
  docker exec -d "$lab-crashes" psql -U postgres -c 'SELECT pg_sleep(600)'
  docker stop -t 30 "$lab-crashes" >/dev/null
  is "$(exit_status crashes)" 0 'docker stop: a clean end'
  if (( SECONDS - started < 15 )); then echo 'ok - docker stop: within its time, with a client connected'; else echo 'not ok - docker stop took too long'; fi
  like "$(logs crashes)" 'received fast shutdown request' 'docker stop: the fast way'
}

case_full_disk() {
  local output status=0
  output=$(run_once --tmpfs /var/lib/postgresql:size=20m,mode=1777 -e POSTGRES_PASSWORD=x aza-test-postgres) || status=$?
  is "$status" 1 'no room to initialise: exit status'
  like "$output" 'Check free disk space|No space left on device' 'no room to initialise: what is wrong'
  new_volume full --driver local --opt type=tmpfs --opt device=tmpfs --opt o=size=160m,mode=1777
  run_detached holder --entrypoint sleep -v "$lab-full:/v" aza-test-postgres infinity  # a tmpfs is gone when nobody uses it
  run_detached full -v "$lab-full:/var/lib/postgresql" -e POSTGRES_PASSWORD=x aza-test-postgres
  wait_ready full || { echo 'not ok - it starts on 160MB'; logs full | tail -n 20; return; }
  sql full 'CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n; CHECKPOINT' >/dev/null
  output=$(sql full "CREATE TABLE filler AS SELECT repeat('x', 1000) FROM generate_series(1, 1000000)" || true)
  like "$output" 'No space left on device|server closed the connection' 'a full disk: the statement says so'
  # Whether the server survived that depends on what it could not write: it may have ended, but has lost nothing.
  run_once --cap-add SYS_ADMIN --security-opt apparmor=unconfined --user root --entrypoint mount -v "$lab-full:/v" aza-test-postgres -o remount,size=600m /v
  wait_for 60 eval 'docker start "$lab-full" && in_container full healthcheck' || { echo 'not ok - it starts again once there is room'; logs full | tail -n 20; return; }
  is "$(rows full)" "1000$(md5_of_rows 1000)" 'a full disk: once there is room, what was committed is there'
}

md5_of_rows() { seq "$1" | tr -d '\n' | md5sum | cut -d ' ' -f 1; }

case_read_only_volume() {
  local output status=0
  new_volume sealed
  run_detached sealed -v "$lab-sealed:/var/lib/postgresql" -e POSTGRES_PASSWORD=x aza-test-postgres
  wait_ready sealed || { echo 'not ok - it starts'; logs sealed; return; }
  docker stop -t 30 "$lab-sealed" >/dev/null
  output=$(run_once -v "$lab-sealed:/var/lib/postgresql:ro" -e POSTGRES_PASSWORD=x aza-test-postgres) || status=$?
  is "$status" 1 'a read-only volume: exit status'
  like "$output" 'ERROR: cannot write to the data directory "/var/lib/postgresql/18/docker"' 'a read-only volume: what is wrong'
}
