#include "scratch_server.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <set>
#include <thread>

namespace aza::build {

namespace {

constexpr auto kStartTimeout = std::chrono::seconds(60);

std::string template_of(const Workshop& shop) {
  return shop.smoke + "/template";
}

// The server refuses to run as root.
std::vector<std::string> server_user_argv(const Workshop& shop, std::vector<std::string> argv) {
  if (shop.toolchain.user.empty()) return argv;
  std::vector<std::string> full = {"setpriv", "--reuid=" + shop.toolchain.user, "--regid=" + shop.toolchain.user,
                                   "--init-groups", "--pdeathsig=KILL"};
  full.insert(full.end(), argv.begin(), argv.end());
  return full;
}

bool is_library(const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);
  return name.ends_with(".so") || name.find(".so.") != std::string::npos;
}

}  // namespace

Trouble make_template(Workshop& shop) {
  Command command;
  command.argv =
      server_user_argv(shop, {shop.toolchain.bindir + "/initdb", "--pgdata=" + template_of(shop), "--username=postgres",
                              "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"});
  command.folder = shop.smoke;
  command.environment = scrubbed_environment(shop.toolchain);
  const CommandResult result = shop.commands.run(command);
  if (result.ok()) return {};
  return result.interrupted ? "interrupted" : "initdb failed:\n" + last_lines(result.text, 10);
}

ScratchServer::ScratchServer(Workshop& shop, const Entry& entry, ScratchOptions options)
    : shop_(shop),
      entry_(entry),
      options_(std::move(options)),
      folder_(shop.smoke + "/" + entry.name),
      data_(folder_ + "/data") {}

ScratchServer::~ScratchServer() {
  if (server_) server_->stop(SIGINT);
  shop_.files.remove(folder_);
}

Command ScratchServer::as_server_user(std::vector<std::string> argv) const {
  Command command;
  command.argv = server_user_argv(shop_, std::move(argv));
  command.folder = shop_.smoke;
  command.environment = scrubbed_environment(shop_.toolchain);
  if (!library_path_.empty()) command.environment["LD_LIBRARY_PATH"] = library_path_;
  command.log = shop_.log(entry_);
  return command;
}

Trouble ScratchServer::link(const std::string& from, const std::string& path) {
  const std::string to = root() + "/" + path;
  Trouble trouble = shop_.files.make_folders(std::filesystem::path(to).parent_path());
  if (trouble.empty()) trouble = shop_.files.remove(to);
  return trouble.empty() ? shop_.files.make_link(from, to) : trouble;
}

Trouble ScratchServer::link_system(const std::string& folder) {
  const auto tree = shop_.files.tree(folder);
  if (!tree) return tree.because();
  for (const TreeFile& file : *tree) {
    // Only inlining by the JIT compiler reads bitcode, and only builds read the rest.
    if (file.path.starts_with("bitcode/") || file.path.starts_with("pgxs/")) continue;
    if (Trouble trouble = link(folder + "/" + file.path, folder.substr(1) + "/" + file.path); !trouble.empty())
      return trouble;
  }
  return {};
}

Trouble ScratchServer::link_stage(const std::string& stage) {
  const auto tree = shop_.files.tree(stage);
  if (!tree) return tree.because();
  std::set<std::string> library_folders;
  for (const TreeFile& file : *tree) {
    if (file.path.find("/bitcode/") != std::string::npos) continue;
    const std::string absolute = stage + "/" + file.path;
    const bool of_server = ("/" + file.path).starts_with(shop_.toolchain.pkglibdir + "/");
    if (is_library(file.path) && !of_server) library_folders.insert(std::filesystem::path(absolute).parent_path());
    if (Trouble trouble = link(absolute, file.path); !trouble.empty()) return trouble;
  }
  for (const std::string& folder : library_folders) library_path_ += (library_path_.empty() ? "" : ":") + folder;
  return {};
}

