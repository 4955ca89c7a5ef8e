# Limits that change under load while the container runs: an open session follows within two seconds. Sourced by the suite image.
# shellcheck shell=bash disable=SC2154,SC2016  # names of lab.sh; what a shell in the container expands

case_live_limits() {
  run_detached live -m 1g --cpus 1 -e POSTGRES_PASSWORD=x aza-test-postgres
  wait_ready live || { echo 'not ok - it starts'; logs live | tail -n 20; return; }
  docker exec -d "$lab-live" sh -c 'echo "SELECT count(*) FROM (SELECT i FROM generate_series(1, 300000) i ORDER BY i DESC OFFSET 0) x;" >/tmp/load.sql &&
    exec pgbench -n -U postgres -c 4 -T 120 -f /tmp/load.sql postgres'
  coproc session { docker exec -i "$lab-live" psql -XAtq -U postgres 2>&1; }
  is "$(tell "SHOW work_mem")" 2MB 'an open session, at the start: the plan for 1g'
  docker update -m 4g --memory-swap 4g "$lab-live" >/dev/null
  follows 'SHOW work_mem' 5MB 'docker update -m 4g: the open session has the new work_mem within two seconds'
  is "$(tell 'SHOW maintenance_work_mem')" 128MB 'and maintenance_work_mem'
  is "$(tell 'SHOW aza.detected_memory')" 4GB 'and the memory that was detected'
  is "$(tell "SELECT value, planned, status, pending_restart FROM aza_tuning_report() WHERE setting = 'shared_buffers'")" \
    '256MB|1GB|applied|t' 'what needs a restart is shown as pending'
  docker update --cpus 2 "$lab-live" >/dev/null
  follows 'SHOW max_parallel_workers' 2 'docker update --cpus 2: so are the parallel workers'
  is "$(sql live "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pgbench'")" 4 'under load, all the time'
  like "$(logs live)" 'LOG:  aza_autoconf: the limits changed from 1024MB, CPUs 1 to 4096MB, CPUs 1: ' 'the log says so'
  echo "\\q" >&"${session[1]}"
  docker restart -t 30 "$lab-live" >/dev/null
  wait_ready live
  is "$(sql live 'SHOW shared_buffers')" 1GB 'after a restart it is in force'
}

# tell SQL: one line's answer of the open session.
tell() {
  local answer
  echo "$1;" >&"${session[1]}"
  read -r -t 10 -u "${session[0]}" answer || answer='no answer'
  echo "$answer"
}

# follows SQL ANSWER WHAT: within two seconds of now.
follows() {
  local until=$((${EPOCHREALTIME/./} + 2000000)) answer
  until answer=$(tell "$1"); [ "$answer" = "$2" ] || (( ${EPOCHREALTIME/./} > until )); do sleep 0.05; done
  is "$answer" "$2" "$3"
}
