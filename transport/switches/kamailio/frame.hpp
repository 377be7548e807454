#pragma once

#include "domain/calls/call_event.hpp"
#include "transport/switches/common/line_parser.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rollcall::kamailio {

/// The first frame of a connection.
struct hello {
  std::string run;                    ///< see dialog_id
  std::uint64_t seq = 0;              ///< of the newest event that was made before
  std::optional<timestamp> time = {}; ///< what Kamailio's clock says
};

/// What an event or a snapshot says of one call.
struct call_report {
  std::uint64_t seq = 0;   ///< counts the events of a run; 0 in a snapshot
  std::string transaction; ///< see is_transaction_id(); empty when the switch did not say it
  call_event event;
  std::vector<malformed_field> bad_fields = {}; ///< what of it was of no use
};

/// Answer to a ping.
struct pong {
  std::uint64_t seq = 0;              ///< of the newest event that was made
  std::optional<timestamp> time = {}; ///< what Kamailio's clock says
  std::string faults = {};            ///< what the script has left out, one a line
};

/// Answer to a JSON-RPC request.
struct rpc_answer {
  std::optional<std::uint64_t> request; ///< none in an answer that does not say
  int code =
      0; ///< 0 when it was done, else JSON-RPC's error code, which for Kamailio is often a status of SIP
  std::string message;
  std::string_view json = {}; ///< all of it, a part of the frame
};

/// A frame that says nothing we understand.
struct bad_frame {
  std::string reason;
};

/// A frame that is not for rollcall: others may share Kamailio's event socket.
struct foreign_frame {};

using frame = std::variant<hello, call_report, pong, rpc_answer, bad_frame, foreign_frame>;

/// Understands what conf/kamailio/rollcall.cfg sends: objects of the feed (switches::line_parser knows their
/// fields), with `seq` and `transaction` added and, where some text was not UTF-8, all texts in hexadecimal.
/// Pure but for memory that it uses again; one thread at a time.
class frame_reader {
public:
  /// What the payload of one netstring says. `received` is the time of arrival.
  frame read(std::string_view payload, timestamp received);

  /// The part of read() for a `call` or an `end`; a call_report or a bad_frame.
  frame read_report(std::string_view object, timestamp received);

private:
  switches::line_parser parser_;
  std::string scratch_;
};

} // namespace rollcall::kamailio
