// aza-plan as a function: everything but the process.
#pragma once

#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace aza {

using Environment = std::function<std::optional<std::string>(const char* name)>;

inline constexpr int kDone = 0;
inline constexpr int kWrongUse = 2;  // an option or a value that a human typed
inline constexpr int kNotDone = 3;   // the plan could not be written

// `arguments` without the program's name. Returns the exit code.
int plan_command(const std::vector<std::string>& arguments, const Environment& environment, std::ostream& out,
                 std::ostream& err);

}  // namespace aza
