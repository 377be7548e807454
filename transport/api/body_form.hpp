#pragma once

#include "transport/http/message.hpp"

#include <optional>

namespace rollcall::api {

/// Why the body of a request cannot be read as its header says (contract, 4): 415 for a Content-Encoding, 400
/// for a charset that is not the document's. None when it can. Looks at the beginning of the body at most.
std::optional<http::response> refusal_of_body(const http::request& request);

} // namespace rollcall::api
