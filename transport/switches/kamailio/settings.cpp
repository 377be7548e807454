#include "transport/switches/kamailio/settings.hpp"

#include <string>
#include <variant>

namespace rollcall::kamailio {

settings settings_of(const switches::dialled& to) {
  settings result;
  result.name = to.name;
  const auto read = [&]<class T>(const char* key, T into) {
    if (const auto found = to.values.find(key); found != to.values.end())
      into(found->second);
  };
  read("rpc", [&](const auto& value) { result.rpc = net::parse_http_url(std::get<std::string>(value)); });
  read("dump_directory", [&](const auto& value) { result.dump_directory = std::get<std::string>(value); });
  read("snapshot_interval",
       [&](const auto& value) { result.snapshot_interval = std::get<std::chrono::milliseconds>(value); });
  return result;
}

} // namespace rollcall::kamailio
