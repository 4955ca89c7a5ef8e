#include <cstdlib>
#include <iostream>

#include "plan_command.h"

int main(int argc, char** argv) {
  const aza::Environment environment = [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    if (value == nullptr) return std::nullopt;
    return value;
  };
  return aza::plan_command({argv + 1, argv + argc}, environment, std::cout, std::cerr);
}
