// What a limit file says: so much, no limit, or nothing that can be used.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace aza {

class LimitValue {
public:
  static LimitValue of(int64_t amount) { return {Kind::limited, amount, {}}; }
  static LimitValue none() { return {Kind::unlimited, 0, {}}; }
  static LimitValue unknown(std::string because) { return {Kind::unknown, 0, std::move(because)}; }

  bool limits() const { return kind_ == Kind::limited; }
  bool known() const { return kind_ != Kind::unknown; }
  int64_t amount() const { return amount_; }  // bytes or CPUs; only where it limits
  const std::string& because() const { return because_; }

private:
  enum class Kind { limited, unlimited, unknown };
  LimitValue(Kind kind, int64_t amount, std::string because)
      : kind_(kind), amount_(amount), because_(std::move(because)) {}

  Kind kind_;
  int64_t amount_;
  std::string because_;
};

// The least of several files; of equal ones the first. Null where none limits.
template <class LimitFile>
const LimitFile* tightest(const std::vector<LimitFile>& files) {
  const LimitFile* least = nullptr;
  for (const LimitFile& file : files) {
    if (!file.value.limits()) continue;
    if (least == nullptr || file.value.amount() < least->value.amount()) least = &file;
  }
  return least;
}

}  // namespace aza
