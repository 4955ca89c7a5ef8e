# Sourced by scripts that need a PostgreSQL 18 of their own with the extension in it. Everything lies below build/.
# shellcheck shell=bash

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
stage=$repository/build/stage

# The server refuses to run as root; everybody else is already somebody.
as_server_user() {
  if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --init-groups -- "$@"; else "$@"; fi
}

pg_config_18() {
  local config
  for config in "${PG_CONFIG:-pg_config}" /usr/lib/postgresql/18/bin/pg_config; do
    case $("$config" --version 2>/dev/null) in 'PostgreSQL 18'*) command -v "$config"; return ;; esac
  done
  return 1
}
pg_bin=$(dirname "$(pg_config_18)")

# Builds the extension and installs it into build/stage, so that the machine's own PostgreSQL is not touched. One at a time.
stage_extension() {
  local config log=$repository/build/stage.log
  config=$(pg_config_18)
  mkdir -p "$repository/build"
  (
    flock 9
    make -s -C "$repository" -j"$(nproc)" all PG_CONFIG="$config" && \
      make -s -C "$repository" install DESTDIR="$stage" PG_CONFIG="$config"
  ) 9>"$repository/build/.make.lock" >"$log" 2>&1 || { tail -n 30 "$log" >&2; return 1; }
}

# Configuration lines by which a server finds the staged extension.
staged_paths() {
  local config
  config=$(pg_config_18)
  echo "extension_control_path = '$stage$("$config" --sharedir):\$system'"
  echo "dynamic_library_path = '$stage$("$config" --pkglibdir):\$libdir'"
}

# new_cluster FOLDER: an empty data directory, trusting local connections, listening on a socket in FOLDER alone.
new_cluster() {
  local folder=$1
  rm -rf "$folder"
  mkdir -p "$folder"
  [ "$(id -u)" != 0 ] || chown postgres: "$folder"
  as_server_user "$pg_bin/initdb" -D "$folder/data" -A trust -U postgres --no-sync >"$folder/initdb.log"
  { staged_paths
    echo "listen_addresses = ''"
    echo "unix_socket_directories = '$folder'"
    echo "fsync = off"
  } >>"$folder/data/postgresql.conf"
}

start_cluster() { as_server_user "$pg_bin/pg_ctl" -D "$1/data" -l "$1/server.log" -w -t 60 start >/dev/null; }
stop_cluster() { as_server_user "$pg_bin/pg_ctl" -D "$1/data" -m "${2:-fast}" -w stop >/dev/null; }
query() { local folder=$1; shift; as_server_user "$pg_bin/psql" -X -h "$folder" -U postgres -v ON_ERROR_STOP=1 "$@"; }
