#pragma once

#include "actors/messages.hpp"
#include "transport/http/message.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <vector>

namespace rollcall::api {

// How clients are told what is missing from an answer about calls: by headers, and since many clients hide
// these, by the members of an envelope.

/// False when the answer leaves something out, or takes part of it from what may not belong together.
bool is_complete(const coverage& covers);

/// Adds X-Rollcall-Complete, and a header for each kind of gap that there is.
void add_headers(std::vector<http::field>& headers, const coverage& covers);

/// Writes the members of an envelope that follow the answer itself: `complete`, then an array of names for
/// each kind of gap, also where there are none.
void write_members(xmlrpc::writer& to, const coverage& covers);

/// Adds the gaps of `part` to those of `whole`.
void join(coverage& whole, const coverage& part);

} // namespace rollcall::api