Trouble ScratchServer::link_tree() {
  Trouble trouble = shop_.files.remove(folder_);
  for (const std::string& folder : {shop_.toolchain.pkglibdir, shop_.toolchain.sharedir}) {
    if (trouble.empty()) trouble = link_system(folder);
  }
  for (const std::string& stage : options_.stages) {
    if (trouble.empty()) trouble = link_stage(stage);
  }
  return trouble;
}

Trouble ScratchServer::write_scripts() {
  for (const auto& [name, text] : options_.scripts) {
    const std::string path = folder_ + "/scripts/" + name;
    if (Trouble trouble = shop_.files.write(path, text); !trouble.empty()) return trouble;
    Command command = as_server_user({});
    command.argv = {"chmod", "755", path};
    if (const auto done = run_logged(shop_, entry_, std::move(command), "making a script executable"); !done)
      return done.because();
  }
  return {};
}

std::vector<std::string> ScratchServer::server_argv() const {
  std::vector<std::string> argv = {root() + shop_.toolchain.bindir + "/postgres", "-D", data_, "-h", "", "-k",
                                   shop_.smoke + "/sockets/" + entry_.name};
  const auto set = [&](const std::string& name, std::string value) {
    constexpr std::string_view kScripts = "{scripts}";
    const size_t at = value.find(kScripts);
    if (at != std::string::npos) value.replace(at, kScripts.size(), folder_ + "/scripts");
    argv.insert(argv.end(), {"-c", name + "=" + value});
  };
  for (const char* name : {"fsync", "jit"}) set(name, "off");
  set("max_worker_processes", "32");
  if (!options_.preload.empty()) set("shared_preload_libraries", fmt::format("{}", fmt::join(options_.preload, ",")));
  for (const auto& [name, value] : options_.settings) set(name, value);
  return argv;
}

Trouble ScratchServer::start() {
  const std::string program = shop_.toolchain.bindir + "/postgres";
  if (Trouble trouble = link_tree(); !trouble.empty()) return trouble;
  if (Trouble trouble = shop_.files.copy(program, root() + program); !trouble.empty()) return trouble;
  if (Trouble trouble = write_scripts(); !trouble.empty()) return trouble;
  Command copy = as_server_user({});
  copy.argv = {"cp", "--archive", template_of(shop_), data_};  // as ourselves: it keeps the owner
  if (const auto copied = run_logged(shop_, entry_, copy, "copying the data directory"); !copied)
    return copied.because();
  const auto socket =
      run_logged(shop_, entry_, as_server_user({"mkdir", "-p", shop_.smoke + "/sockets/" + entry_.name}),
                 "making the socket's folder");
  if (!socket) return socket.because();
  server_ = shop_.commands.start(as_server_user(server_argv()));
  return wait_until_ready();
}

Trouble ScratchServer::wait_until_ready() {
  const auto deadline = std::chrono::steady_clock::now() + kStartTimeout;
  while (server_->running()) {
    if (shop_.commands.interrupted()) return "interrupted";
    const auto pid_file = shop_.files.read(data_ + "/postmaster.pid");
    if (pid_file && pid_file->find("\nready") != std::string::npos) return {};
    if (std::chrono::steady_clock::now() > deadline) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  const CommandResult result = server_->stop(SIGINT);
  server_.reset();
  return fmt::format("the scratch server did not start (shared_preload_libraries = '{}'):\n{}",
                     fmt::join(options_.preload, ","), last_lines(result.text, 10));
}

Outcome<std::string> ScratchServer::sql(const std::string& statement) {
  const auto answer = run_logged(
      shop_, entry_,
      as_server_user({shop_.toolchain.bindir + "/psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-h",
                      shop_.smoke + "/sockets/" + entry_.name, "-U", "postgres", "-d", "postgres", "-c", statement}),
      "the smoke test");
  server_->running();  // takes what the server has printed, so that its pipe never fills
  return answer ? answer->substr(0, answer->find_last_not_of('\n') + 1) : answer;
}

}  // namespace aza::build
