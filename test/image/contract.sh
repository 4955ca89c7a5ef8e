# The entry point's contract: variables, secrets, scripts, arguments, users. Sourced by the suite image.
# shellcheck shell=bash disable=SC2154,SC2016  # names of lab.sh; what a shell in the container expands

case_contract() {
  local files=$folder/contract
  rm -rf "$files"
  mkdir -p "$files/initdb.d"
  printf '%s' "$password" >"$files/password"
  chmod 644 "$files/password"
  write_init_scripts "$files/initdb.d"
  new_volume contract
  run_detached contract -v "$lab-contract:/var/lib/postgresql" -v "$files/initdb.d:/docker-entrypoint-initdb.d:ro" \
    -v "$files/password:/run/password:ro" -e POSTGRES_PASSWORD_FILE=/run/password -e POSTGRES_USER='app owner' -e POSTGRES_DB='app "db"' \
    -e TZ=Asia/Tokyo -e POSTGRES_INITDB_ARGS='--wal-segsize=8' aza-test-postgres -c work_mem=7MB
  wait_ready contract || { echo 'not ok - it starts'; logs contract; return; }
  check_contract
  check_scripts
  docker restart -t 30 "$lab-contract" >/dev/null
  wait_ready contract
  like "$(logs contract)" 'aza: using the cluster in' 'a second start uses the cluster that is there'
  is "$(app 'SELECT count(*) FROM ran')" 7 'and runs no script again'
}

app() { docker exec -e PGPASSWORD="$password" "$lab-contract" psql -XAtq -h 127.0.0.1 -U 'app owner' -d 'app "db"' -c "$1" 2>&1; }

write_init_scripts() {
  echo 'CREATE TABLE ran (n serial, name text);' >"$1/10-table.sql"
  echo "INSERT INTO ran (name) VALUES ('gz');" | gzip >"$1/20-packed.sql.gz"
  echo "INSERT INTO ran (name) VALUES ('xz');" | docker run -i --rm --entrypoint xz aza-test-postgres -c >"$1/30-packed.sql.xz"
  echo "INSERT INTO ran (name) VALUES ('zst');" | docker run -i --rm --entrypoint zstd aza-test-postgres -qc >"$1/40-packed.sql.zst"
  # shellcheck disable=SC2016  # expanded in the container
  printf '%s\n' '#!/bin/bash' '[[ $0 == *50* ]] || exit 1' 'psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" -c "INSERT INTO ran (name) VALUES ('"'executed'"')"' >"$1/50-executed.sh"
  chmod 755 "$1/50-executed.sh"
  echo 'docker_process_sql -c "INSERT INTO ran (name) VALUES ('"'sourced'"')"' >"$1/60-sourced.sh"
  # shellcheck disable=SC2016
  printf '%s\n' '#!/usr/bin/env bash' 'names=(bash)' 'psql -U "$POSTGRES_USER" -d "$POSTGRES_DB" -c "INSERT INTO ran (name) VALUES ('"'\${names[0]}'"')"' >"$1/70-bash.sh"
  echo 'a note' >"$1/80-note.txt"
  echo "INSERT INTO ran (name) VALUES ('a name with blanks');" >"$1/90 last.sql"
}

