# Sourced by scripts that run something in a cgroup with a real memory limit.
# shellcheck shell=bash

group_folders=()

# limit_group NAME MEMORY_BYTES CPU_MICROSECONDS: a new group, for the tasks that enter_group moves into it. Fails where this
# machine lets us make none. CPU_MICROSECONDS are of every 100000.
limit_group() {
  local name=$1 memory=$2 cpu=$3 v2
  [ "$(id -u)" = 0 ] || return 1
  v2=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
  if [ -n "$v2" ] && mkdir "$v2/$name" 2>/dev/null; then
    group_folders=("$v2/$name")
    if echo "$memory" >"$v2/$name/memory.max"; then
      echo "$cpu 100000" >"$v2/$name/cpu.max" || :  # the memory limit is what matters
      return 0
    fi 2>/dev/null
    remove_group
  fi
  limit_group_v1 "$@"
}

v1_mount() { awk -v controller="$1" '$3 == "cgroup" && $4 ~ "(^|,)" controller "(,|$)" { print $2; exit }' /proc/mounts; }

limit_group_v1() {
  local name=$1 memory=$2 cpu=$3 mount
  mount=$(v1_mount memory)
  [ -n "$mount" ] && mkdir "$mount/$name" 2>/dev/null || return 1
  group_folders=("$mount/$name")
  echo "$memory" >"$mount/$name/memory.limit_in_bytes" || { remove_group; return 1; }
  mount=$(v1_mount cpu)
  [ -n "$mount" ] && mkdir "$mount/$name" 2>/dev/null || return 0
  group_folders+=("$mount/$name")
  echo 100000 >"$mount/$name/cpu.cfs_period_us" && echo "$cpu" >"$mount/$name/cpu.cfs_quota_us"
}

# Moves the calling shell, and so everything that it starts.
enter_group() {
  local folder
  for folder in "${group_folders[@]}"; do echo "$BASHPID" >"$folder/cgroup.procs"; done
}

# The kernel may take a moment to forget the last task.
remove_group() {
  local folder try
  for folder in "${group_folders[@]}"; do
    for try in 1 2 3 4 5 6 7 8 9 10; do
      rmdir "$folder" 2>/dev/null && break
      [ "$try" -lt 10 ] || echo "could not remove the group $folder" >&2
      sleep 0.2
    done
  done
  group_folders=()
}
