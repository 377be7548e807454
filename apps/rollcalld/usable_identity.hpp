#pragma once

#include "apps/config/identity.hpp"
#include "apps/rollcalld/unusable_config.hpp"

#include <exception>
#include <string>

namespace rollcall {

/// identity_of() the files that this table names. Throws unusable_config.
template <class Files>
net::tls_context usable_identity(const char* table, const Files& files) {
  try {
    return identity_of(files);
  } catch (const std::exception& e) {
    throw unusable_config{table, std::string{"cannot be used: "} + e.what()};
  }
}

} // namespace rollcall
