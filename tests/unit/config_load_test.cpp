#include "apps/config/load_config.hpp"
#include "tests/component/authority.hpp"
#include "tests/unit/config_text.hpp"
#include "tests/unit/storage_folder.hpp"
#include "transport/switches/asterisk/settings.hpp"
#include "transport/switches/kamailio/settings.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>

namespace rollcall::config_load_test {

using namespace config_text;

namespace {

using namespace std::chrono_literals;

const std::filesystem::path documented = std::filesystem::path{ROLLCALL_SOURCE_DIR} / "conf/rollcalld.toml";

/// conf/rollcalld.toml with every key and table that it shows commented out taken into use.
std::string documented_to_the_last_key() {
  std::ifstream in{documented};
  std::string out;
  for (std::string line; std::getline(in, line);)
    out += (line.size() > 1 && line[0] == '#' && line[1] != ' ' ? line.substr(1) : line) + '\n';
  return out;
}

} // namespace

TEST_CASE("a secret stands in the configuration or in a file of its own") {
  const auto file =
      std::filesystem::temp_directory_path() / ("rollcall-secret-" + std::to_string(::getpid()));
  const auto write = [&](const std::string& text) { std::ofstream{file} << text; };
  const std::string cluster = "[cluster]\nlisten = \"127.0.0.1:4242\"\n";
  const auto by_file = cluster + "secret_file = \"" + file.string() + "\"\n";
  const std::string secret(32, 's');
  write(secret + "\n");
  CHECK(parsed(minimal + by_file).cluster->secret == secret);
  CHECK(parsed(minimal + cluster + "secret = \"" + secret + "\"\n").cluster->secret == secret);
  CHECK(refused(by_file + "secret = \"" + secret + "\"\n").find("cluster.secret_file stands beside secret")
        != std::string::npos);
  write(secret.substr(1) + "\n");
  CHECK(refused(by_file).find("cluster.secret_file " + file.string() + ": must be at least 32 bytes")
        != std::string::npos);
  write(std::string(5000, 's'));
  CHECK(refused(by_file).find("is longer than 4096 bytes") != std::string::npos);
  std::filesystem::remove(file);
  CHECK(refused(by_file).find("cannot be read: No such file") != std::string::npos);
  const auto of_switch = "[[feed.switch]]\nname = \"a\"\nsecret_file = \"" + file.string() + "\"\n";
  CHECK(refused(of_switch).find("feed.switch.secret_file " + file.string() + ": cannot be read")
        != std::string::npos);
  write("pass word");
  CHECK(parsed(minimal + of_switch).feed.switches.front().secret == "pass word");
  std::filesystem::remove(file);
}

TEST_CASE("a nonce_secret of an older configuration does nothing, and a warning says what does") {
  const auto without = parse_config(minimal, "c.toml");
  CHECK(without.warnings.empty());
  for (const auto* value : {"\"\"", "\"short\"", "\"0123456789abcdef\"", "7"}) {
    CAPTURE(value);
    const auto loaded = parse_config(minimal + "[http]\nnonce_secret = " + value + "\n", "c.toml");
    CHECK(loaded.value == without.value);
    REQUIRE(loaded.warnings.size() == 1);
    CHECK(loaded.warnings.front().starts_with(
        "c.toml:4:16: http.nonce_secret has no effect: nonces are keyed by [cluster] secret"));
    CHECK(loaded.warnings.front().find("0123") == std::string::npos);
  }
}

TEST_CASE("the audit log is where it is told to be, or beside the directory, or in /var/lib") {
  const auto of = [](const std::string& url, const std::string& more) {
    return audit_file_of(parsed("[directory]\nurl = \"" + url + "\"\n" + more));
  };
  CHECK(of("sqlite:///x/directory.db", "") == "/x/audit.db");
  CHECK(of("postgresql://db/x", "") == "/var/lib/rollcall/audit.db");
  CHECK(of("postgresql://db/x", "[audit]\nfile = \"/y/a.db\"\n") == "/y/a.db");
  CHECK(of("sqlite:///x/directory.db", "[audit]\nfile = \"a.db\"\n") == "a.db");
  CHECK(refused("[audit]\nfile = \"/y/\"\n") == "c.toml:4:8: audit.file must be the path of a file");
}

TEST_CASE("the history is where it is told to be, or in the state folder") {
  const auto of = [](const std::string& more) {
    return history_file_of(parsed("[directory]\nurl = \"sqlite:///x/directory.db\"\n" + more));
  };
  CHECK(of("[node]\nstate = \"/s\"\n") == "/s/history.db");
  CHECK(of("[node]\nstate = \"/s\"\n[history]\nfile = \"/y/h.db\"\n") == "/y/h.db");
  CHECK(refused("[history]\nkeep_minutes = \"59m\"\n")
        == "c.toml:4:16: history.keep_minutes must be from 2h to 3650d");
  CHECK(refused("[history]\nkeep_minutes = \"8d\"\nkeep_hours = \"7d\"\n")
        == "c.toml:5:14: history.keep_hours must not be shorter than keep_minutes, of which hours are made");
}

TEST_CASE("without a key everything is as the structs say, and the node is named after the host") {
  const auto value = parsed(minimal);
  CHECK_FALSE(value.node.id.empty());
  config expected;
  expected.directory.url = "sqlite:///x.db";
  expected.node.id = value.node.id;
  CHECK(value == expected);
}

TEST_CASE("the documented file holds the defaults of the structs") {
  const auto value = load_config(documented);
  config expected;
  expected.directory.url = "sqlite:///var/lib/rollcall/directory.db";
  expected.node.id = value.node.id;
  CHECK(value == expected);
}

TEST_CASE("the documented file shows every key there is") {
  const auto loaded = parse_config(documented_to_the_last_key(), "all.toml");
  CHECK(loaded.defaulted == std::vector<std::string>{});
}

TEST_CASE("what the documented file shows commented out is a default too, where there is one") {
  const auto value = parsed(documented_to_the_last_key());
  REQUIRE(value.dialled.size() == switches::registry().size());
  REQUIRE(value.feed.switches.size() == 1);
  REQUIRE(value.cluster.has_value());
  const auto& kamailio = *std::find_if(value.dialled.begin(), value.dialled.end(),
                                       [](const auto& each) { return each.kind == "kamailio"; });
  const auto its = kamailio::settings_of({kamailio.kind, kamailio.name, {}, kamailio.values});
  CHECK(its.snapshot_interval == 60s);
  CHECK(its.dump_directory.empty());
  CHECK(kamailio.environment == dialled_config{}.environment);
  const auto& asterisk = *std::find_if(value.dialled.begin(), value.dialled.end(),
                                       [](const auto& each) { return each.kind == "asterisk"; });
  const auto its_rules = asterisk::settings_of({asterisk.kind, asterisk.name, {}, asterisk.values});
  CHECK(its_rules.user == "rollcall");
  CHECK(its_rules.rules.account_variable.empty());
  CHECK(its_rules.connections.empty());
  CHECK(its_rules.snapshot_interval == 60s);
  CHECK(its_rules.hang_ups_per_second == 200);
  CHECK(value.feed.switches[0].environment == feed_switch_config{}.environment);
  CHECK(value.cluster->missing_node == cluster_config{}.missing_node);
}

TEST_CASE("a wrong block of an Asterisk is refused, and its secret is not told") {
  const auto refusal = [](const std::string& lines) {
    return refused("[[asterisk]]\nname = \"a\"\nami = \"127.0.0.1:5038\"\n" + lines);
  };
  const std::string secret = "secret = \"hush\"\n";
  CHECK(refusal("") == "c.toml:3:1: asterisk.secret is required");
  CHECK(refusal("secret = \"\"\n") == "c.toml:6:10: asterisk.secret must not be empty");
  CHECK(refusal(secret + "user = \"a b\"\n")
            .ends_with("user must be 1-128 printable ASCII characters without space"));
  CHECK(refusal(secret + "user = \"a\\r\\nAction: Command\"\n").find("asterisk.user must be")
        != std::string::npos);
  for (const auto* source : {"", "peer", "variable:", "variable:A B", "variable:CHANNEL(name)"})
    CHECK(refusal(secret + "account = \"" + source + "\"\n")
              .ends_with(R"(account must be "accountcode" or "variable:NAME")"));
  CHECK(refusal(secret + "connections = [1]\n").ends_with("connections must be a table"));
  for (const auto* number : {"0", "2147483648", "\"1\"", "true"})
    CHECK(refusal(secret + "connections = {c = " + number + "}\n")
              .ends_with("connections.c must be an integer from 1 to 2147483647"));
  CHECK(refusal(secret + "connections = {\"\" = 1}\n").ends_with("connections must not have an empty name"));
  CHECK(refusal(secret + "hang_ups_per_second = 501\n").ends_with("must be an integer from 1 to 500"));
  CHECK(refusal(secret + "tls = true\n").find("hush") == std::string::npos);
}

TEST_CASE(
    "an Asterisk over TLS has certificates to verify it by, and what is wrong with them has its place") {
  const testing::temporary_folder folder;
  const testing::authority trusted;
  const auto refusal = [](const std::string& lines) {
    return refused("[[asterisk]]\nname = \"a\"\nami = \"127.0.0.1:5039\"\nsecret = \"s\"\n" + lines);
  };
  const auto by = [](const std::string& file) { return "tls = true\nca = \"" + file + "\"\n"; };
  CHECK(refusal("tls = true\n")
        == "c.toml:3:1: asterisk.ca is required: with tls = true a switch is verified by it");
  CHECK(refusal("tls = true\nca = \"\"\n").starts_with("c.toml:8:6: asterisk.ca is required"));
  CHECK(refusal("ca = \"/x\"\n") == "c.toml:7:6: asterisk.ca has no use without tls = true");
  CHECK(refusal("tls = \"yes\"\n") == "c.toml:7:7: asterisk.tls must be true or false");
  CHECK(refusal(by("/no/such"))
        == "c.toml:8:6: asterisk.ca /no/such: cannot be read: No such file or directory");
  CHECK(refusal(by("/")).find("asterisk.ca /: cannot be read: Is a directory") != std::string::npos);
  const auto file = (folder / "ca").string();
  const auto write = [&](const std::string& text) { std::ofstream{file} << text; };
  write("no certificate");
  CHECK(refusal(by(file)).starts_with("c.toml:8:6: asterisk.ca " + file + ": holds no certificate (PEM)"));
  write("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  CHECK(refusal(by(file)).find("holds no certificate (PEM)") != std::string::npos);
  write(std::string(1024 * 1024 + 1, ' '));
  CHECK(refusal(by(file)).find("is longer than 1048576 bytes") != std::string::npos);

  std::ostringstream certificate;
  certificate << std::ifstream{trusted.issue("a").client_ca}.rdbuf();
  write("# ours\n" + certificate.str());
  const auto value =
      parsed(minimal + "[[asterisk]]\nname = \"a\"\nami = \"pbx:5039\"\nsecret = \"s\"\n" + by(file));
  CHECK(value.dialled[0].ca == "# ours\n" + certificate.str()); // of now: a HUP reads it again
  CHECK(parsed(minimal
               + "[[asterisk]]\nname = \"a\"\nami = \"pbx:5038\"\nsecret = \"s\"\ntls = false\nca = \"\"\n")
            .dialled[0]
            .ca.empty());
  CHECK(refused("[[kamailio]]\nname = \"k\"\nevapi = \"127.0.0.1:8448\"\ntls = true\n").find("unknown key")
        != std::string::npos);
}

TEST_CASE("every key reaches its place") {
  const auto value = parsed(R"(
[node]
id = "node-a"
state = "/var/lib/elsewhere"
[http]
listen = ["0.0.0.0:8443", "[::1]:8080"]
trusted_listen = ["[::1]:8080", "127.0.0.1:8081"]
trusted_hosts = ["10.0.0.0/8", "::1"]
hosts = ["calls.example", "[::1]:8080"]
proxies = ["192.0.2.0/24"]
realm = "other realm"
digest_algorithms = ["SHA-256", "MD5"]
body_limit = 1024
connections_per_address = 7
tls = {certificate = "c", key = "k", client_ca = "a"}
[metrics]
listen = ["127.0.0.1:9100"]
[directory]
url = "sqlite://d.db"
[audit]
file = "a.db"
backlog = 1048576
daily_bytes = 7
[history]
file = "h.db"
keep_minutes = "2h"
keep_hours = "30d"
[feed]
listen = ["127.0.0.1:9000"]
calls_per_switch = 17
tls = {certificate = "fc", key = "fk"}
[[feed.switch]]
name = "sbc-1"
secret = "…"
i_environment = 2
[[kamailio]]
name = "kam-1"
evapi = "127.0.0.1:8448"
rpc = "http://127.0.0.1:8081/RPC"
i_environment = 3
nodes = ["node-a", "node-z"]
snapshot_interval = "5m"
dump_directory = "/run/kamailio"
[[asterisk]]
name = "ast-1"
ami = "10.0.0.3:5038"
user = "calls"
secret = "s3"
i_environment = 4
account = "variable:ACCOUNT_1"
connections = {"carrier-a" = 1, "carrier b" = 2147483647}
snapshot_interval = "1s"
hang_ups_per_second = 500
[calls]
dead_linger = "100ms"
disconnect_retry = "1s"
ready_grace = "2s"
resume_hang_ups = "3s"
[suspect]
setup_over = "1m"
age_over = "2h"
disconnecting_over = "0s"
unverified_over = "3s"
no_media = false
[api]
unknown_parameters = "ignore"
string_ids = true
full_unicode = true
requests_at_once = 7
disconnect_deadline = "4s"
[events]
max_streams = 9
max_streams_per_customer = 3
buffer = 65536
memory = 2097152
keep = "1m"
keep_memory = 1048576
[cluster]
name = "east"
listen = "10.0.0.1:4242"
peers = ["10.0.0.2:4242"]
certificate = "nc"
key = "nk"
ca = "na"
missing_node = "fault"
[log]
level = "error"
format = "json"
)");
  using http::digest_algorithm;
  const config expected{
      .node = {"node-a", "/var/lib/elsewhere"},
      .http = {.listen = {{"0.0.0.0", 8443}, {"::1", 8080}},
               .trusted_listen = {{"::1", 8080}, {"127.0.0.1", 8081}},
               .trusted_hosts = {"10.0.0.0/8", "::1"},
               .hosts = {"calls.example", "[::1]:8080"},
               .proxies = {"192.0.2.0/24"},
               .connections_per_address = 7,
               .realm = "other realm",
               .digest_algorithms = {digest_algorithm::sha256, digest_algorithm::md5},
               .body_limit = 1024,
               .tls = tls_config{"c", "k", "a"}},
      .metrics = {{{"127.0.0.1", 9100}}},
      .directory = {"sqlite://d.db"},
      .audit = {"a.db", 1048576, 7},
      .history = {"h.db", 2h, 30 * 24h},
      .feed = {{{"127.0.0.1", 9000}},
               {{switch_name{"sbc-1"}, "…", environment_id{2}}},
               17,
               tls_config{"fc", "fk", ""}},
      .dialled = {{"kamailio",
                   switch_name{"kam-1"},
                   {"127.0.0.1", 8448},
                   environment_id{3},
                   {"node-a", "node-z"},
                   {{"rpc", "http://127.0.0.1:8081/RPC"},
                    {"snapshot_interval", 5min},
                    {"dump_directory", "/run/kamailio"}}},
                  {"asterisk",
                   switch_name{"ast-1"},
                   {"10.0.0.3", 5038},
                   environment_id{4},
                   {},
                   {{"user", "calls"},
                    {"secret", "s3"},
                    {"account", "variable:ACCOUNT_1"},
                    {"connections", switches::number_table{{"carrier-a", 1}, {"carrier b", 2147483647}}},
                    {"snapshot_interval", 1s},
                    {"hang_ups_per_second", std::uint64_t{500}}}}},
      .calls = {100ms, 1s, 2s, 3s},
      .suspect = {1min, 2h, 0s, 3s, false},
      .api = {unknown_parameters::ignore, true, 7, 4s, true},
      .events = {9, 3, 65'536, 2'097'152, 1min, 1'048'576},
      .cluster =
          cluster_config{
              "east", {"10.0.0.1", 4242}, {{"10.0.0.2", 4242}}, {}, "nc", "nk", "na", missing_node::fault},
      .log = {log_level::error, log_format::json},
  };
  CHECK(value == expected);
}

} // namespace rollcall::config_load_test
