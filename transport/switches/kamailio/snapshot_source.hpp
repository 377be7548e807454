#pragma once

#include "transport/switches/kamailio/address.hpp"
#include "transport/switches/kamailio/limits.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace rollcall::kamailio {

/// Where the text of a snapshot comes from, piece by piece. Everything happens on one executor, a strand.
class snapshot_source {
public:
  /// With an error: there will be no more. Without, and with an empty piece: that was all. A piece is good
  /// until the next one is asked for.
  using handler = std::function<void(const std::string& error, std::string_view piece)>;

  virtual ~snapshot_source() = default;

  /// Asks for the next piece. `done` is called once, later, unless it is cancelled; only then the next may be
  /// asked for.
  virtual void next(handler done) = 0;

  /// Lets go of what is under way.
  virtual void cancel() = 0;
};

using snapshot_source_ptr = std::shared_ptr<snapshot_source>;
using executor = boost::asio::any_io_executor;

/// The body of the answer to `request`, a JSON-RPC request, which is sent when the first piece is asked for.
snapshot_source_ptr rpc_source(const executor& on, const rpc_url& to, std::string request,
                               const limits& bounds);

/// A file, which is removed when it is opened: Kamailio adds to what is there. Null with `error` when it
/// cannot be opened.
snapshot_source_ptr file_source(const executor& on, const std::filesystem::path& file, std::string& error);

/// A text that comes later, in one.
class text_source : public snapshot_source {
public:
  /// Here it is.
  virtual void arrived(std::string text) = 0;
};

/// Fails when the text has not arrived after limits::rpc_answer.
std::shared_ptr<text_source> awaited_text(const executor& on, const limits& bounds);

} // namespace rollcall::kamailio
