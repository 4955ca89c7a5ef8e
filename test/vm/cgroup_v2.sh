# Runs as root in tools/virtual_machine (4 CPUs) on a root of tools/minimal_root: starts the server inside real cgroup v2
# groups and prints as TAP what it says of them in SQL. Each case has groups of its own.
# shellcheck shell=sh
export PATH=/usr/lib/postgresql/18/bin:/usr/bin
tree=/sys/fs/cgroup
data=/var/lib/postgresql/data
log=/tmp/log
count=0 failed=0

is() {  # is GOT EXPECTED WHAT
  count=$((count + 1))
  if [ "$1" = "$2" ]; then echo "ok $count - $3"; return; fi
  failed=$((failed + 1))
  echo "not ok $count - $3"
  printf 'expected: %s\n     got: %s\n' "$2" "$1" | sed 's/^/# /'
}

# group PATH [FILE=VALUE ...]: makes a group below those that exist, hands every controller down to it, sets its limits.
group() {
  group=$tree/$1
  shift
  sed 's/[a-z]*/+&/g' "${group%/*}/cgroup.controllers" >"${group%/*}/cgroup.subtree_control"
  mkdir "$group"
  for limit in "$@"; do echo "${limit#*=}" >"$group/${limit%%=*}" || echo "# $limit was refused"; done
}

start_server() { su postgres -c "pg_ctl -D $data -w -t 60 -l $log start" >/dev/null || sed 's/^/# /' $log; }
stop_server() { su postgres -c "pg_ctl -D $data -m fast -w stop" >/dev/null; }

enter() { echo 0 >"$tree/$1/cgroup.procs"; }  # moves this shell
start_in() {
  rm -f $log
  (enter "$1" && start_server)
}

# Without its parents, as a container engine does it: the group is the root of what can be seen. (busybox has an unshare
# of its own, which knows no --cgroup and comes first unless a path is given.)
start_in_namespace() {
  rm -f $log
  (enter "$1" && exec /usr/bin/unshare --cgroup --mount sh -c "umount $tree && mount -t cgroup2 cgroup2 $tree && $2") >/dev/null ||
    sed 's/^/# /' $log
}

sql() { timeout 30 psql -X -U postgres -h /tmp -At -c "$1"; }
fact() { sql "SELECT concat_ws(' | ', value, source, remark) FROM aza_detection() WHERE fact = '$1'"; }
warnings() { sed -n 's/^.* WARNING:  //p' $log; }

# Memory and its source and file, CPUs and their source, and two settings that follow.
says() {  # says EXPECTED WHAT
  is "$(sql "SELECT concat_ws(' | ', current_setting('aza.detected_memory'), current_setting('aza.detected_memory_source'),
    nullif(current_setting('aza.memory_limit_path'), ''), current_setting('aza.detected_cpus'),
    current_setting('aza.detected_cpus_source'), current_setting('shared_buffers'), current_setting('work_mem'))")" "$1" "$2"
}

make_cluster() {
  su postgres -c "initdb -D $data --locale=C.UTF-8 -A trust -U postgres --no-sync" >/tmp/initdb.log || cat /tmp/initdb.log
  printf '%s\n' "shared_preload_libraries = 'aza_autoconf'" "unix_socket_directories = '/tmp'" "listen_addresses = ''" \
    'fsync = off' >>$data/postgresql.conf
}

test_no_limit() {
  group free
  start_in free
  sql 'CREATE EXTENSION aza_autoconf' >/dev/null
  total=$(($(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo) / 1024))
  says "${total}MB | /proc/meminfo | 4 | affinity mask | $((total / 4))MB | 5MB" 'max everywhere: the machine itself'
  is "$(fact memory.max)" "max | $tree/free/memory.max" 'and the report shows the limit that is none'
  stop_server
}

test_tighter_parent() {
  group outer memory.max=600M
  group outer/inner memory.max=1G
  start_in outer/inner
  says "600MB | cgroup v2 memory.max | $tree/outer/memory.max | 4 | affinity mask | 150MB | 1MB" \
    'a parent that is tighter than the group gives the memory'
  is "$(fact memory.max)" "1GB | $tree/outer/inner/memory.max
600MB | $tree/outer/memory.max | the tightest" 'and the report shows both limits'
  is "$(fact 'memory pressure')" "available | $tree/outer/memory.pressure | reported, not planned from" 'and the pressure file'
  is "$(sed -n 's/^.*DETAIL:  Could not set one in //p' $log)" "\"$tree/outer/memory.pressure\": Permission denied." \
    'in which the server may not set a trigger, as the log says'
  stop_server
}

test_high_below_max() {
  group high memory.max=1G memory.high=768M
  start_in high
  says "768MB | cgroup v2 memory.high | $tree/high/memory.high | 4 | affinity mask | 192MB | 1MB" \
    'memory.high counts where it is below memory.max'
  stop_server
}

