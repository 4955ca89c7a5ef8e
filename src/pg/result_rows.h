// Building the rows of a set-returning function.
#pragma once

#include "pg/postgres_api.h"

namespace aza {

// One row, filled from left to right. Columns is the number of the function's OUT columns.
template <int Columns>
class Row {
public:
  Row& text(const char* value) { return value == nullptr ? null() : datum(CStringGetTextDatum(value)); }
  // Text where there is any, else NULL.
  Row& text_or_null(const char* value) { return value == nullptr || value[0] == '\0' ? null() : text(value); }
  Row& bigint(int64 value) { return datum(Int64GetDatum(value)); }
  Row& boolean(bool value) { return datum(BoolGetDatum(value)); }
  Row& timestamp(TimestampTz value) { return datum(TimestampTzGetDatum(value)); }
  Row& null() {
    nulls_[filled_] = true;
    values_[filled_++] = 0;
    return *this;
  }

  void put(FunctionCallInfo fcinfo) {
    Assert(filled_ == Columns);
    auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    tuplestore_putvalues(result->setResult, result->setDesc, values_, nulls_);
  }

private:
  Row& datum(Datum value) {
    nulls_[filled_] = false;
    values_[filled_++] = value;
    return *this;
  }

  Datum values_[Columns];
  bool nulls_[Columns];
  int filled_ = 0;
};

// Paths and sources are for superusers and pg_monitor.
inline bool may_see_sources() {
  return has_privs_of_role(GetUserId(), ROLE_PG_MONITOR);
}

// Raises 55000 with the line to put into postgresql.conf, where the library was not preloaded.
void require_tuning(const char* function);
// The same, and 42501 for all but superusers and members of pg_monitor.
void require_monitor(const char* function);

}  // namespace aza
