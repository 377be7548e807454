#include "transport/switches/asterisk/settings.hpp"

#include <variant>

namespace rollcall::asterisk {

settings settings_of(const switches::dialled& to) {
  constexpr std::string_view variable = "variable:";
  settings result;
  result.name = to.name;
  result.user = std::get<std::string>(to.values.at("user"));
  result.secret = std::get<std::string>(to.values.at("secret"));
  if (const auto& account = std::get<std::string>(to.values.at("account")); account.starts_with(variable))
    result.rules.account_variable = account.substr(variable.size());
  for (const auto& [endpoint, number] : std::get<switches::number_table>(to.values.at("connections"))) {
    result.rules.carriers.insert(endpoint);
    result.connections.emplace(endpoint, connection_id{static_cast<std::int64_t>(number)});
  }
  result.snapshot_interval = std::get<std::chrono::milliseconds>(to.values.at("snapshot_interval"));
  result.hang_ups_per_second = std::get<std::uint64_t>(to.values.at("hang_ups_per_second"));
  return result;
}

} // namespace rollcall::asterisk
