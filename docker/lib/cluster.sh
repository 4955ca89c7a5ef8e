# shellcheck shell=sh
# The data directory: is there a good one, and if not, make one.
#
# A file in it, $marker, says what is being done until all is done: "empty" as long as nothing of a user's can be in it, so
# that beginning anew loses nothing; then the name of the script that runs. A directory with such a script is never
# started as if it were whole.

marker=$PGDATA/.aza-initialising

has_cluster() { [ -s "$PGDATA/PG_VERSION" ] && [ ! -e "$marker" ]; }

# Who names PGDATA knows where the data is. With the default, data that is kept in another place would not be found, or lost with
# the container: older images had their volume at /var/lib/postgresql/data.
volume=/var/lib/postgresql

refuse_other_places() {
  if has_cluster; then refuse_other_version; return; fi
  [ "$PGDATA" = "$volume/$PG_MAJOR/docker" ] || return 0
  for place in "$volume" "$volume/data" "$volume"/*/docker; do
    [ ! -s "$place/PG_VERSION" ] || [ "$place" = "$PGDATA" ] || refuse_cluster_elsewhere "$place"
  done
  ! mountpoint -q "$volume/data" ||
    fail "a volume is mounted at \"$volume/data\", but the data directory is \"$PGDATA\", outside of it" \
      "Mount the volume at $volume."
}

refuse_cluster_elsewhere() {
  found=$(cat "$1/PG_VERSION")
  [ "$found" = "$PG_MAJOR" ] || advise_upgrade "there is a cluster of PostgreSQL $found in \"$1\", and none in \"$PGDATA\""
  fail "there is a cluster in \"$1\", and none in \"$PGDATA\"" "Set PGDATA=$1 to use it, or mount an empty volume at $volume."
}

refuse_other_version() {
  found=$(cat "$PGDATA/PG_VERSION")
  [ "$found" = "$PG_MAJOR" ] || advise_upgrade "the data directory \"$PGDATA\" holds a cluster of PostgreSQL $found"
}

advise_upgrade() {
  fail "$1: this image serves PostgreSQL $PG_MAJOR" \
    "Bring the data over with pg_dumpall, from a container of that version into a new volume, or with pg_upgrade."
}

prepare_folder() {
  mkdir -p "$PGDATA" 2>/dev/null || fail "cannot make the data directory \"$PGDATA\" as user $(id -u)" \
    "Let the mounted folder belong to that user, or name its owner with --user."
  [ -w "$PGDATA" ] || fail "cannot write to the data directory \"$PGDATA\" as user $(id -u)" \
    "It belongs to user $(stat -c %u "$PGDATA"); mount it writable, and let it belong to this user."
}

doing() { echo "$1" >"$marker"; }

refuse_unfinished() {
  fail "the data directory \"$PGDATA\" was not initialised to its end: $(cat "$marker") did not finish" \
    "Mend the script, empty the directory or remove the volume, and start again."
}

# Keeps a folder that somebody else put files into; lost+found comes with a file system.
refuse_foreign_files() {
  foreign=$(find "$PGDATA" -mindepth 1 -maxdepth 1 ! -name lost+found -printf '%f\n' | head -n 1)
  [ -z "$foreign" ] || fail "the data directory \"$PGDATA\" holds no cluster, but is not empty: there is \"$foreign\"" \
    "Name an empty folder with PGDATA, such as $PGDATA/pgdata."
}

claim_folder() {
  if [ -e "$marker" ]; then
    [ "$(cat "$marker")" = empty ] || [ ! -s "$marker" ] || refuse_unfinished
    say "an earlier start ended before it had made the cluster: beginning anew"
    find "$PGDATA" -mindepth 1 -maxdepth 1 ! -name lost+found -exec rm -rf {} +
  fi
  refuse_foreign_files
  doing empty
  chmod 700 "$PGDATA"
}

# From now on the data directory is a good one.
finish_folder() { rm -f "$marker"; }

# The contents of a finished folder become the data directory's.
move_in() {
  find "$1" -mindepth 1 -maxdepth 1 -exec mv -t "$PGDATA" {} +
  rmdir "$1"
}

require_password() {
  [ -n "$POSTGRES_PASSWORD" ] || [ "${POSTGRES_HOST_AUTH_METHOD:-}" = trust ] || fail \
    "the database is not initialised, and no password for its superuser was given" \
    "Set POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE, as in: docker run -e POSTGRES_PASSWORD=... IMAGE" \
    "(POSTGRES_HOST_AUTH_METHOD=trust lets everybody in without one: never where others can reach the port.)"
  [ "${POSTGRES_HOST_AUTH_METHOD:-}" != trust ] ||
    say "WARNING: POSTGRES_HOST_AUTH_METHOD=trust: whoever reaches the port is let in without a password"
}

checksum_option() {
  case $(printf '%s' "${DISABLE_DATA_CHECKSUMS:-false}" | tr '[:upper:]' '[:lower:]') in
    false | '') echo --data-checksums ;;
    true) echo --no-data-checksums ;;
    *) fail "invalid value for DISABLE_DATA_CHECKSUMS: \"$DISABLE_DATA_CHECKSUMS\"" "Use true or false." ;;
  esac
}

# initdb asks for the name of the user it runs as, which an arbitrary --user does not have.
name_this_user() {
  ! getent passwd "$(id -u)" >/dev/null || return 0
  names=$(mktemp -d)
  echo "postgres:x:$(id -u):$(id -g)::$PGDATA:/bin/false" >"$names/passwd"
  echo "postgres:x:$(id -g):" >"$names/group"
  export LD_PRELOAD=libnss_wrapper.so NSS_WRAPPER_PASSWD="$names/passwd" NSS_WRAPPER_GROUP="$names/group"
}

forget_name() {
  [ -n "${names:-}" ] || return 0
  rm -rf "$names"
  unset LD_PRELOAD NSS_WRAPPER_PASSWD NSS_WRAPPER_GROUP names
}

initdb_failed() { fail "initdb failed: see the lines above" "Nothing is lost: the next start begins anew."; }

# System V shared memory for parallel queries: the 64MB of /dev/shm that a container has by default would not hold them.
run_initdb() {
  [ -z "${POSTGRES_INITDB_WALDIR:-}" ] || set -- --waldir "$POSTGRES_INITDB_WALDIR"
  name_this_user
  # initdb writes the time zone that it finds into the configuration, where it wins over the image's. TZ counts, as in the official image.
  export TZ="${TZ:-UTC}"
  # The arguments are split and unquoted as a shell would: that is the variable's contract.
  eval "set -- --username=\"\$POSTGRES_USER\" \"$checksums\" --set dynamic_shared_memory_type=sysv \
    --auth-local=trust --auth-host=scram-sha-256 \"\$@\" $POSTGRES_INITDB_ARGS"
  if [ -n "$POSTGRES_PASSWORD" ]; then
    printf '%s\n' "$POSTGRES_PASSWORD" | initdb -D "$PGDATA/.new" --pwfile=/dev/stdin "$@" || initdb_failed
  else
    initdb -D "$PGDATA/.new" "$@" --auth-host=trust || initdb_failed
  fi
  forget_name
}

# The last line of pg_hba.conf opens the network, with the method that was asked for.
allow_network() {
  printf '\nhost all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$1/pg_hba.conf"
}

# The image's file comes first, so that the lines of the data directory's own win. initdb has run without it: what is made before
# anybody's data has no need of libraries, and nothing of it belongs into an audit log.
include_configuration() {
  { echo "include '/etc/postgresql/postgresql.conf'"; echo; cat "$1/postgresql.conf"; } >"$PGDATA/.conf"
  cat "$PGDATA/.conf" >"$1/postgresql.conf"
  rm "$PGDATA/.conf"
}

# pg_cron works in one database, which is known only now.
write_database_name() { printf "\ncron.database_name = %s\n" "$(quoted "$POSTGRES_DB")" >>"$1/postgresql.conf"; }

make_cluster() {
  require_password
  checksums=$(checksum_option)  # here, where a failure ends the start
  claim_folder
  run_initdb
  allow_network "$PGDATA/.new"
  include_configuration "$PGDATA/.new"
  write_database_name "$PGDATA/.new"
  move_in "$PGDATA/.new"
}
