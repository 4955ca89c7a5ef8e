#include "entry_job.h"

#include <fmt/format.h>

#include <algorithm>

#include "package_fetch.h"
#include "smoke_test.h"
#include "source_build.h"
#include "source_fetch.h"

namespace aza::build {

namespace {

constexpr const char* kMethods[] = {"builtin", "package", "source"};

}  // namespace

EntryJobs::EntryJobs(Workshop& shop, const DependencyGraph& graph, const std::vector<PlannedEntry>& plan,
                     std::string channel)
    : shop_(shop),
      graph_(graph),
      plan_(plan),
      channel_(std::move(channel)),
      recorded_(plan.size()),
      rank_(plan.size()) {
  const std::vector<size_t> order = graph.order();
  for (size_t i = 0; i < order.size(); ++i) rank_[order[i]] = i;
}

std::string EntryJobs::stage(size_t place) const {
  return fmt::format("{}/stage/{}-{:.16}", shop_.work, shop_.manifest.entries[place].name, plan_[place].key);
}

bool EntryJobs::run(size_t place) {
  const Entry& entry = shop_.manifest.entries[place];
  const Trouble trouble = make(place);
  if (trouble.empty()) {
    say_done(place);
  } else if (trouble != "interrupted") {
    shop_.progress.line(fmt::format("[ext-build] ERROR: {}: {}", entry.name, trouble));
    shop_.progress.line(fmt::format("[ext-build]        the whole log: {}", shop_.log(entry)));
  }
  shop_.progress.end(entry.name);
  return trouble.empty();
}

// The result file is written last: where it is, everything before it went well.
bool EntryJobs::is_done(size_t place) {
  const auto text = shop_.files.read(stage(place) + "/result.json");
  auto record = text ? parse_entry(*text) : Outcome<RecordedEntry>::unknown("");
  if (!record || record->key != plan_[place].key) return false;
  recorded_[place] = *record;
  recorded_[place].enabled = shop_.manifest.entries[place].enabled;  // does not change what is built
  const std::lock_guard lock(mutex_);
  ++found_done_;
  return true;
}

void EntryJobs::say_done(size_t place) {
  const Entry& entry = shop_.manifest.entries[place];
  const char* did = plan_[place].method == Method::source ? "built and tested" : "tested";
  shop_.progress.line(
      fmt::format("[ext-build] {}: {} in {:.1f} s", entry.name, did, shop_.progress.elapsed(entry.name)));
}

RecordedEntry EntryJobs::new_record(size_t place) const {
  const Entry& entry = shop_.manifest.entries[place];
  RecordedEntry record;
  record.name = entry.name;
  record.kind = word(entry.kind);
  record.licence = entry.licence;
  record.description = entry.description;
  record.how = kMethods[static_cast<int>(plan_[place].method)];
  record.version = shop_.toolchain.version;
  record.key = plan_[place].key;
  record.enabled = entry.enabled;
  return record;
}

Trouble EntryJobs::make(size_t place) {
  const Method method = plan_[place].method;
  RecordedEntry record = new_record(place);
  Trouble trouble = shop_.files.remove(stage(place));
  if (trouble.empty()) trouble = shop_.files.remove(shop_.log(shop_.manifest.entries[place]));
  if (trouble.empty()) trouble = shop_.files.make_folders(stage(place));
  if (trouble.empty() && method == Method::package) trouble = from_package(place, record);
  if (trouble.empty() && method == Method::source) trouble = from_source(place, record);
  if (trouble.empty()) trouble = record_stage(place, record);
  if (trouble.empty()) trouble = test(place, record);
  if (trouble.empty()) trouble = shop_.files.write(stage(place) + "/result.json", entry_text(record));
  recorded_[place] = std::move(record);
  return trouble;
}

Trouble EntryJobs::from_package(size_t place, RecordedEntry& record) {
  const Entry& entry = shop_.manifest.entries[place];
  const Package& pin = entry.packages.at(channel_);
  record.package = pin.package;
  record.version = pin.version;
  shop_.progress.phase(entry.name, "fetch");
  const auto packages = fetch_packages(shop_, entry, pin);
  if (!packages) return packages.because();
  const JobToken token(shop_.tokens);
  shop_.progress.phase(entry.name, "unpack");
  for (const FetchedPackage& package : *packages) {
    const std::string root = stage(place) + (package.own ? "/root" : "/runtime-" + package.package);
    if (Trouble trouble = unpack_package(shop_, entry, package, root); !trouble.empty()) return trouble;
    if (!package.own) record.runtime.push_back({package.package, package.version, {}});
  }
  for (const auto& [path, target] : pin.links) {
    if (Trouble trouble = shop_.files.make_link(target, stage(place) + "/root" + path); !trouble.empty())
      return trouble;
  }
  return {};
}

Trouble EntryJobs::from_source(size_t place, RecordedEntry& record) {
  const Entry& entry = shop_.manifest.entries[place];
  if (!entry.source || !entry.build) return fmt::format("it has no package on the channel {} and no build", channel_);
  record.repository = entry.source->repository;
  record.commit = entry.source->commit;
  record.version = entry.source->tag;
  shop_.progress.phase(entry.name, "fetch");
  const auto source = fetch_source(shop_, entry);
  if (!source) return source.because();
  const JobToken token(shop_.tokens);
  shop_.progress.phase(entry.name, "build");
  return build_source(shop_, entry, *source, stage(place) + "/root");
}

Trouble EntryJobs::record_stage(size_t place, RecordedEntry& record) {
  if (plan_[place].method == Method::builtin) return {};
  Trouble trouble = record_tree(stage(place) + "/root", record.files);
  for (RuntimePackage& package : record.runtime) {
    if (trouble.empty()) trouble = record_tree(stage(place) + "/runtime-" + package.package, package.files);
  }
  return trouble;
}

Trouble EntryJobs::record_tree(const std::string& root, std::vector<RecordedFile>& recorded) {
  if (Trouble trouble = leave_out(shop_.files, shop_.target.paths, root); !trouble.empty()) return trouble;
  const auto files = record_files(shop_.files, root);
  if (!files) return files.because();
  recorded = *files;
  return {};
}

Trouble EntryJobs::test(size_t place, RecordedEntry& record) {
  const Entry& entry = shop_.manifest.entries[place];
  std::vector<size_t> needs = graph_.all_needs_of(place);
  std::sort(needs.begin(), needs.end(), [this](size_t a, size_t b) { return rank_[a] < rank_[b]; });
  SmokeInput input;
  const auto add_stages = [&](size_t each, const RecordedEntry& its) {
    if (plan_[each].method == Method::builtin) return;
    for (const RuntimePackage& package : its.runtime)
      input.stages.push_back(stage(each) + "/runtime-" + package.package);
    input.stages.push_back(stage(each) + "/root");
  };
  for (size_t need : needs) {
    input.needs.push_back(&shop_.manifest.entries[need]);
    add_stages(need, recorded_[need]);
  }
  add_stages(place, record);
  if (plan_[place].method != Method::builtin) input.own_stage = stage(place) + "/root";
  const JobToken token(shop_.tokens);
  shop_.progress.phase(entry.name, "smoke test");
  auto version = smoke_test(shop_, entry, input);
  if (!version) return version.because();
  record.extension_version = *version;
  return {};
}

}  // namespace aza::build
