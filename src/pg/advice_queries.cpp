#include "pg/advice_queries.h"

#include "pg/backend_api.h"
#include "pg/guc_record.h"

namespace aza {

namespace {

constexpr const char* kTotals = R"(
SELECT d.temp_files, d.temp_bytes, d.launched, c.num_timed, c.num_requested, least(w.wal_bytes, 9e18)::bigint,
       extract(epoch FROM clock_timestamp() - coalesce(w.stats_reset, pg_postmaster_start_time()))::bigint,
       extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())::bigint,
       io.reads, io.hits, io.evictions,
       (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'autovacuum worker'),
       (SELECT max(age(datfrozenxid))::bigint FROM pg_database)
  FROM (SELECT sum(temp_files)::bigint AS temp_files, sum(temp_bytes)::bigint AS temp_bytes,
               sum(parallel_workers_launched)::bigint AS launched FROM pg_stat_database) AS d,
       pg_stat_checkpointer AS c, pg_stat_wal AS w,
       (SELECT sum(reads)::bigint AS reads, sum(hits)::bigint AS hits, sum(evictions)::bigint AS evictions
          FROM pg_stat_io
         WHERE backend_type = 'client backend' AND object = 'relation' AND context = 'normal') AS io)";

// %s is the schema of pg_stat_statements. What maintenance_work_mem rules is left out.
constexpr const char* kStatements = R"(
SELECT s.queryid, r.rolname::text, s.calls, s.temp_blks_written * current_setting('block_size')::bigint
  FROM %s.pg_stat_statements AS s JOIN pg_roles AS r ON r.oid = s.userid
 WHERE s.toplevel AND s.temp_blks_written > 0
   AND s.query !~* '^\s*(create\s+(unique\s+)?index|alter|reindex|cluster|vacuum)'
 ORDER BY s.temp_blks_written DESC LIMIT 3)";

// Autovacuum's own formula (relation_needs_vacanalyze), for the tables that it is allowed to vacuum.
constexpr const char* kTables = R"(
SELECT format('%I.%I', n.nspname, c.relname), s.n_dead_tup, t.threshold
  FROM pg_class AS c
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_stat_all_tables AS s ON s.relid = c.oid
 CROSS JOIN LATERAL (
       SELECT coalesce(max(option_value) FILTER (WHERE option_name = 'autovacuum_vacuum_threshold'),
                       current_setting('autovacuum_vacuum_threshold'))::float8 AS base,
              coalesce(max(option_value) FILTER (WHERE option_name = 'autovacuum_vacuum_scale_factor'),
                       current_setting('autovacuum_vacuum_scale_factor'))::float8 AS scale,
              coalesce(max(option_value) FILTER (WHERE option_name = 'autovacuum_vacuum_max_threshold'),
                       current_setting('autovacuum_vacuum_max_threshold'))::float8 AS most,
              coalesce(bool_and(option_value::boolean) FILTER (WHERE option_name = 'autovacuum_enabled'), true) AS enabled
         FROM pg_options_to_table(c.reloptions)) AS o
 CROSS JOIN LATERAL (
       SELECT least(o.base + o.scale * greatest(c.reltuples, 0), nullif(o.most, -1))::bigint AS threshold) AS t
 WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' AND o.enabled AND s.n_dead_tup > t.threshold
   AND NOT EXISTS (SELECT FROM pg_stat_progress_vacuum AS p
                    WHERE p.relid = c.oid AND p.datname = current_database())
 ORDER BY s.n_dead_tup / greatest(t.threshold, 1) DESC, s.n_dead_tup DESC LIMIT 20)";

constexpr const char* kSlots = R"(
SELECT slot_name::text, active, pg_wal_lsn_diff(
         CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, restart_lsn)::bigint
  FROM pg_replication_slots
 WHERE restart_lsn IS NOT NULL AND invalidation_reason IS NULL
 ORDER BY 3 DESC LIMIT 10)";

constexpr const char* kTablespaces = R"(
SELECT spcname::text, pg_tablespace_location(oid) FROM pg_tablespace
 WHERE pg_tablespace_location(oid) <> '' ORDER BY spcname LIMIT 14)";

constexpr const char* kStatementsSchema = R"(
SELECT quote_ident(n.nspname) FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
 WHERE e.extname = 'pg_stat_statements')";

void run_query(const char* query) {
  if (SPI_execute(query, true, 0) != SPI_OK_SELECT) elog(ERROR, "aza_advice could not run: %s", query);
}

HeapTuple row_at(uint64 row) {
  return SPI_tuptable->vals[row];
}

// NULL is 0, the empty text, or false.
int64 number_at(uint64 row, int column) {
  bool null = false;
  const Datum value = SPI_getbinval(row_at(row), SPI_tuptable->tupdesc, column, &null);
  return null ? 0 : DatumGetInt64(value);
}

const char* text_at(uint64 row, int column) {
  const char* text = SPI_getvalue(row_at(row), SPI_tuptable->tupdesc, column);
  return text == nullptr ? "" : text;
}

bool flag_at(uint64 row, int column) {
  bool null = false;
  const Datum value = SPI_getbinval(row_at(row), SPI_tuptable->tupdesc, column, &null);
  return !null && DatumGetBool(value);
}

// One T for each row of the result.
template <class T, class Read>
std::span<const T> each_row(Read read) {
  auto* found = static_cast<T*>(palloc0(sizeof(T) * (SPI_processed + 1)));
  for (uint64 row = 0; row < SPI_processed; row++) found[row] = read(row);
  return {found, SPI_processed};
}

// The view of an extension that was not preloaded raises an error; its settings are only there where it was.
bool statements_are_counted() {
  const struct config_generic* record = guc_record("pg_stat_statements.max");
  return record != nullptr && (record->flags & GUC_CUSTOM_PLACEHOLDER) == 0;
}

}  // namespace

void query_totals(AdviceFacts& facts) {
  run_query(kTotals);
  int column = 0;
  auto next = [&] { return number_at(0, ++column); };
  facts.spill.temp_files = next();
  facts.spill.temp_bytes = next();
  facts.parallel.launched = next();
  facts.checkpoints.timed = next();
  facts.checkpoints.requested = next();
  facts.checkpoints.wal_bytes = next();
  facts.checkpoints.wal_seconds = next();
  facts.connections.uptime_seconds = next();
  facts.cache.reads = next();
  facts.cache.hits = next();
  facts.cache.evictions = next();
  facts.vacuum.busy = next();
  facts.vacuum.oldest_xid_age = next();
}

std::span<const SpillingStatement> query_statements() {
  if (!statements_are_counted()) return {};
  run_query(kStatementsSchema);
  if (SPI_processed == 0) return {};
  run_query(psprintf(kStatements, text_at(0, 1)));
  return each_row<SpillingStatement>([](uint64 row) {
    return SpillingStatement{number_at(row, 1), text_at(row, 2), number_at(row, 3), number_at(row, 4)};
  });
}

std::span<const LaggingTable> query_tables() {
  run_query(kTables);
  return each_row<LaggingTable>(
      [](uint64 row) { return LaggingTable{text_at(row, 1), number_at(row, 2), number_at(row, 3)}; });
}

std::span<const SlotFacts> query_slots() {
  run_query(kSlots);
  return each_row<SlotFacts>([](uint64 row) { return SlotFacts{text_at(row, 1), flag_at(row, 2), number_at(row, 3)}; });
}

std::span<const Tablespace> query_tablespaces() {
  run_query(kTablespaces);
  return each_row<Tablespace>([](uint64 row) { return Tablespace{text_at(row, 1), text_at(row, 2)}; });
}

}  // namespace aza
