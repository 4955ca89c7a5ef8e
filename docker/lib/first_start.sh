# shellcheck shell=sh
# What happens once, on a new cluster: a server that only this container can reach makes the database and runs the scripts.

image_scripts=/usr/local/share/aza/initdb.d
user_scripts=/docker-entrypoint-initdb.d

# start_private_server COMMAND ...: waits until it answers; returns its status if it ends instead.
start_private_server() {
  PGHOST=$(mktemp -d)
  export PGHOST PGPASSWORD="$POSTGRES_PASSWORD"
  "$@" -c listen_addresses= -c "unix_socket_directories=$PGHOST" &
  server=$!
  until pg_isready -q -U "$POSTGRES_USER"; do
    kill -0 "$server" 2>/dev/null || wait "$server" || exit "$?"
    sleep 0.05
  done
}

stop_private_server() {
  kill -INT "$server" 2>/dev/null || :  # it may have ended already, as its status then says
  wait "$server"
  rm -rf "$PGHOST"
  unset PGHOST PGPASSWORD
}

# psql as superuser in the new database. Scripts may use it, too.
docker_process_sql() {
  psql -v ON_ERROR_STOP=1 --no-psqlrc --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" "$@"
}

make_database() {
  [ "$POSTGRES_DB" = postgres ] || createdb --username "$POSTGRES_USER" --maintenance-db postgres -- "$POSTGRES_DB"
  docker_process_sql -q -c 'CREATE EXTENSION aza_autoconf'
}

# Both folders' scripts in the order of their names; one of the user's replaces the image's of the same name.
script_list() { find "$image_scripts" "$user_scripts" -mindepth 1 -maxdepth 1 ! -type d -printf '%f\n' | LC_ALL=C sort -u; }
script_path() { if [ -e "$user_scripts/$1" ]; then echo "$user_scripts/$1"; else echo "$image_scripts/$1"; fi; }

# In a shell of its own, in which a failing command ends the script.
# shellcheck disable=SC2016  # expanded by that shell
source_script() { sh -ec '. /usr/local/lib/aza/first_start.sh; . "$1"' sh "$1"; }

# As in the official image a script without the x bit is sourced; where it says that it needs bash, bash runs it.
run_shell_script() {
  if [ -x "$1" ]; then "$1"
  elif head -n 1 "$1" | grep -q '^#!.*bash'; then bash "$1"
  else source_script "$1"
  fi
}

core_libraries() { sed -n "s/^aza.preload_libraries = '\(.*\)'/\1/p" /etc/postgresql/preload.conf; }

# An extension whose library POSTGRES_SHARED_PRELOAD_LIBRARIES leaves out cannot be created.
creatable_extensions() {
  awk -v wanted=",${POSTGRES_SHARED_PRELOAD_LIBRARIES:-$(core_libraries)}," -v core=",$(core_libraries)," '
    BEGIN { gsub(/ /, "", wanted) }
    { name = $NF; sub(/;$/, "", name) }
    /^CREATE EXTENSION/ && index(core, "," name ",") && !index(wanted, "," name ",") {
      print "\\warn aza: not created, since it is not preloaded: " name
      next
    }
    { print }' "$1"
}

# A damaged archive is found out before its first statement runs.
run_script() {
  case $1 in
    *.sh) run_shell_script "$1" ;;
    "$image_scripts"/01-extensions.sql) creatable_extensions "$1" | docker_process_sql -q ;;
    *.sql) docker_process_sql -f "$1" ;;
    *.sql.gz) gzip -t "$1" && gzip -dc "$1" | docker_process_sql ;;
    *.sql.xz) xz -t "$1" && xz -dc "$1" | docker_process_sql ;;
    *.sql.zst) zstd -tq "$1" && zstd -dcq "$1" | docker_process_sql ;;
    *) say "ignored: $1" ;;
  esac
}

run_scripts() {
  list=$(mktemp)
  script_list >"$list"
  while IFS= read -r script <&3; do
    path=$(script_path "$script")
    doing "$path"
    say "running $path"
    run_script "$path" 3<&- || fail_script "$path" "$?"
  done 3<"$list"
  rm -f "$list"
}

fail_script() {
  stop_private_server || :  # what counts is the failure before this one
  fail "$1 failed with status $2: the cluster is not complete and will not be started" \
    "Mend the script, empty the data directory \"$PGDATA\" or remove its volume, and start again."
}

first_start() {
  trap 'stop_private_server; exit 130' INT TERM
  start_private_server "$@"
  make_database
  run_scripts
  stop_private_server || fail "the server could not be stopped after the initialisation"
  trap - INT TERM
  finish_folder
}
