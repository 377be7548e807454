#pragma once

#include "apps/rollcall/http_client.hpp"

#include <boost/json.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace rollcall::cli {

/// The address of a stream for these filters; `since` is a token, empty for a stream from the beginning.
std::string events_path(const boost::json::object& filters, std::string_view since);

/// Cuts what comes in into lines, however it is cut.
class line_reader {
public:
  using take_line = std::function<void(std::string_view)>;

  /// A line is at most so many bytes; throws command_error for a longer one.
  static constexpr std::size_t longest_line = 1024 * 1024;

  void add(std::string_view bytes, const take_line& take);

private:
  std::string rest_;
};

/// Follows a stream (events.md, 3) for ever, or until it is told what no further try changes: a refusal.
/// After a lost connection it goes on where the last token stands. One thread.
class event_client {
public:
  struct events {
    std::function<void(const boost::json::object& message, std::string_view line)> message;
    std::function<void()> heard;  ///< the server, in any way; may be left out, as the next one
    std::function<void()> silent; ///< it was not heard for `late`; once, until it is
    std::function<void(const std::string& why)>
        lost; ///< the connection: what is known may be old from now on
  };

  /// A server shows every second that it is alive.
  static constexpr std::chrono::seconds late{2};

  event_client(const server& to, boost::json::object filters, events tell);

  /// Throws command_error for a refusal, and what `events` throw.
  [[noreturn]] void follow();

private:
  void read(std::string_view line);
  void check(const boost::json::object& message);
  void look();

  server to_;
  boost::json::object filters_;
  events tell_;
  std::string token_;
  std::uint64_t messages_ = 0; ///< of this connection
  bool worked_ = false;        ///< once
  bool silent_ = false;        ///< was told
  std::chrono::steady_clock::time_point heard_;
};

} // namespace rollcall::cli
