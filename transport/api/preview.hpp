#pragma once

#include "transport/api/order_words.hpp"

namespace rollcall::api {

/// Counts what the request means, for its dry run.
void ask_preview(const invocation_ptr& call, asked_disconnect asked, done_fn done);

} // namespace rollcall::api
