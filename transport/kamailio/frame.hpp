#pragma once

#include "domain/call_event.hpp"
#include "transport/feed/line_parser.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace rollcall::kamailio {

/// The first frame of a connection.
struct hello {
  std::string run;       ///< see dialog_id
  std::uint64_t seq = 0; ///< of the newest event that was made before
};

/// What an event or a snapshot says of one call.
struct call_report {
  std::uint64_t seq = 0; ///< counts the events of a run; 0 in a snapshot
  std::string cseq;      ///< CSeq number of the INVITE; empty in an end
  call_event event;
};

/// Answer to a ping.
struct pong {
  std::uint64_t seq = 0; ///< of the newest event that was made
};

/// Answer to a JSON-RPC request.
struct rpc_answer {
  std::uint64_t request = 0;
  int code =
      0; ///< 0 when it was done, else JSON-RPC's error code, which for Kamailio is often a status of SIP
  std::string message;
};

/// Answer to the request that has the number snapshot_request: too large to be looked into here.
struct snapshot_answer {
  std::string_view json; ///< the JSON-RPC answer, a part of the frame
};

/// A frame that says nothing we understand.
struct bad_frame {
  std::string reason;
};

using frame = std::variant<hello, call_report, pong, rpc_answer, snapshot_answer, bad_frame>;

/// The number of the JSON-RPC request for a snapshot; all others have higher ones.
constexpr std::uint64_t snapshot_request = 0;

/// Understands what conf/kamailio/rollcall.cfg sends: objects of the feed (feed::line_parser knows their
/// fields), with `seq` and `cseq` added and, where some text was not UTF-8, all texts in hexadecimal. Pure
/// but for memory that it uses again; one thread at a time.
class frame_reader {
public:
  /// What the payload of one netstring says. `received` is the time of arrival.
  frame read(std::string_view payload, timestamp received);

  /// The part of read() for a `call` or an `end`; a call_report or a bad_frame.
  frame read_report(std::string_view object, timestamp received);

private:
  feed::line_parser parser_;
  std::string scratch_;
};

} // namespace rollcall::kamailio
