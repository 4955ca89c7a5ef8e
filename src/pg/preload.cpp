#include "pg/preload.h"

#include "pg/core_calls.h"
#include "pg/guc_record.h"
#include "pg/planned_default.h"

namespace aza {

namespace {

// The list's names, or FATAL. shared_preload_libraries itself has been parsed by the server already.
List* library_names(const Choice& list) {
  List* names = NIL;
  if (list.text != nullptr && !SplitDirectoriesString(pstrdup(list.text), ',', &names))
    ereport(FATAL,
            (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid value for %s: \"%s\"", list.name, list.text),
             errhint("Use the names of libraries, separated by commas, such as pg_stat_statements,pg_cron.")));
  return names;
}

List* server_library_names() {
  List* names = NIL;
  SplitDirectoriesString(pstrdup(shared_preload_libraries_string == nullptr ? "" : shared_preload_libraries_string),
                         ',', &names);
  return names;
}

const char* file_of(const char* library) {
  const char* slash = last_dir_separator(library);
  return slash == nullptr ? library : slash + 1;
}

bool is_this(const char* library) {
  return strcmp(file_of(library), "aza_autoconf") == 0;
}

bool in_list(List* names, const char* library) {
  ListCell* cell;
  foreach (cell, names)
    if (strcmp(static_cast<const char*>(lfirst(cell)), library) == 0) return true;
  return false;
}

bool exists_with_suffix(const char* path) {
  return pg_file_exists(path) || pg_file_exists(psprintf("%s%s", path, DLSUFFIX));
}

// As the server's own loader looks for it: a name with a slash is a path, any other is in dynamic_library_path.
bool library_exists(const char* library) {
  if (strncmp(library, "$libdir/", 8) == 0) return exists_with_suffix(psprintf("%s/%s", pkglib_path, library + 8));
  if (first_dir_separator(library) != nullptr) return exists_with_suffix(library);
  return find_in_path(library, Dynamic_library_path, "dynamic_library_path", "$libdir", pkglib_path) != nullptr ||
         find_in_path(psprintf("%s%s", library, DLSUFFIX), Dynamic_library_path, "dynamic_library_path", "$libdir",
                      pkglib_path) != nullptr;
}

// Our own message, since the server's ("could not access file") names neither the folder nor the setting.
void require_library(const char* library, const Choice& list) {
  if (library_exists(library)) return;
  const char* searched = strcmp(Dynamic_library_path, "$libdir") == 0 ? pkglib_path : Dynamic_library_path;
  ereport(FATAL,
          (errcode(ERRCODE_UNDEFINED_FILE), errmsg("library \"%s\" named in %s does not exist", library, list.name),
           first_dir_separator(library) != nullptr
               ? errdetail("There is no such file.")
               : errdetail("There is no \"%s%s\" in \"%s\".", library, DLSUFFIX, searched),
           errhint("Install the library, or take it out of %s.", list.name)));
}

// What pg_cron and others read while they are loaded would be the server's value, not the plan's.
void warn_about_order(List* server_names) {
  const char* first = server_names == NIL ? nullptr : static_cast<const char*>(linitial(server_names));
  if (first == nullptr || is_this(first)) return;
  ereport(WARNING, (errmsg("library \"%s\" is loaded before aza_autoconf", first),
                    errdetail("It may have read settings that the plan changes afterwards."),
                    errhint("Put aza_autoconf first in shared_preload_libraries.")));
}

// SHOW shared_preload_libraries tells the truth, and goes on telling it after a reload.
void show_loaded(const char* loaded) {
  const struct config_generic* record = guc_record("shared_preload_libraries");
  const char* written = pstrdup(shared_preload_libraries_string);
  if (guc_set("shared_preload_libraries", loaded, record->source) == SetAnswer::applied)
    hold_library_list(written, loaded);
}

void load(List* names, List* server_names, const Choice& list) {
  StringInfoData loaded;
  initStringInfo(&loaded);
  appendStringInfoString(&loaded, shared_preload_libraries_string);
  ListCell* cell;
  foreach (cell, names) {
    const char* library = static_cast<const char*>(lfirst(cell));
    if (in_list(server_names, library) || is_this(library)) continue;
    require_library(library, list);
    load_file(library, false);
    appendStringInfo(&loaded, ",%s", library);
  }
  if (strcmp(loaded.data, shared_preload_libraries_string) != 0) show_loaded(loaded.data);
}

}  // namespace

int workers_of_libraries() {
  List* server_names = server_library_names();
  List* names = list_copy(server_names);
  ListCell* cell;
  foreach (cell, library_names(libraries_said()))
    if (!in_list(server_names, static_cast<const char*>(lfirst(cell)))) names = lappend(names, lfirst(cell));
  int workers = 0;
  foreach (cell, names) {
    const char* library = static_cast<const char*>(lfirst(cell));
    if (!is_this(library)) workers += workers_of_library(file_of(library));
  }
  return workers;
}

void load_preload_libraries() {
  const Choice list = libraries_said();
  List* server_names = server_library_names();
  warn_about_order(server_names);
  load(library_names(list), server_names, list);
}

}  // namespace aza
