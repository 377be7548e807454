#pragma once

#include "transport/http/server.hpp"

#include <boost/asio/ssl/context.hpp>

#include <memory>

namespace rollcall::http {

/// A server's TLS context from PEM files: TLS 1.2 and later, and a client certificate demanded when there is
/// a `client_ca`. Throws std::runtime_error that names the file.
std::shared_ptr<boost::asio::ssl::context> make_tls_context(const tls_files& files);

} // namespace rollcall::http
