#include "transport/switches/kamailio/command.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace rollcall::kamailio {

namespace json = boost::json;

namespace {

/// RFC 3261 21.6.2: the caller is told that trying elsewhere is of no use.
constexpr int declined = 603;

/// The tag that our refusal puts into To.
constexpr const char* to_tag = "rollcall";

std::string request_of(std::uint64_t number, std::string_view method, json::array parameters) {
  json::object request;
  request["jsonrpc"] = "2.0";
  request["method"] = json::string_view{method.data(), method.size()};
  if (!parameters.empty())
    request["params"] = std::move(parameters);
  request["id"] = number;
  return json::serialize(request);
}

json::string_view text(std::string_view view) { return {view.data(), view.size()}; }

} // namespace

std::string end_dialog_command(std::uint64_t request, const dialog_id& id) {
  return request_of(request, "dlg.end_dlg", {id.entry, id.number});
}

std::string refuse_call_command(std::uint64_t request, std::string_view transaction) {
  return request_of(request, "tm.reply",
                    {declined, "Disconnected by operator", text(transaction), to_tag, "", ""});
}

std::string list_command(std::uint64_t request) { return request_of(request, "dlg.list", {}); }

std::string dump_command(std::uint64_t request, std::string_view file) {
  return request_of(request, "dlg.dump_file", {text(file)});
}

std::string count_command(std::uint64_t request) { return request_of(request, "dlg.stats_active", {}); }

std::string run_command(std::uint64_t request) {
  return request_of(request, "htable.get", {"rollcall", "run"});
}

} // namespace rollcall::kamailio
