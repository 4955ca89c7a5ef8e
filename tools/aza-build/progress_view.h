// What a long run shows: on a terminal, finished lines above and the running entries below, with phase and elapsed
// time; elsewhere, plain lines.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace aza::build {

class ProgressView {
public:
  using Print = std::function<void(std::string_view)>;
  ProgressView(Print print, bool is_terminal);
  ~ProgressView();
  ProgressView(const ProgressView&) = delete;
  ProgressView& operator=(const ProgressView&) = delete;

  void line(const std::string& text);  // stays
  void phase(const std::string& entry, const std::string& phase);
  void end(const std::string& entry);
  double elapsed(const std::string& entry) const;  // seconds since its first phase

private:
  using Clock = std::chrono::steady_clock;
  struct Running {
    std::string phase;
    Clock::time_point since;
  };

  void tick();
  void erase_live();
  void draw_live();

  Print print_;
  bool is_terminal_;
  mutable std::mutex mutex_;
  std::condition_variable stop_;
  std::map<std::string, Running> running_;
  size_t drawn_ = 0;
  bool stopping_ = false;
  std::thread ticker_;
};

}  // namespace aza::build
