#include "apps/rollcall/call_ids.hpp"
#include "apps/rollcall/exit_code.hpp"
#include "domain/base/text.hpp"
#include "domain/calls/shown_id.hpp"
#include "domain/calls/typed_id.hpp"
#include "fuzz.hpp"
#include "transport/net/host_port.hpp"
#include "transport/switches/kamailio/dialog_id.hpp"

#include <algorithm>
#include <set>
#include <sstream>
#include <string>

// IDs as people and their tools hand them in. Every ID is shown in a way of its own and is found by that;
// what is shown for none finds none; a list of them holds each line as it is; and the ids of dialogs and
// addresses are written in one way.

namespace {

using namespace rollcall;
using fuzz::must;

void check_id(const std::string& id) {
  must(read_typed_id(typed_id(id)) == id, "an ID is found as the tool shows it");
  if (!needs_codes(id)) {
    must(without_codes(id) == id, "an ID that is shown as it is names itself");
    return;
  }
  const auto shown = with_codes(id);
  must(is_clean(shown) && !std::any_of(shown.begin(), shown.end(), [](char c) { return (c & 0xF8) == 0xF0; }),
       "what is shown can be read by all");
  must(without_codes(shown) == id, "an ID is found by what is shown of it");
  must(shown != id, "and is no other's");
  if (id.size() <= 32 + 1 + 256)
    must(shown.size() <= longest_shown_id, "what is shown is bounded");
}

void check_shown(const std::string& text) {
  const auto id = without_codes(text);
  if (id && *id != text)
    must(is_clean(*id) && needs_codes(*id) && with_codes(*id) == text,
         "what finds an ID is what is shown of it");
}

void check_list(const std::string& text) {
  std::istringstream lines{text};
  try {
    const auto named = cli::read_call_ids({"-"}, lines);
    const std::set<std::string> each{named.ids.begin(), named.ids.end()};
    must(each.size() == named.ids.size() && !named.ids.empty(), "each is named once");
    const auto around = '\n' + text + '\n';
    const auto is_line = [&](const std::string& id) {
      return around.find('\n' + id + '\n') != around.npos || around.find('\n' + id + "\r\n") != around.npos;
    };
    for (const auto& id : named.ids)
      must(is_line(id) || is_line(typed_id(id)), "an ID is a line");
    std::string again;
    for (const auto& id : named.ids)
      again += typed_id(id) + '\n';
    std::istringstream written{again};
    const auto clean = [](const std::string& id) { return is_clean(id); }; // as every ID of a call is
    if (text.find("\r\r") == text.npos && std::all_of(named.ids.begin(), named.ids.end(), clean))
      must(cli::read_call_ids({"-"}, written).ids == named.ids, "a list can be written");
  } catch (const cli::command_error& e) {
    must(e.code() == cli::exit_code::usage, "what is wrong is the list");
  }
}

void check_written_forms(const std::string& text) {
  if (const auto id = kamailio::parse_dialog_id(text))
    must(to_string(*id) == text, "a dialog is named in one way");
  kamailio::is_transaction_id(text);
  if (const auto at = net::parse_host_port(text))
    must(net::parse_host_port(to_string(*at)) == at, "an address can be written");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{fuzz::text_of(data, size)};
  if (is_clean(text)) {
    check_id(text);
    check_shown(text);
  }
  check_id(cleaned(text));
  must(is_clean(cleaned(text)), "what was cleaned is clean");
  must(!is_clean(text) || cleaned(text) == text, "and what is clean stays");
  without_codes(text);
  check_list(text);
  check_written_forms(text);
  return 0;
}
