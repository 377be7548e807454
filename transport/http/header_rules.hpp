#pragma once

#include "transport/http/message.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace rollcall::http {

/// Why a request is not served. The connection closes after the answer, since where the next request would
/// begin is then anybody's guess.
struct refusal {
  unsigned status = 400;
  std::string reason; ///< one sentence for the client
};

/// What a request's header must be before anything acts on it (RFC 9112, 3.2, 6.1 and RFC 9110, 10.1.1).
/// Where two readers of one header could disagree about its length, the request is refused: that is how
/// requests are smuggled past proxies. Looks at `version`, `target` and `fields`; none when all is well.
std::optional<refusal> check_header(const request& header);

/// True when the client waits for `100 Continue` before it sends the body. HTTP/1.0 knows no such thing.
bool expects_continue(const request& header);

/// Splits `target` into `path` and `query`.
void split_target(request& header);

/// True when an Accept-Encoding value allows gzip (RFC 9110, 12.5.3): named, or by `*`, and not with q=0.
bool accepts_gzip(std::string_view accept_encoding);

} // namespace rollcall::http
