# Read-only root, no capabilities, what is logged and what is not. Sourced by the suite image.
# shellcheck shell=bash disable=SC2154,SC2016  # names of lab.sh; what a shell in the container expands

case_hardened() {
  run_detached hardened --read-only --cap-drop ALL --security-opt no-new-privileges --pids-limit 256 -m 512m \
    --tmpfs /var/run/postgresql --tmpfs /tmp -e "POSTGRES_PASSWORD=$password" -e PG_REPLICATION_PASSWORD=repl-secret \
    -e POSTGRES_EXPORTER_PASSWORD=exp-secret aza-test-postgres -c pgaudit.log=ddl,write,role -c pgaudit.log_relation=on
  wait_ready hardened || { echo 'not ok - it starts read-only and without capabilities'; logs hardened; return; }
  is "$(in_container hardened sed -n 's/^CapEff:[[:space:]]*//p' /proc/1/status)" 0000000000000000 'read-only, no capabilities: it serves'
  is "$(sql hardened "SELECT string_agg(concat_ws(' ', rolname, rolsuper, rolinherit, rolcreaterole, rolreplication, rolconnlimit), ', ' ORDER BY rolname)
    FROM pg_roles WHERE rolname !~ '^pg_'")" \
    'postgres t t t t 50, postgres_exporter f t f f 5, replicator f f f t 5' 'the roles'\'' attributes'
  is "$(sql hardened 'SELECT slot_name, slot_type, active FROM pg_replication_slots')" 'replica_slot_1|physical|f' 'the slot'
  is "$(sql hardened "SELECT bool_and(rolpassword LIKE 'SCRAM-SHA-256\$%') FROM pg_authid WHERE rolpassword IS NOT NULL")" t 'passwords are SCRAM only'
  is "$(sql hardened "SELECT string_agg(coalesce(grantee, ''), ',') FROM information_schema.routine_privileges WHERE routine_name = 'pgbouncer_lookup'")" postgres 'pgbouncer_lookup is nobody else'\''s'
  check_audit
  check_secrets
}

check_audit() {
  sql hardened "CREATE TABLE audited (n int); INSERT INTO audited VALUES (1); CREATE ROLE someone PASSWORD 'hidden-secret'" >/dev/null
  like "$(logs hardened)" 'AUDIT: SESSION,.*,DDL,CREATE TABLE,TABLE,public.audited' 'DDL is audited'
  like "$(logs hardened)" 'AUDIT: SESSION,.*,WRITE,INSERT,TABLE,public.audited' 'writes are audited'
  like "$(logs hardened)" 'AUDIT: SESSION,.*,ROLE,CREATE ROLE,.*PASSWORD <REDACTED>' 'role changes are audited'
}

check_secrets() {
  unlike "$(logs hardened)" 's3cret|repl-secret|exp-secret|hidden-secret' 'no secret in the log'
  unlike "$(docker top "$lab-hardened" -eo pid,args)" 's3cret|repl-secret|exp-secret' 'no secret in ps'
  unlike "$(in_container hardened sh -c 'tr "\\0" "\\n" </proc/1/environ')" 's3cret|repl-secret|exp-secret' 'no secret in the environment of the server'
  is "$(sql hardened "SELECT count(*) FROM pg_stat_statements WHERE query ~ 'repl-secret|exp-secret'")" 0 'no secret of the scripts in pg_stat_statements'
  is "$(in_container hardened sh -c 'grep -rlE "repl-secret|exp-secret" $PGDATA /var/run/postgresql /tmp | wc -l')" 0 'no secret in a file'
}

# A hash join of several hundred MB in a container whose /dev/shm has 64MB.
case_small_shm() {
  run_detached shm -m 2g -e POSTGRES_PASSWORD=x aza-test-postgres -c max_parallel_workers=4 -c max_worker_processes=16
  wait_ready shm || { echo 'not ok - it starts'; logs shm; return; }
  is "$(in_container shm df -m --output=size /dev/shm | tail -n 1 | tr -d ' ')" 64 '/dev/shm has 64MB'
  is "$(sql shm "CREATE TABLE big AS SELECT n, repeat('x', 100) AS t FROM generate_series(1, 1000000) n; ANALYZE big;
    SET max_parallel_workers_per_gather = 2; SET work_mem = '128MB'; SET hash_mem_multiplier = 4; SET parallel_setup_cost = 0;
    SET parallel_tuple_cost = 0; SET enable_mergejoin = off; SET enable_nestloop = off;
    SELECT count(a.t || b.t) FROM big a JOIN big b USING (n)")" 1000000 'a parallel hash join of more than that runs'
}

# Nobody decides for a server that already runs: an ALTER SYSTEM stays, a planned setting in the files does not.
case_no_planned_settings() {
  local planned conf
  conf=$(run_once aza-test-postgres sh -c 'cat /etc/postgresql/*.conf')
  planned=$(build/bin/aza-plan --memory 1GB --cpus 1 --format conf | sed -n 's/^\([a-z_]*\) = .*/\1/p' | paste -sd '|')
  unlike "$conf" "^($planned) *=" 'the image'\''s configuration holds no planned setting'
  for stack in single primary replica; do
    unlike "$(cat "stacks/$stack/config/postgresql.conf")" "^($planned) *=" "nor does that of the stack $stack"
  done
}
