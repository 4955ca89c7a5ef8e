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

sql() { psql -X -U postgres -h /tmp -At -c "$1"; }
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

make_cluster
test_no_limit
test_tighter_parent
test_high_below_max
test_parent_quota
test_service_slice
test_more_than_machine
test_small_limit
test_namespace
echo "1..$count"
exit "$((failed > 0))"
