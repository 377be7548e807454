#include "apps/config/read_switch.hpp"

#include "apps/config/config_values.hpp"
#include "apps/config/secret_file.hpp"
#include "apps/config/text_file.hpp"
#include "transport/net/tls.hpp"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <utility>
#include <variant>

namespace rollcall {

namespace values = config_values;

namespace {

constexpr std::size_t ca_most = 1024 * 1024; // bytes; all that Debian believes are a fifth of it

void read_environment(const config_section& in, environment_id& out) {
  auto number = out.value();
  in.read("i_environment", number, 1, INT64_MAX);
  out = environment_id{number};
}

using setting_value = switches::setting_values::mapped_type;

setting_value read_setting(const config_section& in, std::string_view key,
                           const switches::text_setting& takes) {
  std::string text{takes.otherwise};
  in.read(key, text, takes.check);
  return text;
}

setting_value read_setting(const config_section& in, std::string_view key,
                           const switches::duration_setting& takes) {
  auto duration = takes.otherwise;
  in.read(key, duration, takes.least, takes.most);
  return duration;
}

setting_value read_setting(const config_section& in, std::string_view key,
                           const switches::number_setting& takes) {
  auto number = takes.otherwise;
  in.read(key, number, static_cast<std::int64_t>(takes.least), static_cast<std::int64_t>(takes.most));
  return number;
}

setting_value read_setting(const config_section& in, std::string_view key, const switches::secret_setting&) {
  std::string secret;
  read_secret(in, secret, values::secret);
  if (secret.empty())
    in.require(key);
  return secret;
}

setting_value read_setting(const config_section& in, std::string_view key,
                           const switches::table_setting& takes) {
  switches::number_table numbers;
  in.read_numbers(key, numbers, static_cast<std::int64_t>(takes.least),
                  static_cast<std::int64_t>(takes.most));
  return numbers;
}

/// The certificates to verify a switch by, when it is dialled over TLS. Nobody is to believe that a
/// connection is verified that is not.
void read_authorities(const config_section& in, dialled_config& out) {
  auto is_wanted = false;
  std::filesystem::path file;
  in.read("tls", is_wanted);
  in.read("ca", file);
  if (is_wanted && file.empty())
    in.fail("ca", "is required: with tls = true a switch is verified by it");
  if (!is_wanted && !file.empty())
    in.fail("ca", "has no use without tls = true");
  if (!is_wanted)
    return;
  try {
    out.ca = text_in(file, ca_most);
    net::make_client_tls_context(out.ca, out.at.host);
  } catch (const std::exception& refusal) {
    in.fail("ca", file.string() + ": " + refusal.what());
  }
}

} // namespace

void read_switch(const config_section& in, switch_name& name, environment_id& environment,
                 std::vector<switch_name>& taken) {
  in.require("name");
  in.read("name", name, values::switch_name);
  if (std::find(taken.begin(), taken.end(), name) != taken.end())
    in.fail("name", "'" + name.value() + "' is the name of another switch");
  taken.push_back(name);
  read_environment(in, environment);
}

void read_secret(const config_section& in, std::string& out, std::string (*parse)(std::string_view)) {
  std::filesystem::path file;
  in.read("secret_file", file);
  in.read("secret", out, parse);
  if (file.empty())
    return;
  if (!out.empty())
    in.fail("secret_file", "stands beside secret: one of them is enough");
  try {
    out = parse(secret_in(file));
  } catch (const std::invalid_argument& refusal) {
    in.fail("secret_file", file.string() + ": " + refusal.what());
  }
  if (is_readable_by_all(file))
    in.warn("secret_file", file.string() + readable_by_all);
}

void read_dialled(const config_section& in, const switches::driver_kind& kind, dialled_config& out,
                  std::vector<switch_name>& taken) {
  out.kind = kind.block;
  read_switch(in, out.name, out.environment, taken);
  in.require(kind.address);
  in.read(kind.address, out.at, values::remote_address);
  if (kind.tls)
    read_authorities(in, out);
  in.read_list("nodes", out.nodes, values::node_id);
  for (const auto& each : kind.settings)
    out.values.emplace(
        each.key,
        std::visit([&](const auto& takes) { return read_setting(in, each.key, takes); }, each.takes));
}

config_section::keys keys_of(const switches::driver_kind& kind) {
  config_section::keys keys{"name", kind.address, "i_environment", "nodes"};
  if (kind.tls)
    keys.insert(keys.end(), {"tls", "ca"});
  for (const auto& each : kind.settings) {
    keys.push_back(each.key);
    if (std::holds_alternative<switches::secret_setting>(each.takes))
      keys.emplace_back("secret_file");
  }
  return keys;
}

} // namespace rollcall
