# shellcheck shell=sh
# A standby: where PRIMARY_HOST is set and there is no cluster, one is cloned from that server.

replication_passfile=/var/run/postgresql/replication.pgpass

# The file is made anew by every start, since its folder does not outlive the container. The password is in no other.
write_replication_passfile() {
  [ -n "${PRIMARY_HOST:-}" ] && [ -n "$PG_REPLICATION_PASSWORD" ] || return 0
  rm -f "$replication_passfile"
  (umask 177 && printf '*:*:*:%s:%s\n' "$(pgpass_field "$PG_REPLICATION_USER")" \
    "$(pgpass_field "$PG_REPLICATION_PASSWORD")" >"$replication_passfile")
}

conninfo_value() { printf "'%s'" "$(printf '%s' "$1" | sed "s/[\\\\']/\\\\&/g")"; }

primary_conninfo() {
  printf 'host=%s port=%s user=%s passfile=%s application_name=%s' "$(conninfo_value "$PRIMARY_HOST")" \
    "${PRIMARY_PORT:-5432}" "$(conninfo_value "$PG_REPLICATION_USER")" "$replication_passfile" "$REPLICATION_SLOT_NAME"
}

ask_primary() { psql -XAt -d "$(primary_conninfo) replication=true" -c "$1"; }

# Says what is in the way, and says it again when that changes.
wait_for_primary() {
  said=
  until answer=$(pg_isready -U "$PG_REPLICATION_USER" -h "$PRIMARY_HOST" -p "${PRIMARY_PORT:-5432}"); do
    getent ahosts "$PRIMARY_HOST" >/dev/null || answer="$PRIMARY_HOST - no such host is known"
    [ "$answer" = "$said" ] || say "waiting for the primary: $answer"
    said=$answer
    sleep 2
  done
}

# A standby without its slot could miss WAL, so that one that is not there is made.
make_slot() {
  answer=$(ask_primary "READ_REPLICATION_SLOT $REPLICATION_SLOT_NAME") || return
  [ "$answer" = '||' ] || return 0
  say "making the replication slot $REPLICATION_SLOT_NAME on the primary"
  ask_primary "CREATE_REPLICATION_SLOT $REPLICATION_SLOT_NAME PHYSICAL RESERVE_WAL" >/dev/null
}

check_slot_name() {
  case $REPLICATION_SLOT_NAME in
    *[!a-z0-9_]*) fail "invalid value for REPLICATION_SLOT_NAME: \"$REPLICATION_SLOT_NAME\"" \
      "Use lower-case letters, digits and underscores." ;;
  esac
}

clone_primary() {
  [ -n "$PG_REPLICATION_PASSWORD" ] || fail "PRIMARY_HOST is set, but no password for replication was given" \
    "Set PG_REPLICATION_PASSWORD or PG_REPLICATION_PASSWORD_FILE, as on the primary."
  check_slot_name
  claim_folder
  wait_for_primary
  make_slot || fail "the primary at $PRIMARY_HOST refuses the replication user \"$PG_REPLICATION_USER\": see the line above" \
    "A primary whose first start had no PG_REPLICATION_PASSWORD has no such role: /usr/local/share/aza/initdb.d/02-replication.sh makes it."
  say "cloning the primary at $PRIMARY_HOST"
  # -R writes standby.signal, the connection and the slot.
  pg_basebackup -D "$PGDATA/.new" -d "$(primary_conninfo)" -S "$REPLICATION_SLOT_NAME" -R -X stream -c fast ||
    fail "the clone failed: see the lines above" "Nothing is lost: the next start begins anew."
  move_in "$PGDATA/.new"
  finish_folder
  say "cloned; following $PRIMARY_HOST with slot $REPLICATION_SLOT_NAME"
}
