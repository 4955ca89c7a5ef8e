#include "progress_view.h"

#include <fmt/format.h>

namespace aza::build {

ProgressView::ProgressView(Print print, bool is_terminal) : print_(std::move(print)), is_terminal_(is_terminal) {
  if (is_terminal_) ticker_ = std::thread([this] { tick(); });
}

ProgressView::~ProgressView() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    erase_live();
  }
  stop_.notify_all();
  if (ticker_.joinable()) ticker_.join();
}

void ProgressView::line(const std::string& text) {
  const std::lock_guard lock(mutex_);
  erase_live();
  print_(text + "\n");
  draw_live();
}

void ProgressView::phase(const std::string& entry, const std::string& phase) {
  const std::lock_guard lock(mutex_);
  running_.try_emplace(entry, Running{"", Clock::now()}).first->second.phase = phase;
  erase_live();
  draw_live();
}

void ProgressView::end(const std::string& entry) {
  const std::lock_guard lock(mutex_);
  running_.erase(entry);
  erase_live();
  draw_live();
}

double ProgressView::elapsed(const std::string& entry) const {
  const std::lock_guard lock(mutex_);
  const auto found = running_.find(entry);
  return found == running_.end() ? 0 : std::chrono::duration<double>(Clock::now() - found->second.since).count();
}

void ProgressView::tick() {
  std::unique_lock lock(mutex_);
  while (!stop_.wait_for(lock, std::chrono::milliseconds(500), [this] { return stopping_; })) {
    erase_live();
    draw_live();
  }
}

void ProgressView::erase_live() {
  if (drawn_ > 0) print_(fmt::format("\x1b[{}A\x1b[J", drawn_));
  drawn_ = 0;
}

void ProgressView::draw_live() {
  if (!is_terminal_ || stopping_) return;
  std::string text;
  for (const auto& [entry, running] : running_) {
    const double seconds = std::chrono::duration<double>(Clock::now() - running.since).count();
    text += fmt::format("  {:<20} {:<10} {:6.1f} s\n", entry, running.phase, seconds);
  }
  if (!text.empty()) print_(text);
  drawn_ = running_.size();
}

}  // namespace aza::build
