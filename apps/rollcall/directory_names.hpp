#pragma once

#include "apps/rollcall/api_client.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace rollcall::cli {

/// What a server says of one entry of its directory.
struct directory_names {
  bool known = true; ///< false: the server has no such entry in this scope
  std::string shown; ///< ` "801"`, safe for terminals; empty where the server tells no names
  std::int64_t id = 0;
  std::int64_t of = 0; ///< the customer whose it is
};

/// Asks for an entry of a kind that findNames knows. `by` says which: its id, or its name. Of a server that
/// is older than that method nothing is known but that there may be one. Throws what the client throws.
directory_names names_of(api_client& api, const char* kind, boost::json::object by,
                         std::optional<std::int64_t> as);

/// The pattern of findNames that is this text and no other.
std::string exactly(const std::string& text);

} // namespace rollcall::cli