test_parent_quota() {
  group busy 'cpu.max=150000 100000' memory.max=2G
  group busy/inner
  start_in busy/inner
  says "2GB | cgroup v2 memory.max | $tree/busy/memory.max | 2 | cgroup v2 cpu.max (150000/100000, rounded up) | 512MB | 4MB" \
    "a parent's quota of 1.5 CPUs gives 2 of 4"
  is "$(sql 'SHOW max_parallel_workers')" 2 'and max_parallel_workers follows'
  stop_server
}

test_service_slice() {
  group database.slice cpuset.cpus=1 memory.max=1G
  group database.slice/postgresql@18-main.service memory.max=64G
  start_in database.slice/postgresql@18-main.service
  says "1GB | cgroup v2 memory.max | $tree/database.slice/memory.max | 1 | cgroup v2 cpuset.cpus.effective (1) | 256MB | 2MB" \
    "a slice's limit and cpuset count for the service in it"
  stop_server
}

test_more_than_machine() {
  group huge memory.max=64G
  start_in huge
  is "$(sql 'SHOW aza.detected_memory_source')" '/proc/meminfo (cgroup v2 memory.max of 64GB is more than the machine has)' \
    'a limit that is more than the machine has is said and not used'
  stop_server
}

test_small_limit() {
  group small memory.max=120M memory.oom.group=1
  start_in small
  says "120MB | cgroup v2 memory.max | $tree/small/memory.max | 4 | affinity mask | 30MB | 1MB" 'a server starts in 120MB'
  is "$(warnings | head -n 1)" 'memory is 120MB (cgroup v2 memory.max), less than the 128MB that a server needs: the smallest plan that starts is used' \
    'and warns that it is small'
  is "$(warnings | sed -n '2s/ of memory: .*//p')" '80 connections do not fit into 120MB' 'and that so many connections do not fit'
  is "$(fact memory.oom.group)" "1 | $tree/small/memory.oom.group | out of memory in one backend ends the whole server" \
    'memory.oom.group is reported'
  stop_server
}

test_namespace() {
  group hidden memory.max=600M
  group hidden/seen memory.max=1G
  start_in_namespace hidden/seen "su postgres -c 'pg_ctl -D $data -w -t 60 -l $log start'"
  says "1GB | cgroup v2 memory.max | $tree/memory.max | 4 | affinity mask | 256MB | 2MB" \
    'in a cgroup namespace the group is all that can be seen'
  is "$(fact memory.max)" "1GB | $tree/memory.max | the tightest" 'and nothing above it is reported'
  stop_server
}

# A session that stays open: ask QUERY prints what it answers.
open_session() {
  rm -f /tmp/questions
  mkfifo /tmp/questions
  psql -X -q -U postgres -h /tmp -At </tmp/questions &
  exec 3>/tmp/questions
}
ask() {
  printf '%s \\g /tmp/answer\n\\! mv /tmp/answer /tmp/answered\n' "$1" >&3
  for try in $(seq 200); do [ -f /tmp/answered ] && break; usleep 20000; done
  cat /tmp/answered
  rm -f /tmp/answered
}
close_session() { exec 3>&-; }

hundredths() { sed 's/ .*//; s/\.//' /proc/uptime; }
follows() {  # follows QUERY EXPECTED WHAT: the open session answers so within two seconds
  started=$(hundredths)
  while answer=$(ask "$1"); [ "$answer" != "$2" ] && [ $(($(hundredths) - started)) -lt 200 ]; do usleep 50000; done
  is "$answer" "$2" "$3"
}
counted() { sql "SELECT value > 0 FROM aza_governor_stats() WHERE name = '$1'"; }
counts_within() {  # counts_within SECONDS NAME WHAT
  for try in $(seq $(($1 * 5))); do [ "$(counted "$2")" = t ] && break; usleep 200000; done
  is "$(counted "$2")" t "$3"
}

# The limit is written while the server runs. The pressure file is handed over to the server's user, as a delegated
# group's is.
test_limit_changes() {
  group live memory.max=1G
  chown postgres "$group/memory.pressure"
  start_in live
  open_session
  is "$(ask 'SHOW work_mem')" 2MB 'a session is open, with the plan for 1GB'
  echo 2G >"$group/memory.max"
  follows 'SHOW work_mem' 4MB 'memory.max is raised: the session has its new work_mem within two seconds'
  is "$(ask 'SHOW aza.detected_memory')" 2GB 'aza.detected_memory follows'
  is "$(ask "SELECT value, planned, pending_restart FROM aza_tuning_report() WHERE setting = 'shared_buffers'")" '256MB|512MB|t' \
    'what needs a restart is pending'
  echo 200M >"$group/memory.max"
  follows 'SHOW aza.detected_memory' 200MB 'memory.max is lowered below shared memory'
  is "$(warnings | sed 's/ the [0-9]*MB of/ the shared/')" 'the memory limit of 200MB is below the shared shared memory that the server has taken' \
    'which is warned of'
}

