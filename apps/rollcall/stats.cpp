#include "apps/rollcall/stats.hpp"

#include <algorithm>
#include <charconv>

namespace rollcall::cli {

namespace {

[[noreturn]] void refuse_answer() {
  throw command_error(exit_code::failure, "the server's answer is not statistics");
}

std::int64_t account_of(std::string_view key) {
  std::int64_t account = 0;
  const auto [end, failed] = std::from_chars(key.data(), key.data() + key.size(), account);
  if (failed != std::errc{} || end != key.data() + key.size())
    refuse_answer();
  return account;
}

} // namespace

stats read_stats(const api_answer& answer) {
  const auto* object = answer.value.if_object();
  const auto* data = object ? object->if_contains("data") : nullptr;
  if (!data || !data->is_object())
    refuse_answer();
  stats result;
  result.gaps = answer.gaps;
  for (const auto& [key, value] : data->get_object()) {
    const auto* pair = value.if_array();
    if (!pair || pair->size() != 2 || !pair->front().is_int64() || !pair->back().is_int64())
      refuse_answer();
    const auto total = pair->front().get_int64();
    const auto connected = pair->back().get_int64();
    result.rows.push_back({{"i_account", account_of(key)}, {"total", total}, {"connected", connected}});
    result.total += total;
    result.connected += connected;
  }
  std::sort(result.rows.begin(), result.rows.end(), [](const auto& a, const auto& b) {
    return a.at("i_account").as_int64() < b.at("i_account").as_int64();
  });
  return result;
}

stats ask_stats(api_client& api, std::optional<std::int64_t> customer, bool recursive) {
  boost::json::object parameters{{"recursive", recursive}};
  if (customer)
    parameters["i_customer"] = *customer;
  return read_stats(api.call("getAccountCallStatsCustomer", parameters));
}

} // namespace rollcall::cli