check_contract() {
  is "$(app 'SELECT current_user || current_database()')" 'app ownerapp "db"' 'POSTGRES_USER, POSTGRES_DB and POSTGRES_PASSWORD_FILE, with every odd character'
  like "$(docker exec -e PGPASSWORD=wrong "$lab-contract" psql -h 127.0.0.1 -U 'app owner' postgres -c 'SELECT 1' 2>&1 || true)" \
    'password authentication failed for user "app owner"' 'a wrong password is refused'
  is "$(app 'SHOW wal_segment_size')" 8MB 'POSTGRES_INITDB_ARGS'
  is "$(app 'SHOW work_mem')" 7MB 'arguments reach the server, and outrank the plan'
  is "$(app 'SHOW timezone') $(app 'SHOW log_timezone')" 'Asia/Tokyo Asia/Tokyo' 'TZ'
  is "$(app 'SHOW data_checksums')" on 'data checksums are on'
  is "$(app 'SHOW password_encryption')" scram-sha-256 'passwords are kept as SCRAM'
  is "$(app "SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user")" 50 'the superuser has a limit of connections'
  is "$(in_container contract sh -c 'tail -n 1 $PGDATA/pg_hba.conf')" 'host all all all scram-sha-256' 'the network is asked for SCRAM'
  is "$(in_container contract sh -c 'grep -vE "^(#|$)" $PGDATA/pg_hba.conf | grep -v ^local | grep -vc scram-sha-256 || true')" 0 'and so is every TCP line'
}

check_scripts() {
  is "$(app "SELECT string_agg(name, ',' ORDER BY n) FROM ran")" 'gz,xz,zst,executed,sourced,bash,a name with blanks' 'every kind of script, in order'
  is "$(logs contract | sed -n 's/^aza: running .*\///p' | paste -sd '|')" \
    '01-extensions.sql|02-replication.sh|03-pgsodium-init.sh|04-exporter.sh|10-table.sql|20-packed.sql.gz|30-packed.sql.xz|40-packed.sql.zst|50-executed.sh|60-sourced.sh|70-bash.sh|80-note.txt|90 last.sql' \
    'the image'\''s scripts and the user'\''s are merged and sorted'
  like "$(logs contract)" 'aza: ignored: /docker-entrypoint-initdb.d/80-note.txt' 'another file is left alone'
}

case_refusals() {
  local output status=0
  output=$(run_once aza-test-postgres) || status=$?
  is "$status" 1 'no password: exit status'
  like "$output" 'ERROR: the database is not initialised, and no password for its superuser was given' 'no password: what is wrong'
  like "$output" 'Set POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE' 'no password: what to do'
  output=$(run_once -e POSTGRES_PASSWORD=x -e POSTGRES_PASSWORD_FILE=/x aza-test-postgres || true)
  like "$output" 'ERROR: both POSTGRES_PASSWORD and POSTGRES_PASSWORD_FILE are set' 'a variable and its file'
  output=$(run_once -e POSTGRES_PASSWORD_FILE=/nowhere aza-test-postgres || true)
  like "$output" 'ERROR: cannot read "/nowhere", which POSTGRES_PASSWORD_FILE names' 'a file that is not there'
  output=$(run_once -e POSTGRES_PASSWORD=x -e DISABLE_DATA_CHECKSUMS=maybe aza-test-postgres || true)
  like "$output" 'ERROR: invalid value for DISABLE_DATA_CHECKSUMS: "maybe"' 'a value that is neither true nor false'
  output=$(run_once -e POSTGRES_PASSWORD=x -e PGDATA=/etc aza-test-postgres || true)
  like "$output" 'ERROR: cannot write to the data directory "/etc" as user 999' 'a folder that belongs to somebody else'
  output=$(run_once -e POSTGRES_PASSWORD=x -e PGDATA=/files -v "$PWD/manifest:/files:ro" aza-test-postgres || true)
  like "$output" 'ERROR: cannot write to the data directory "/files"' 'a read-only volume'
  like "$(run_once aza-test-postgres psql --version)" '^psql \(PostgreSQL\) 18\.' 'docker run IMAGE psql'
  like "$(run_once aza-test-postgres --version)" '^postgres \(PostgreSQL\) 18\.' 'an option alone goes to the server'
  is "$(run_once aza-test-postgres sh -c 'stat -c "%U %a" /var/lib/postgresql /var/run/postgresql' | paste -sd ' ')" 'postgres 1777 postgres 3777' 'the folders are open to an arbitrary user'
}

# A script that fails: it is named, the container ends, and the folder is not taken for a good one.
case_failing_script() {
  local files=$folder/failing output status=0
  rm -rf "$files"
  mkdir -p "$files"
  echo 'CREATE TABLE before (n int);' >"$files/10-before.sql"
  echo 'SELECT no_such_function();' >"$files/20-broken.sql"
  new_volume failing
  output=$(run_once -v "$lab-failing:/var/lib/postgresql" -v "$files:/docker-entrypoint-initdb.d:ro" -e POSTGRES_PASSWORD=x aza-test-postgres) || status=$?
  is "$status" 1 'a failing script: exit status'
  like "$output" 'function no_such_function\(\) does not exist' 'a failing script: its own message'
  like "$output" 'ERROR: /docker-entrypoint-initdb.d/20-broken.sql failed with status 3: the cluster is not complete' 'a failing script is named'
  status=0
  output=$(run_once -v "$lab-failing:/var/lib/postgresql" -e POSTGRES_PASSWORD=x aza-test-postgres) || status=$?
  is "$status" 1 'the next start is refused'
  like "$output" 'ERROR: the data directory .* was not initialised to its end: /docker-entrypoint-initdb.d/20-broken.sql did not finish' 'and says why'
  printf 'x' | gzip | head -c 10 >"$files/10-before.sql.gz"
  rm "$files/10-before.sql" "$files/20-broken.sql"
  output=$(run_once -v "$files:/docker-entrypoint-initdb.d:ro" -e POSTGRES_PASSWORD=x aza-test-postgres || true)
  like "$output" 'ERROR: /docker-entrypoint-initdb.d/10-before.sql.gz failed' 'a damaged archive is a failure, too'
}

case_arbitrary_user() {
  mkdir -p "$folder/data"
  rm -rf "$folder/data/"*
  chown 4711:4712 "$folder/data"
  run_detached user --user 4711:4712 -v "$folder/data:/data" -e PGDATA=/data/pg -e POSTGRES_PASSWORD=x -e DISABLE_DATA_CHECKSUMS=true \
    -e POSTGRES_HOST_AUTH_METHOD=md5 aza-test-postgres
  wait_ready user || { echo 'not ok - it starts as an arbitrary user'; logs user; return; }
  is "$(stat -c '%u:%g %a' "$folder/data/pg")" '4711:4712 700' 'an arbitrary --user and PGDATA'
  is "$(sql user 'SHOW data_checksums')" off 'DISABLE_DATA_CHECKSUMS'
  is "$(in_container user tail -n 1 /data/pg/pg_hba.conf)" 'host all all all md5' 'POSTGRES_HOST_AUTH_METHOD'
  run_detached root --user root -e POSTGRES_PASSWORD=x aza-test-postgres
  wait_ready root || { echo 'not ok - it starts as root'; logs root; return; }
  is "$(in_container root stat -c %u /proc/1)" 999 'started as root, the server runs as postgres'
}