# Processes in the server's group that are no part of the server: one that the kernel slows down, and one that it kills.
test_kernel_events() {
  echo 1G >"$group/memory.max"
  follows 'SHOW aza.detected_memory' 1GB 'memory.max is raised again'
  echo $(($(cat "$group/memory.current") + 16777216)) >"$group/memory.high"
  (enter live && exec timeout 3 dd if=/dev/zero of=/tmp/fill bs=1M count=64 2>/dev/null)
  rm /tmp/fill
  echo max >"$group/memory.high"  # at once: all of the group is slowed down
  counts_within 5 'kernel: memory.high reached' 'memory.events: memory.high is reached'
  counts_within 5 'kernel: stalls told' 'the pressure trigger tells of stalls'
  is "$(counted 'kernel: processes killed')" f 'nothing was killed'
  (enter live && exec dd if=/dev/zero of=/dev/null bs=1100M count=1 2>/dev/null)
  counts_within 5 'kernel: processes killed' 'a process that the kernel kills is counted'
  is "$(warnings | tail -n 1)" "the kernel killed 1 process of the server's group for lack of memory" 'warned of'
  is "$(sql "SELECT kind, cause, before, after FROM aza_events() WHERE kind = 'oom kill'")" "oom kill|$group/memory.events|0 kills|1 kills" \
    'and an event'
  close_session
  stop_server
}

# Four queries that would take all there is and more, at the same time; in large pieces, since emulated CPUs are slow.
greedy() {  # greedy NAME QUERY
  (timeout 100 psql -X -U postgres -h /tmp -At -c "SET work_mem = '1MB'" -c "$2" >"/tmp/greedy.$1" 2>&1) &
}
test_queries_without_end() {
  group greedy memory.max=512M
  start_in greedy
  for n in 1 2; do
    greedy "array.$n" "SELECT length(array_agg(repeat('x', 1000000) || i)::text) FROM generate_series(1, 5000) i"
    greedy "union.$n" "WITH RECURSIVE r (n, x) AS (SELECT 1, repeat('x', 100000) UNION SELECT n + 1, repeat('x', 100000) FROM r) SELECT count(*) FROM r"
  done
  wait
  is "$(grep -l '^ERROR:  canceling statement because the server is about to run out of memory' /tmp/greedy.*.? | wc -l)" 4 \
    'queries without end end with an error, each'
  is "$(sed -n 's/^oom_kill //p' "$group/memory.events")" 0 'the kernel has killed nothing'
  is "$(grep -c 'terminating any other active server processes' $log)" 0 'and the server has not started over'
  is "$(sql 'SELECT count(*) FROM generate_series(1, 1000)')" 1000 'but goes on'
  [ "$failed" = 0 ] || sed 's/^/# /' /tmp/greedy.*.?
  stop_server
}

# Three clients sort without a pause, from outside the group, while its limit is written twice.
test_limit_changes_under_load() {
  group loaded memory.max=1G
  start_in loaded
  echo "SELECT count(*) FROM (SELECT md5(i::text) FROM generate_series(1, 50000) i ORDER BY 1) AS sorted;" >/tmp/sorts.sql
  (pgbench -n -U postgres -h /tmp -c 3 -j 1 -T 15 -f /tmp/sorts.sql postgres >/tmp/sorts.log 2>&1) &
  load=$!
  open_session
  is "$(ask 'SHOW work_mem')" 2MB 'a session is open while others sort, with the plan for 1GB'
  echo 2G >"$group/memory.max"
  follows 'SHOW work_mem' 4MB 'memory.max is raised under load: the session has its new work_mem within two seconds'
  echo 600M >"$group/memory.max"
  follows 'SHOW work_mem' 1MB 'and lowered under load'
  wait $load
  is "$(sed -n 's/^number of failed transactions: //p' /tmp/sorts.log)" '0 (0.000%)' 'and no client has lost a transaction'
  is "$(counted 'kernel: processes killed')" f 'nor a process'
  close_session
  stop_server
}

make_cluster
test_no_limit
test_tighter_parent
test_high_below_max
test_parent_quota
test_service_slice
test_more_than_machine
test_small_limit
test_namespace
test_queries_without_end
test_limit_changes_under_load
test_limit_changes
test_kernel_events
# What explains a failure would be lost with the machine.
[ "$failed" = 0 ] || { tail -n 40 $log; dmesg | grep -E 'oom|Out of memory|Killed' | tail -n 20; } | sed 's/^/# /'
echo "1..$count"
exit "$((failed > 0))"
