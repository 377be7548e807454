#pragma once

#include "domain/base/text_pattern.hpp"
#include "transport/api/method.hpp"

#include <cstdint>
#include <optional>

namespace rollcall::api {

/// findNames: who and what there is, from the directory alone.
extern const method find_names;

/// What a name stands for.
enum class name_kind : std::uint8_t { customer, account, vendor, connection };

struct names_request {
  name_kind kind = name_kind::customer;
  customer_id scope;
  std::optional<std::int64_t> id; ///< of this one only
  std::optional<text_pattern> name;
  std::uint64_t offset = 0;
  std::uint64_t limit = 0;
};

xmlrpc::or_fault<names_request> parse_find_names(const invocation& call);

/// The entries, by id. Customers and accounts are those of the scope; what is above it is not told either.
answer found_names(const names_request& request, const directory& dir, bool full_unicode);

} // namespace rollcall::api
