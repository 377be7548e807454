#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rollcall::kamailio {

/// What names a call for ever: `<run>-<entry>-<number>`, and behind that `-<again>` when a dialog that was
/// refused without its module noticing is used for another call. Kamailio's own name for a dialog, entry and
/// number (its h_entry and h_id), is unique within one run of Kamailio only.
struct dialog_id {
  std::string run; ///< when that Kamailio started, in ms since 1970; digits
  std::uint32_t entry = 0;
  std::uint32_t number = 0;
  std::uint32_t again = 0;
  friend bool operator==(const dialog_id&, const dialog_id&) = default;
};

/// None when `text` is not written exactly like one.
std::optional<dialog_id> parse_dialog_id(std::string_view text);

std::string to_string(const dialog_id& id);

/// True for what names one transaction of a run of Kamailio, as its tm.reply wants it: `<index>:<label>`.
bool is_transaction_id(std::string_view text);

} // namespace rollcall::kamailio
