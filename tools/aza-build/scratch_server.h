// A server of the target version for one smoke test: PostgreSQL finds its folders from where its program lies, so a
// tree of links with a copy of that program is a server that has the staged files and leaves the system alone.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "workshop.h"

namespace aza::build {

struct ScratchOptions {
  std::vector<std::string> stages;                            // staging folders, the entry's own last
  std::vector<std::string> preload;                           // shared_preload_libraries
  std::vector<std::pair<std::string, std::string>> settings;  // {scripts} in a value is the scripts' folder
  std::vector<std::pair<std::string, std::string>> scripts;   // name -> text
};

class ScratchServer {
public:
  ScratchServer(Workshop& shop, const Entry& entry, ScratchOptions options);
  ~ScratchServer();  // stops the server and removes its files
  ScratchServer(const ScratchServer&) = delete;
  ScratchServer& operator=(const ScratchServer&) = delete;

  Trouble start();
  Outcome<std::string> sql(const std::string& statement);

  // Library folders of the stages outside PostgreSQL's own, as LD_LIBRARY_PATH wants them.
  const std::string& library_path() const { return library_path_; }
  std::string root() const { return folder_ + "/root"; }
  Trouble link_tree();

private:
  Trouble link_system(const std::string& folder);
  Trouble link_stage(const std::string& stage);
  Trouble link(const std::string& from, const std::string& path);
  Trouble write_scripts();
  std::vector<std::string> server_argv() const;
  Trouble wait_until_ready();
  Command as_server_user(std::vector<std::string> argv) const;

  Workshop& shop_;
  const Entry& entry_;
  ScratchOptions options_;
  std::string folder_, data_, library_path_;
  std::unique_ptr<RunningCommand> server_;
};

// A data directory made once, for all scratch servers to copy.
Trouble make_template(Workshop& shop);

}  // namespace aza::build
