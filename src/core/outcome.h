// A value, or the reason why there is none: "unknown, because ..." is a value here, never an exception.
#pragma once

#include <optional>
#include <string>
#include <utility>

namespace aza {

template <class T>
class Outcome {
public:
  Outcome(T value) : value_(std::move(value)) {}  // NOLINT(google-explicit-constructor): a value is an outcome
  static Outcome unknown(std::string because) {
    Outcome outcome;
    outcome.because_ = std::move(because);
    return outcome;
  }

  explicit operator bool() const { return value_.has_value(); }
  // As with std::optional, only where there is a value.
  const T& operator*() const { return *value_; }  // NOLINT(bugprone-unchecked-optional-access)
  const T* operator->() const { return &**this; }
  const std::string& because() const { return because_; }

private:
  Outcome() = default;
  std::optional<T> value_;
  std::string because_;
};

// What a human typed wrong, in the three parts of a PostgreSQL error. Only this may stop a start.
struct InputError {
  std::string message;  // errmsg: lower case, no full stop
  std::string detail;   // errdetail, or empty
  std::string hint;     // errhint: what to type instead
};

}  // namespace aza
