#pragma once

#include "transport/api/method.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rollcall::api {

/// Reads the one struct parameter of a method, checking what it reads. The first thing wrong is kept as a
/// fault, and nothing read afterwards means anything: read everything, then look at failure(). A parameter
/// that is absent or nil reads as none. Points into the invocation.
class param_reader {
public:
  /// Checks that there is at most one parameter, a struct, and that its members are those that the method
  /// takes.
  param_reader(const invocation& call, const parameter_list& takes);

  /// An `int`, `i4`, `i8`, or a string of digits.
  std::optional<std::int64_t> integer(std::string_view name);

  /// The same, as one of the ids of domain/ids.hpp.
  template <class Id>
  std::optional<Id> id(std::string_view name) {
    const auto number = integer(name);
    return number ? std::optional{Id{*number}} : std::nullopt;
  }

  /// An integer that is not negative.
  std::optional<std::uint64_t> count(std::string_view name);

  /// A `boolean`, or 0 or 1.
  std::optional<bool> boolean(std::string_view name);

  std::optional<std::string> text(std::string_view name);

  /// Makes the absence of a parameter a fault.
  template <class T>
  void require(const std::optional<T>& read, std::string_view name) {
    if (!read)
      fail("Parameter " + std::string{name} + " is required");
  }

  /// Notes a fault that the method itself has found.
  void fail(std::string text);

  const std::optional<xmlrpc::fault>& failure() const noexcept { return failure_; }

private:
  void check_names(const invocation& call, const parameter_list& takes);
  const xmlrpc::value* present(std::string_view name) const;
  void fail_type(std::string_view name, std::string_view wanted);

  const xmlrpc::structure* given_ = nullptr; ///< null: no parameters
  std::optional<xmlrpc::fault> failure_;
};

} // namespace rollcall::api
