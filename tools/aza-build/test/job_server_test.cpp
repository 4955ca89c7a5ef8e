#include "../job_server.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace aza::build {
namespace {

std::string fifo_name(const char* what) {
  return testing::TempDir() + "aza-jobs-" + what + std::to_string(getpid());
}

// Whether one more token can be had within 300 ms; it is given back.
bool can_acquire(JobTokens& tokens) {
  std::atomic<bool> got{false};
  std::thread asker([&] {
    tokens.acquire();
    got = true;
    tokens.release();
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  const bool in_time = got;
  if (!in_time) tokens.release();
  asker.join();
  if (!in_time) tokens.acquire();
  return in_time;
}

TEST(JobServer, HandsOutAsManyTokensAsJobs) {
  const auto tokens = job_tokens("", 2, fifo_name("own"));
  ASSERT_TRUE(tokens) << tokens.because();
  (*tokens)->acquire();
  EXPECT_TRUE(can_acquire(**tokens));
  (*tokens)->acquire();
  EXPECT_FALSE(can_acquire(**tokens));
}

TEST(JobServer, TellsChildrenWhereItIs) {
  const std::string fifo = fifo_name("flags");
  const auto tokens = job_tokens("", 3, fifo);
  EXPECT_EQ((*tokens)->makeflags(), " -j3 --jobserver-auth=fifo:" + fifo);
}

TEST(JobServer, JoinsTheCallersLimit) {
  const auto parent = job_tokens("", 2, fifo_name("parent"));
  const auto child = job_tokens((*parent)->makeflags(), 16, fifo_name("unused"));
  EXPECT_EQ((*child)->makeflags(), (*parent)->makeflags());
  (*child)->acquire();
  (*child)->acquire();
  EXPECT_FALSE(can_acquire(**child));
}

TEST(JobServer, ServesItselfWhereTheCallersCannotBeReached) {
  const std::string fifo = fifo_name("alone");
  const auto tokens = job_tokens("-j --jobserver-auth=fifo:/nowhere/at/all", 2, fifo);
  ASSERT_TRUE(tokens);
  EXPECT_EQ((*tokens)->makeflags(), " -j2 --jobserver-auth=fifo:" + fifo);
}

}  // namespace
}  // namespace aza::build
