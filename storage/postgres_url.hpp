#pragma once

#include <string>

namespace rollcall {

/// A postgresql:// url as messages may show it: user, hosts, ports, database and service, nothing else, for
/// any other part may be a secret. Throws std::invalid_argument for a url that libpq does not understand, or
/// that it would understand otherwise than it is meant because a password in it is not percent-encoded.
std::string show_postgres_url(const std::string& url);

/// True of a url that show_postgres_url() has taken and that holds a password.
bool has_password(const std::string& url);

} // namespace rollcall
