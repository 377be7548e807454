#pragma once

#include "transport/api/method.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rollcall::api {

/// findNames: who and what there is, from the directory alone.
extern const method find_names;

/// What a name must be: exactly a text, or, with `*` at its beginning, its end or both, one that begins
/// with, ends with or holds it. `\*` is the character.
class name_pattern {
public:
  explicit name_pattern(std::string_view written);
  bool matches(std::string_view name) const;

private:
  std::string text_;
  bool open_front_ = false;
  bool open_back_ = false;
};

/// What a name stands for.
enum class name_kind : std::uint8_t { customer, account, vendor, connection };

struct names_request {
  name_kind kind = name_kind::customer;
  customer_id scope;
  std::optional<std::int64_t> id; ///< of this one only
  std::optional<name_pattern> name;
  std::uint64_t offset = 0;
  std::uint64_t limit = 0;
};

xmlrpc::or_fault<names_request> parse_find_names(const invocation& call);

/// The entries, by id. Customers and accounts are those of the scope; what is above it is not told either.
answer found_names(const names_request& request, const directory& dir);

} // namespace rollcall::api
