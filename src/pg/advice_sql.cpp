// aza_advice() and aza_apply_advice().
#include "core/advice.h"
#include "pg/advice_gather.h"
#include "pg/backend_api.h"
#include "pg/guard.h"
#include "pg/guc_record.h"
#include "pg/human_choice.h"
#include "pg/result_rows.h"

extern "C" {
PG_FUNCTION_INFO_V1(aza_advice);
PG_FUNCTION_INFO_V1(aza_apply_advice);
}

namespace aza {

namespace {

// An Advice without its strings' memory.
struct AdviceRow {
  Text<32> topic;
  Text<160> setting;
  Text<64> value;
  Text<64> proposed;
  Text<800> evidence;
  Text<240> effect;
  Text<240> cost;
  Text<320> apply;
};
using AdviceRows = Rows<AdviceRow, 64>;

void copy_advice(const Advice& from, AdviceRow& to) {
  to.topic.set(from.topic);
  to.setting.set(from.setting);
  to.value.set(from.value);
  to.proposed.set(from.proposed);
  to.evidence.set(from.evidence);
  to.effect.set(from.effect);
  to.cost.set(from.cost);
  to.apply.set(from.apply);
}

const AdviceRows& advice_now() {
  auto* rows = static_cast<AdviceRows*>(palloc(sizeof(AdviceRows)));
  AdviceFacts facts;
  SPI_connect();
  gather_advice_facts(facts);
  const CoreRun run = run_core(*rows, [&](AdviceRows& out) {
    for (const Advice& advice : advise(facts))
      if (AdviceRow* row = out.add()) copy_advice(advice, *row);
  });
  SPI_finish();
  if (!run.ok) ereport(ERROR, (errmsg("aza_autoconf could not work out the advice: %s", run.because.c_str())));
  return *rows;
}

// nullptr where the advice is about something else than a setting of the server.
struct config_generic* record_of(const AdviceRow& row) {
  return row.apply.empty() ? guc_record(row.setting.c_str()) : nullptr;
}

void put_advice(FunctionCallInfo fcinfo, const AdviceRow& row) {
  struct config_generic* record = record_of(row);
  Row<9> out;
  out.text(row.topic.c_str()).text(row.setting.c_str());
  out.text_or_null(record == nullptr ? row.value.c_str() : ShowGUCOption(record, true)).text(row.proposed.c_str());
  out.text(row.evidence.c_str()).text(row.effect.c_str()).text(row.cost.c_str());
  if (record == nullptr)
    out.text(row.apply.c_str()).null();
  else
    out.text(psprintf("SELECT aza_apply_advice('%s')", record->name)).boolean(record->context == PGC_POSTMASTER);
  out.put(fcinfo);
}

// What ALTER SYSTEM writes, no rollback takes back; so it refuses a transaction block, and so does this.
void require_writer() {
  require_tuning("aza_apply_advice");
  if (!superuser())
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied for function aza_apply_advice"),
                    errdetail("Only superusers may call it.")));
  if (IsTransactionBlock())
    ereport(ERROR, (errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
                    errmsg("aza_apply_advice() cannot run inside a transaction block"),
                    errdetail("What it writes would stay after a rollback."), errhint("Call it outside of BEGIN.")));
}

const AdviceRow& advice_for(const char* setting) {
  const AdviceRows& rows = advice_now();
  for (const AdviceRow& row : rows)
    if (pg_strcasecmp(row.setting.c_str(), setting) == 0) return row;
  ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("there is no advice for \"%s\"", setting),
                  errdetail("Advice is given only where there is evidence."),
                  errhint("See SELECT setting, proposed, evidence FROM aza_advice().")));
}

void require_server_setting(const AdviceRow& row) {
  if (record_of(row) != nullptr) return;
  ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                  errmsg("\"%s\" is not a setting of the server, so ALTER SYSTEM cannot write it", row.setting.c_str()),
                  errdetail("Proposed: %s", row.proposed.c_str()), errhint("To do: %s", row.apply.c_str())));
}

void alter_system(const AdviceRow& row) {
  auto* set = makeNode(VariableSetStmt);
  set->kind = VAR_SET_VALUE;
  set->name = pstrdup(row.setting.c_str());
  auto* value = makeNode(A_Const);
  value->val.sval.type = T_String;
  value->val.sval.sval = pstrdup(row.proposed.c_str());
  value->location = -1;
  set->args = list_make1(value);
  auto* statement = makeNode(AlterSystemStmt);
  statement->setstmt = set;
  AlterSystemSetConfigFile(statement);
}

char* what_was_written(const AdviceRow& row, const struct config_generic* record) {
  char* text = psprintf(
      "%s = '%s' is written to %s and takes effect at %s", record->name, row.proposed.c_str(), PG_AUTOCONF_FILENAME,
      record->context == PGC_POSTMASTER ? "a restart of the server" : "a reload: SELECT pg_reload_conf()");
  if (record->source <= PGC_S_FILE) return text;
  Text<320> holder;
  describe_source(record, holder);
  return psprintf("%s; here %s outranks it", text, holder.c_str());
}

}  // namespace

}  // namespace aza

Datum aza_advice(PG_FUNCTION_ARGS) {
  aza::require_monitor("aza_advice");
  InitMaterializedSRF(fcinfo, 0);
  for (const aza::AdviceRow& row : aza::advice_now()) aza::put_advice(fcinfo, row);
  return static_cast<Datum>(0);
}

Datum aza_apply_advice(PG_FUNCTION_ARGS) {
  aza::require_writer();
  const aza::AdviceRow& row = aza::advice_for(text_to_cstring(PG_GETARG_TEXT_PP(0)));
  aza::require_server_setting(row);
  aza::alter_system(row);
  PG_RETURN_TEXT_P(cstring_to_text(aza::what_was_written(row, aza::record_of(row))));
}
