#pragma once

#include "apps/rollcall/api_client.hpp"
#include "apps/rollcall/filter_options.hpp"

namespace rollcall::cli {

/// Says on stderr which account, vendor, connection, switch or node that an empty answer was filtered by is
/// none that the server knows: a typing error looks like no calls. Says nothing that it cannot find out, for
/// the answer is whole without it.
void tell_unknown(api_client& api, const filter_options& filter);

} // namespace rollcall::cli
