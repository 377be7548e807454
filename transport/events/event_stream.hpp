#pragma once

#include "actors/interfaces.hpp"
#include "transport/events/event_writer.hpp"
#include "transport/events/stream_registry.hpp"
#include "transport/events/token.hpp"
#include "transport/http/message.hpp"

#include <caf/fwd.hpp>

#include <functional>
#include <memory>
#include <string>

namespace rollcall::events {

/// What a stream needs to know of who may read it, and by what.
struct reader_access {
  directory_ptr directory; ///< by which rows are told
  std::string ended;       ///< why the reader may read no more; empty: it may
};

/// What a stream is made of.
struct stream_parts {
  caf::actor_system& system; ///< outlives it
  cluster_watch_actor watch;
  event_writer writer;
  std::function<reader_access()> access; ///< asked again and again: logins end, and directories change
  std::shared_ptr<const token_seal> tokens;
  std::string reader; ///< whom tokens are bound to
  std::shared_ptr<stream_registry> registry;
  stream_registry::place place;
};

/// The body of a stream: never at its end before it says bye. It asks the cluster watch for more when what it
/// had is written: how fast its client reads is how fast it asks.
std::unique_ptr<http::body_source> make_stream(stream_parts parts);

} // namespace rollcall::events
