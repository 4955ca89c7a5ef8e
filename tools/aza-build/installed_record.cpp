#include "installed_record.h"

#include <fmt/format.h>

#include "digest.h"
#include "json_text.h"

namespace aza::build {

namespace {

using Json = jsoncons::ojson;

// One field list serves both ways, so that what is written is what is read.
template <class Visit, class Entry>
void visit_texts(Visit visit, Entry& entry) {
  visit("name", entry.name);
  visit("kind", entry.kind);
  visit("how", entry.how);
  visit("version", entry.version);
  visit("package", entry.package);
  visit("repository", entry.repository);
  visit("commit", entry.commit);
  visit("extensionVersion", entry.extension_version);
  visit("licence", entry.licence);
  visit("description", entry.description);
  visit("key", entry.key);
}

Json files_json(const std::vector<RecordedFile>& files) {
  Json list(jsoncons::json_array_arg);
  for (const RecordedFile& file : files) {
    Json item;
    item["path"] = file.path;
    item["sha256"] = file.sha256;
    item["size"] = file.size;
    list.push_back(std::move(item));
  }
  return list;
}

std::vector<RecordedFile> files_of(const Json& list) {
  std::vector<RecordedFile> files;
  for (const Json& item : list.array_range()) {
    files.push_back(
        {item.at("path").as<std::string>(), item.at("sha256").as<std::string>(), item.at("size").as<uint64_t>()});
  }
  return files;
}

Json entry_json(const RecordedEntry& entry) {
  Json json;
  visit_texts(
      [&](const char* key, const std::string& value) {
        if (!value.empty()) json[key] = value;
      },
      entry);
  json["enabled"] = entry.enabled;
  json["files"] = files_json(entry.files);
  Json runtime(jsoncons::json_array_arg);
  for (const RuntimePackage& package : entry.runtime) {
    Json item;
    item["package"] = package.package;
    item["version"] = package.version;
    item["files"] = files_json(package.files);
    runtime.push_back(std::move(item));
  }
  if (!runtime.empty()) json["runtimePackages"] = std::move(runtime);
  return json;
}

RecordedEntry entry_of(const Json& json) {
  RecordedEntry entry;
  visit_texts([&](const char* key, std::string& value) { value = json.get_value_or<std::string>(key, ""); }, entry);
  entry.enabled = json.at("enabled").as<bool>();
  entry.files = files_of(json.at("files"));
  if (!json.contains("runtimePackages")) return entry;
  for (const Json& item : json.at("runtimePackages").array_range()) {
    entry.runtime.push_back(
        {item.at("package").as<std::string>(), item.at("version").as<std::string>(), files_of(item.at("files"))});
  }
  return entry;
}

template <class Value, class Convert>
Outcome<Value> parsed(const std::string& text, Convert convert) {
  try {
    return convert(Json::parse(text));
  } catch (const std::exception& error) {
    return Outcome<Value>::unknown(error.what());
  }
}

InstalledRecord record_of(const Json& json) {
  InstalledRecord record;
  record.postgresql = json.at("postgresql").as<std::string>();
  record.compiler = json.at("compiler").as<std::string>();
  record.channel = json.at("channel").as<std::string>();
  record.guarded = json.at("guardedFolders").as<std::vector<std::string>>();
  record.baseline = files_of(json.at("baseline"));
  for (const Json& entry : json.at("entries").array_range()) record.entries.push_back(entry_of(entry));
  return record;
}

}  // namespace

std::string entry_text(const RecordedEntry& entry) {
  return json_text(entry_json(entry));
}

Outcome<RecordedEntry> parse_entry(const std::string& text) {
  return parsed<RecordedEntry>(text, entry_of);
}

std::string record_text(const InstalledRecord& record) {
  Json json;
  json["postgresql"] = record.postgresql;
  json["compiler"] = record.compiler;
  json["channel"] = record.channel;
  json["guardedFolders"] = record.guarded;
  json["baseline"] = files_json(record.baseline);
  Json entries(jsoncons::json_array_arg);
  for (const RecordedEntry& entry : record.entries) entries.push_back(entry_json(entry));
  json["entries"] = std::move(entries);
  return json_text(json);
}

Outcome<InstalledRecord> parse_record(const std::string& text) {
  return parsed<InstalledRecord>(text, record_of);
}

Outcome<InstalledRecord> load_record(const FileStore& files, const std::string& image) {
  for (const char* place : {kDestdirRecord, kPrefixRecord}) {
    const std::string path = fmt::format("{}/{}", image, place);
    if (!files.exists(path)) continue;
    const auto text = files.read(path);
    if (!text) return Outcome<InstalledRecord>::unknown(text.because());
    auto record = parse_record(*text);
    return record ? record : Outcome<InstalledRecord>::unknown(fmt::format("{}: {}", path, record.because()));
  }
  return Outcome<InstalledRecord>::unknown(
      fmt::format("{0} holds no record ({0}/{1} or {0}/{2})", image, kDestdirRecord, kPrefixRecord));
}

Outcome<std::vector<RecordedFile>> record_files(const FileStore& files, const std::string& root) {
  using Result = Outcome<std::vector<RecordedFile>>;
  const auto tree = files.tree(root);
  if (!tree) return Result::unknown(tree.because());
  std::vector<RecordedFile> recorded;
  for (const TreeFile& file : *tree) {
    const auto sha256 = file.link.empty() ? files.sha256(fmt::format("{}/{}", root, file.path)) : sha256_hex(file.link);
    if (!sha256) return Result::unknown(sha256.because());
    recorded.push_back({file.path, *sha256, file.size});
  }
  return recorded;
}

}  // namespace aza::build
