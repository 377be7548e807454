#pragma once

#include "domain/base/text_pattern.hpp"
#include "transport/api/method.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall::api {

/// True for a parameter that stands for a struct without members: nil, an empty string, array or struct.
bool is_no_struct(const xmlrpc::value& only);

/// The name of a member that there are two of; null when there is none.
const std::string* repeated(const xmlrpc::structure& members);

/// Bytes of a pattern: no text of a call is longer.
constexpr std::size_t longest_pattern = 4096;

/// Reads the one struct parameter of a method, checking what it reads. The first thing wrong is kept as a
/// fault, and nothing read afterwards means anything: read everything, then look at failure(). A parameter
/// that is absent reads as none; so does one that is nil or the empty string, of a method that only reads.
/// Points into the invocation.
class param_reader {
public:
  /// Checks that there is at most one parameter, a struct, and that its members are those that the method
  /// takes, each once.
  param_reader(const invocation& call, const parameter_list& takes);

  /// An `int`, `i4`, `i8`, or a string of digits.
  std::optional<std::int64_t> integer(std::string_view name);

  /// The same, as one of the ids of domain/base/ids.hpp.
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

  /// A text, or a number, which is its digits: how clients without types write an ID.
  std::optional<std::string> identifier(std::string_view name);

  /// At most longest_pattern bytes of a text_pattern.
  std::optional<text_pattern> pattern(std::string_view name);

  /// One text, or an array of 1 to `most`.
  std::optional<std::vector<std::string>> texts(std::string_view name, std::size_t most);

  /// One identifier, or an array of 1 to `most`.
  std::optional<std::vector<std::string>> identifiers(std::string_view name, std::size_t most);

  /// A number of seconds, whole or not, or its digits; not negative, and at most a hundred years.
  std::optional<std::chrono::microseconds> seconds(std::string_view name);

  /// A number from 0 to 1, or its digits.
  std::optional<double> fraction(std::string_view name);

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
  void check_names(const invocation& call);
  const xmlrpc::value* present(std::string_view name);
  std::optional<double> number(std::string_view name, double most, std::string_view wanted);
  enum class numbers : std::uint8_t { refused, as_digits };
  std::optional<std::vector<std::string>> some_texts(std::string_view name, std::size_t most,
                                                     numbers allowed);
  void fail_empty(std::string_view name);
  void fail_type(std::string_view name, std::string_view wanted);

  const parameter_list takes_;
  const xmlrpc::structure* given_ = nullptr; ///< null: no parameters
  std::optional<xmlrpc::fault> failure_;
};

} // namespace rollcall::api
