// build: gates 0 and 1, then fetch, build and test everything, then merge and gate 2.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "entry_job.h"
#include "image_merge.h"
#include "loaded_manifest.h"
#include "scratch_server.h"
#include "task_schedule.h"
#include "verbs.h"

namespace aza::build {

namespace {

std::string absolute(const std::string& path) {
  return std::filesystem::absolute(path).lexically_normal().string();
}

std::string absolute_or_empty(const std::string& path) {
  return path.empty() ? path : absolute(path);
}

Environment fetch_environment(const Environment& caller) {
  constexpr std::string_view kTaken[] = {"HOME",       "http_proxy",  "https_proxy",   "no_proxy",
                                         "HTTP_PROXY", "HTTPS_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"};
  Environment taken = {{"PATH", "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}, {"LC_ALL", "C.UTF-8"}};
  for (const auto& [name, value] : caller) {
    const bool listed = std::find(std::begin(kTaken), std::end(kTaken), name) != std::end(kTaken);
    if (listed || name.starts_with("GIT_CONFIG_")) taken[name] = value;
  }
  return taken;
}

class Build {
public:
  Build(FileStore& files, CommandRunner& commands, const Request& request, const Environment& environment,
        const Screen& screen)
      : files_(files),
        commands_(commands),
        request_(request),
        environment_(environment),
        progress_(screen.print, screen.is_terminal) {}

  Verdict run() {
    const auto manifest = load_manifest(files_, request_.manifest);
    if (!manifest) return environment_error(manifest.because());
    const Findings findings = all_findings(*manifest, gate_options(request_));
    if (!findings.empty()) return {kFindings, "", render_all(findings, *manifest)};
    const DependencyGraph graph(manifest->manifest);
    const auto selected = selection(manifest->manifest, graph);
    if (!selected) return {kFindings, "", fmt::format("aza-build: {}\n", selected.because())};
    return with_folders(manifest->manifest, graph, *selected);
  }

private:
  // --only: the named entries and all that they stand on.
  Outcome<std::vector<bool>> selection(const Manifest& manifest, const DependencyGraph& graph) const {
    std::vector<bool> selected(manifest.entries.size(), request_.only.empty());
    for (const std::string& name : request_.only) {
      const size_t place = graph.find(name);
      if (place == DependencyGraph::kMissing) {
        return Outcome<std::vector<bool>>::unknown(
            fmt::format("there is no entry '{}' in {}", name, request_.manifest));
      }
      selected[place] = true;
      for (size_t need : graph.all_needs_of(place)) selected[need] = true;
    }
    return selected;
  }

  Verdict with_folders(const Manifest& manifest, const DependencyGraph& graph, const std::vector<bool>& selected) {
    const std::string work = absolute(request_.work);
    for (const char* folder : {"/log", "/stage", "/build"}) {
      if (Trouble trouble = files_.make_folders(work + folder); !trouble.empty()) return environment_error(trouble);
    }
    const auto toolchain = probe_toolchain(commands_, request_.pg_config, manifest.postgresql);
    if (!toolchain) return environment_error(toolchain.because());
    const auto target = read_target(files_, request_.path_rules, absolute_or_empty(request_.target_status));
    if (!target) return environment_error(target.because());
    const auto makeflags = environment_.find("MAKEFLAGS");
    const auto tokens =
        job_tokens(makeflags == environment_.end() ? "" : makeflags->second, request_.jobs, work + "/jobs");
    if (!tokens) return environment_error(tokens.because());
    Workshop shop{files_,
                  commands_,
                  **tokens,
                  progress_,
                  manifest,
                  *toolchain,
                  work,
                  cache(),
                  patches(),
                  "",
                  fetch_environment(environment_),
                  *target};
    if (Trouble trouble = open_smoke(shop); !trouble.empty()) return environment_error(trouble);
    Verdict verdict = with_workshop(shop, graph, selected);
    files_.remove(shop.smoke);
    return verdict;
  }

  std::string cache() const {
    return absolute(request_.source_cache.empty() ? request_.work + "/cache" : request_.source_cache);
  }
  std::string patches() const {
    return absolute((std::filesystem::path(request_.manifest).parent_path() / "patches").string());
  }

  // A short name under TMPDIR or /tmp: a socket's path has 107 bytes. The server's user owns it.
  Trouble open_smoke(Workshop& shop) {
    Command command;
    const auto folder = environment_.find("TMPDIR");
    command.argv = {"mktemp", "--directory",
                    (folder == environment_.end() ? "/tmp" : folder->second) + "/aza-smoke-XXXXXX"};
    if (!shop.toolchain.user.empty()) {
      command.argv.insert(command.argv.begin(), {"setpriv", "--reuid=" + shop.toolchain.user,
                                                 "--regid=" + shop.toolchain.user, "--init-groups"});
    }
    command.environment = scrubbed_environment(shop.toolchain);
    const CommandResult result = commands_.run(command);
    if (!result.ok()) return "cannot make a folder for scratch servers: " + result.text;
    shop.smoke = result.output.substr(0, result.output.find('\n'));
    return {};
  }

  Verdict with_workshop(Workshop& shop, const DependencyGraph& graph, const std::vector<bool>& selected) {
    const auto plan = make_plan(files_, shop.manifest, graph, request_.channel, shop.toolchain, shop.patches,
                                shop.target.fingerprint);
    if (!plan) return environment_error(plan.because());
    gate_0(shop, selected);
    EntryJobs jobs(shop, graph, *plan, request_.channel);
    const std::vector<TaskEnd> ends = run_jobs(shop, graph, selected, jobs);
    if (commands_.interrupted()) return {kInterrupted, "", "aza-build: interrupted; nothing was merged\n"};
    if (Verdict failed = summary(shop.manifest, selected, ends); failed.status != kClean) return failed;
    return merge(shop, selected, jobs);
  }

  void gate_0(Workshop& shop, const std::vector<bool>& selected) {
    for (size_t i = 0; i < selected.size(); ++i) {
      const Entry& entry = shop.manifest.entries[i];
      if (selected[i] && !entry.enabled) shop.progress.line(disabled_line(entry));
    }
    if (!shop.toolchain.isolates_network) {
      shop.progress.line("[ext-build] This system does not allow unshare: builds are not kept from the network");
    }
  }

  std::vector<TaskEnd> run_jobs(Workshop& shop, const DependencyGraph& graph, const std::vector<bool>& selected,
                                EntryJobs& jobs) {
    std::vector<std::vector<size_t>> needs(graph.size());
    std::vector<size_t> order;
    for (size_t place : graph.order()) {
      needs[place] = graph.needs(place);
      if (selected[place]) order.push_back(place);
    }
    const TaskRules rules{request_.jobs, request_.keep_going, [this] { return commands_.interrupted(); }};
    std::once_flag template_made;
    Trouble template_trouble;
    // The template is for those that are not done yet: a run with nothing to do needs none.
    const auto task = [&](size_t place) {
      if (jobs.is_done(place)) return true;
      std::call_once(template_made, [&] { template_trouble = make_template(shop); });
      if (!template_trouble.empty()) {
        shop.progress.line("[ext-build] ERROR: " + template_trouble);
        return false;
      }
      return jobs.run(place);
    };
    const auto ends = run_tasks(needs, order, rules, task);
    if (jobs.found_done() > 0) {
      shop.progress.line(
          fmt::format("[ext-build] {} of {} entries were built and tested already", jobs.found_done(), order.size()));
    }
    return ends;
  }

  Verdict summary(const Manifest& manifest, const std::vector<bool>& selected, const std::vector<TaskEnd>& ends) const {
    std::string failed;
    std::string skipped;
    for (size_t i = 0; i < ends.size(); ++i) {
      if (!selected[i] || ends[i] == TaskEnd::done) continue;
      (ends[i] == TaskEnd::failed ? failed : skipped) += " " + manifest.entries[i].name;
    }
    if (failed.empty() && skipped.empty()) return {};
    std::string text = fmt::format("aza-build: failed:{}; nothing was merged\n", failed);
    if (!skipped.empty()) text += fmt::format("aza-build: not tried for it:{}\n", skipped);
    return {kFindings, "", text};
  }

  Verdict merge(Workshop& shop, const std::vector<bool>& selected, const EntryJobs& jobs) {
    std::vector<StagedEntry> staged;
    for (size_t i = 0; i < selected.size(); ++i) {
      if (selected[i]) staged.push_back({&jobs.recorded(i), jobs.stage(i)});
    }
    Findings findings = path_conflicts(staged);
    if (!findings.empty()) return refuse(findings, "nothing was merged");
    ImageLayout layout;
    layout.is_prefix = request_.destdir.empty();
    layout.is_partial = !request_.only.empty();
    layout.folder = absolute(layout.is_prefix ? request_.prefix : request_.destdir);
    layout.record = layout.is_prefix ? kPrefixRecord : kDestdirRecord;
    const MergeOutcome outcome = merge_image(shop, layout, staged, request_.channel);
    for (const std::string& line : outcome.lines) progress_.line(line);
    if (outcome.trouble == "interrupted") return {kInterrupted, "", "aza-build: interrupted; nothing was merged\n"};
    if (!outcome.trouble.empty()) return environment_error(outcome.trouble);
    if (!outcome.findings.empty()) return refuse(outcome.findings, "the image is not fit to ship");
    progress_.line(outcome.changed ? fmt::format("[ext-build] Merged {} entries into {}", staged.size(), layout.folder)
                                   : fmt::format("[ext-build] {} holds them already: nothing to do", layout.folder));
    return {};
  }

  static Verdict refuse(const Findings& findings, const char* what) {
    Verdict verdict{kFindings, "", ""};
    for (const Finding& finding : findings) {
      verdict.err += fmt::format("[ext-build] ERROR: {}\n", finding.message);
      if (!finding.way_out.empty()) verdict.err += fmt::format("[ext-build]        {}\n", finding.way_out);
    }
    verdict.err += fmt::format("aza-build: {}\n", what);
    return verdict;
  }

  FileStore& files_;
  CommandRunner& commands_;
  const Request& request_;
  const Environment& environment_;
  ProgressView progress_;
};

}  // namespace

Verdict run_build(FileStore& files, CommandRunner& commands, const Request& request, const Environment& environment,
                  const Screen& screen) {
  return Build(files, commands, request, environment, screen).run();
}

}  // namespace aza::build
