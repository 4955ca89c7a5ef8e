// pgbouncer_lookup(): what PgBouncer's auth_query asks. Reads the role through the catalogue cache, with no SQL inside,
// so that no search_path, operator or plan can reach it. The password is never written into a log or an error.
#include "pg/postgres_api.h"
#include "pg/settings.h"

extern "C" {
PG_FUNCTION_INFO_V1(pgbouncer_lookup);
}

namespace aza {

namespace {

bool may_log_in(const FormData_pg_authid* role) {
  return role->rolcanlogin && (pgbouncer_allow_superuser || !role->rolsuper);
}

bool has_expired(HeapTuple role) {
  bool is_null;
  Datum until = SysCacheGetAttr(AUTHNAME, role, Anum_pg_authid_rolvaliduntil, &is_null);
  return !is_null && DatumGetTimestampTz(until) < GetCurrentTimestamp();
}

// NULL for a role without a password, and for one whose VALID UNTIL has passed.
Datum password_of(HeapTuple role, bool* is_null) {
  Datum password = SysCacheGetAttr(AUTHNAME, role, Anum_pg_authid_rolpassword, is_null);
  *is_null = *is_null || has_expired(role);
  return *is_null ? 0 : PointerGetDatum(PG_DETOAST_DATUM_COPY(password));
}

// 0 where there is no such role or it may not log in.
Datum lookup(const char* name, TupleDesc columns) {
  HeapTuple role = SearchSysCache1(AUTHNAME, CStringGetDatum(name));
  if (!HeapTupleIsValid(role)) return 0;
  Datum row = 0;
  if (may_log_in(reinterpret_cast<const FormData_pg_authid*>(GETSTRUCT(role)))) {
    Datum values[2] = {CStringGetTextDatum(name), 0};
    bool nulls[2] = {false, false};
    values[1] = password_of(role, &nulls[1]);
    row = HeapTupleGetDatum(heap_form_tuple(columns, values, nulls));
  }
  ReleaseSysCache(role);
  return row;
}

TupleDesc columns_of(FunctionCallInfo fcinfo) {
  TupleDesc columns;
  if (get_call_result_type(fcinfo, nullptr, &columns) != TYPEFUNC_COMPOSITE || columns->natts != 2)
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("pgbouncer_lookup() must be called where two columns are expected"),
                    errhint("Use SELECT * FROM pgbouncer_lookup($1).")));
  return BlessTupleDesc(columns);
}

}  // namespace

}  // namespace aza

// Declared to return a set, so that an unknown role gives no row; it never gives more than one.
Datum pgbouncer_lookup(PG_FUNCTION_ARGS) {
  auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
  if (result == nullptr || !IsA(result, ReturnSetInfo))
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("set-valued function called in context that cannot accept a set")));
  if (SRF_IS_FIRSTCALL()) {
    FuncCallContext* call = SRF_FIRSTCALL_INIT();
    MemoryContext previous = MemoryContextSwitchTo(call->multi_call_memory_ctx);
    char name[NAMEDATALEN + 1];
    text_to_cstring_buffer(PG_GETARG_TEXT_PP(0), name, sizeof name);
    Datum row = aza::lookup(name, aza::columns_of(fcinfo));
    MemoryContextSwitchTo(previous);
    if (row != 0) {
      SRF_RETURN_NEXT(call, row);
    }
    SRF_RETURN_DONE(call);
  }
  SRF_RETURN_DONE(SRF_PERCALL_SETUP());
}
