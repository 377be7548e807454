#pragma once

#include "transport/switches/kamailio/frame.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace rollcall::kamailio {

/// A dialog that is no call for us: it is over (Kamailio lists such for seconds), or the script never
/// reported it.
struct no_call {
  std::string id;    ///< as if it were a call
  bool over = false; ///< Kamailio counts it no more
};

/// A dialog that says nothing we understand.
struct bad_dialog {
  std::string id; ///< of the call; empty when not even that could be read
  std::string reason;
};

/// What a snapshot says of one dialog.
using dialog = std::variant<call_report, no_call, bad_dialog>;

/// Reads the dialogs of a snapshot, as dlg.list and dlg.dump_file write them: what rollcall.cfg keeps in the
/// dialog's variables (rc_id, rc_call, rc_stage, rc_trans,
/// rc_answer, rc_caller, rc_media), with the state that the dialog module knows.
/// One thread.
class dialog_reader {
public:
  /// `run` is what hello said; it names the dialogs that make no sense.
  explicit dialog_reader(std::string run) : run_(std::move(run)) {}

  /// Reads one JSON object.
  dialog read(std::string_view text, timestamp received);

private:
  std::string run_;
  frame_reader reader_;
};

} // namespace rollcall::kamailio
