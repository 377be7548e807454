#include "transport/switches/kamailio/settings.hpp"

#include <string>
#include <variant>

namespace rollcall::kamailio {

settings settings_of(const switches::dialled& to) {
  settings result;
  result.name = to.name;
  result.rpc = net::parse_http_url(std::get<std::string>(to.values.at("rpc")));
  result.dump_directory = std::get<std::string>(to.values.at("dump_directory"));
  result.snapshot_interval = std::get<std::chrono::milliseconds>(to.values.at("snapshot_interval"));
  return result;
}

} // namespace rollcall::kamailio
