#include "transport/switches/kamailio/kind.hpp"

#include "transport/net/http_url.hpp"
#include "transport/switches/kamailio/drivers.hpp"

#include <filesystem>
#include <stdexcept>
#include <string>

namespace rollcall::kamailio {

using namespace std::chrono_literals;

namespace {

// What conf/rollcalld.toml says of these keys holds here.

std::string rpc_url(std::string_view text) {
  if (!text.empty() && !net::parse_http_url(text))
    throw std::invalid_argument{"must look like http://127.0.0.1:8081/RPC"};
  return std::string{text};
}

std::string dump_directory(std::string_view text) {
  if (!text.empty() && !std::filesystem::path{text}.is_absolute())
    throw std::invalid_argument{
        "must be an absolute path, for Kamailio and rollcall have to mean the same folder"};
  return std::string{text};
}

} // namespace

switches::driver_kind kind() {
  return {"kamailio",
          "evapi",
          {{"rpc", switches::text_setting{&rpc_url, ""}},
           {"snapshot_interval", switches::duration_setting{1s, 24h, 60s}},
           {"dump_directory", switches::text_setting{&dump_directory, ""}}},
          [] { return std::unique_ptr<switches::drivers>{std::make_unique<drivers>()}; }};
}

} // namespace rollcall::kamailio
