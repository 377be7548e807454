#pragma once

#include "apps/config/config.hpp"

#include <string>
#include <string_view>

/// The values that single keys take. Each function throws std::invalid_argument with a reason that reads on
/// after the key's name: "must be …".
namespace rollcall::config_values {

/// 1-64 printable ASCII characters without space and comma, because lists of nodes stand in a header.
std::string node_id(std::string_view text);

/// 1-32 of `a-z 0-9 . _ -`.
rollcall::switch_name switch_name(std::string_view text);

/// A password of a switch: not empty.
std::string secret(std::string_view text);

/// At least 32 bytes: nodes are let in by it.
std::string cluster_secret(std::string_view text);

/// 1-128 printable ASCII characters without quotes and backslashes, which a quoted-string would have to
/// escape.
std::string realm(std::string_view text);

/// An address or a block of addresses in CIDR form.
std::string address_block(std::string_view text);

/// The name or address of a host, with or without a port, as clients write it in the field Host.
std::string http_host(std::string_view text);

/// `MD5` or `SHA-256`.
http::digest_algorithm digest_algorithm(std::string_view text);

/// A database url that this version can open.
std::string directory_url(std::string_view text);

/// Empty, or a path that does not end in a slash.
std::filesystem::path audit_file(std::string_view text);

/// An address to connect to, which needs a port.
socket_address remote_address(std::string_view text);

enum unknown_parameters unknown_parameters(std::string_view text);
enum missing_node missing_node(std::string_view text);
enum log_level log_level(std::string_view text);
enum log_format log_format(std::string_view text);

} // namespace rollcall::config_values
