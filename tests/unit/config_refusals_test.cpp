#include "apps/config/load_config.hpp"
#include "tests/unit/config_text.hpp"
#include "tests/unit/storage_folder.hpp"
#include "transport/switches/registry/registry.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

// What load_config.cpp refuses, in any section. What concerns one section alone is in config_load_test.cpp.
namespace rollcall::config_refusals_test {

using namespace config_text;

TEST_CASE("a refused configuration says file, line, column and reason") {
  try {
    parsed(minimal + "[api]\n  string_ids = 1\n");
    FAIL("accepted");
  } catch (const config_error& error) {
    CHECK(error.file == "c.toml");
    CHECK(error.line == 4);
    CHECK(error.column == 16);
    CHECK(error.reason == "api.string_ids must be true or false");
    CHECK(std::string{error.what()} == "c.toml:4:16: api.string_ids must be true or false");
  }
}

TEST_CASE("invalid TOML is refused with the place of the error") {
  CHECK(refused("[http\n").starts_with("c.toml:3:"));
  CHECK(refused("a b\n").starts_with("c.toml:3:"));
  CHECK(refused("[api]\nstring_ids = true\nstring_ids = true\n").starts_with("c.toml:5:"));
}

TEST_CASE("an unknown key is refused by name and line, wherever it stands, with the keys that are known") {
  std::string kinds;
  for (const auto& each : switches::registry())
    kinds += std::string{each.block} + ", ";
  CHECK(refused("[no_such]\n")
        == "c.toml:3:2: unknown key 'no_such'; the file takes node, http, metrics, directory, audit, "
           "history, feed, "
               + kinds + "calls, suspect, api, events, cluster, log");
  CHECK(refused("[log]\nlevl = \"info\"\n")
        == "c.toml:4:1: unknown key 'log.levl'; [log] takes level, format");
  CHECK(refused("[http.tls]\nno_such = 1\n").starts_with("c.toml:4:1: unknown key 'http.tls.no_such'"));
  CHECK(refused("[[feed.switch]]\nname = \"a\"\nsecret = \"s\"\n[[feed.switch]]\ncolour = 1\n")
            .starts_with("c.toml:7:1: unknown key 'feed.switch.colour'"));
  CHECK(refused("[[kamailio]]\nport = 1\n").starts_with("c.toml:4:1: unknown key 'kamailio.port'"));
  CHECK(refused("[cluster]\nnode = 1\n").starts_with("c.toml:4:1: unknown key 'cluster.node'"));
}

TEST_CASE("a value that cannot be meant is refused with the key and what it takes") {
  struct row {
    std::string text;
    std::string refusal;
  };
  const std::vector<row> table{
      {"[node]\nid = \"\"\n",
       "c.toml:4:6: node.id must be 1-64 printable ASCII characters without space and comma"},
      {"[http]\nlisten = \"127.0.0.1:1\"\n", "c.toml:4:10: http.listen must be a list of strings"},
      {"[http]\nlisten = [1]\n", "c.toml:4:11: http.listen must be a string"},
      {"[http]\nlisten = [\"127.0.0.1:1\",\n  \"127.0.0.1\"]\n",
       "c.toml:5:3: http.listen '127.0.0.1' has no port; an address looks like 10.0.0.1:80, [::1]:80 or "
       "host:80"},
      {"[http]\nrealm = 7\n", "c.toml:4:9: http.realm must be a string"},
      {"[http]\nrealm = 'a\"b'\n",
       "c.toml:4:9: http.realm must be 1-128 printable ASCII characters without quotes and backslashes"},
      {"[http]\nbody_limit = -1\n", "c.toml:4:14: http.body_limit must be an integer from 1024 to 67108864"},
      {"[http]\nbody_limit = \"1\"\n",
       "c.toml:4:14: http.body_limit must be an integer from 1024 to 67108864"},
      {"[http]\nbody_limit = 2048.0\n",
       "c.toml:4:14: http.body_limit must be an integer from 1024 to 67108864"},
      {"[http]\ndigest_algorithms = []\n",
       "c.toml:4:21: http.digest_algorithms must name MD5, SHA-256, or each of them once"},
      {"[http]\ndigest_algorithms = [\"MD5\", \"MD5\"]\n",
       "c.toml:4:21: http.digest_algorithms must name MD5, SHA-256, or each of them once"},
      {"[http]\ndigest_algorithms = [\"MD4\"]\n",
       "c.toml:4:22: http.digest_algorithms must be of \"MD5\" and \"SHA-256\""},
      {"[http.tls]\ncertificate = \"x\"\n", "c.toml:3:1: http.tls.key is required"},
      {"[feed.tls]\nkey = \"x\"\n", "c.toml:3:1: feed.tls.certificate is required"},
      {"[feed]\nswitch = 5\n", "c.toml:4:10: feed.switch must be written [[feed.switch]], a block for each"},
      {"[[feed.switch]]\nsecret = \"s\"\n", "c.toml:3:1: feed.switch.name is required"},
      {"[[feed.switch]]\nname = \"a\"\n", "c.toml:3:1: feed.switch.secret is required"},
      {"[[feed.switch]]\nname = \"a\"\nsecret = \"\"\n", "c.toml:5:10: feed.switch.secret must not be empty"},
      {"[[feed.switch]]\nname = \"a\"\nsecret = \"s\"\ni_environment = 0\n",
       "c.toml:6:17: feed.switch.i_environment must be an integer from 1 to 9223372036854775807"},
      {"[[kamailio]]\nname = \"k\"\n", "c.toml:3:1: kamailio.evapi is required"},
      {"[[kamailio]]\nname = \"k\"\nevapi = \"127.0.0.1:0\"\n",
       "c.toml:5:9: kamailio.evapi needs a port to connect to"},
      {"[[kamailio]]\nname = \"k\"\nevapi = \"127.0.0.1:1\"\nrpc = \"https://127.0.0.1/RPC\"\n",
       "c.toml:6:7: kamailio.rpc must look like http://127.0.0.1:8081/RPC"},
      {"[[kamailio]]\nname = \"k\"\nevapi = \"127.0.0.1:1\"\nsnapshot_interval = \"10ms\"\n",
       "c.toml:6:21: kamailio.snapshot_interval must be from 1s to 24h"},
      {"[[kamailio]]\nname = \"k\"\nevapi = \"127.0.0.1:1\"\ndump_directory = \"x\"\n",
       "c.toml:6:18: kamailio.dump_directory must be an absolute path, for Kamailio and rollcall have to "
       "mean the same "
       "folder"},
      {"[node]\nid = \"a\"\n[[kamailio]]\nname = \"k\"\nevapi = \"127.0.0.1:1\"\nnodes = [\"b\"]\n",
       "c.toml:5:1: kamailio 'k' is connected to by nodes that this one, a, is not of"},
      {"[calls]\ndead_linger = 32\n",
       "c.toml:4:15: calls.dead_linger must be a duration with its unit, in quotes, such as \"32s\""},
      {"[calls]\ndead_linger = \"2h\"\n", "c.toml:4:15: calls.dead_linger must be from 0s to 1h"},
      {"[calls]\ndisconnect_retry = \"0s\"\n",
       "c.toml:4:20: calls.disconnect_retry must be from 100ms to 1h"},
      {"[api]\nunknown_parameters = \"maybe\"\n",
       "c.toml:4:22: api.unknown_parameters must be one of \"fault\", \"ignore\""},
      {"[api]\nrequests_at_once = 0\n",
       "c.toml:4:20: api.requests_at_once must be an integer from 1 to 100000"},
      {"[cluster]\nmissing_node = \"ignore\"\n",
       "c.toml:4:16: cluster.missing_node must be one of \"partial\", \"fault\""},
      {"[log]\nlevel = \"loud\"\n",
       "c.toml:4:9: log.level must be one of \"trace\", \"debug\", \"info\", \"warn\", \"error\""},
      {"[log]\nformat = 1979-05-27\n", "c.toml:4:10: log.format must be a string"},
  };
  for (const auto& [text, refusal] : table) {
    CAPTURE(text);
    CHECK(refused(text) == refusal);
  }
  CHECK(refused("[http]\ntrusted_hosts = [\"10.0.0.0/33\"]\n")
            .starts_with("c.toml:4:18: http.trusted_hosts '10.0.0.0/33'"));
}

TEST_CASE("a directory is required, and one that this version cannot open is refused") {
  const auto refusal = [](const std::string& text) {
    return testing::refusal<config_error>([&] { parsed(text); });
  };
  CHECK(refusal("") == "c.toml:1:1: directory.url is required");
  CHECK(refusal("\n[directory]\n") == "c.toml:2:1: directory.url is required");
  CHECK(refusal("[directory]\nurl = \"mysql://localhost/x\"\n")
        == "c.toml:2:7: directory.url 'mysql' is not a database this version knows; use sqlite:///path or "
           "postgresql://user@host/database");
  CHECK(parsed("[directory]\nurl = \"postgresql://localhost/x\"\n").directory.url
        == "postgresql://localhost/x");
}

TEST_CASE("a switch name stands once in the file, whichever way the switch is reached") {
  const std::string sbc = "[[feed.switch]]\nname = \"sbc\"\nsecret = \"s\"\n";
  CHECK(refused(sbc + sbc) == "c.toml:7:8: feed.switch.name 'sbc' is the name of another switch");
  CHECK(refused(sbc + "[[kamailio]]\nname = \"sbc\"\nevapi = \"127.0.0.1:1\"\n")
        == "c.toml:7:8: kamailio.name 'sbc' is the name of another switch");
}

TEST_CASE("an address is listened on once, but any number may ask for a free port") {
  CHECK(refused("[http]\nlisten = [\"127.0.0.1:1\"]\n[feed]\nlisten = [\"127.0.0.1:1\"]\n")
            .find("feed listens on 127.0.0.1:1, which is used already")
        != std::string::npos);
  CHECK(parsed(minimal + "[http]\nlisten = [\"127.0.0.1:0\", \"127.0.0.1:0\"]\n").http.listen.size() == 2);
}

TEST_CASE("a cluster that others could reach needs all of its certificates") {
  const auto needs = " is not loopback, which takes certificate, key and ca";
  CHECK(refused("[cluster]\n") == "c.toml:3:1: cluster.listen is required");
  CHECK(refused("[cluster]\nlisten = \"10.0.0.1:4242\"\n")
        == "c.toml:4:10: cluster.listen 10.0.0.1:4242" + std::string{needs});
  CHECK(refused("[cluster]\nlisten = \"127.0.0.1:4242\"\npeers = [\"10.0.0.2:4242\"]\n")
        == "c.toml:5:9: cluster.peers 10.0.0.2:4242" + std::string{needs});
  CHECK(refused("[cluster]\nlisten = \"127.0.0.1:4242\"\ncertificate = \"c\"\nca = \"a\"\n")
        == "c.toml:3:1: cluster.key is required: certificate, key and ca go together");
  CHECK(parsed(minimal
               + "[cluster]\nlisten = \"10.0.0.1:4242\"\ncertificate = \"c\"\nkey = \"k\"\nca = \"a\"\n")
            .cluster.has_value());
  CHECK(parsed(minimal + "[cluster]\nlisten = \"[::1]:4242\"\npeers = [\"localhost:4243\"]\n")
            .cluster.has_value());
}

TEST_CASE("a file that cannot be read is refused by name") {
  testing::temporary_folder folder;
  const auto missing = folder / "missing.toml";
  CHECK(testing::refusal<config_error>([&] { load_config(missing); })
        == missing.string() + ":1:1: cannot be read: No such file or directory");
  CHECK(testing::refusal<config_error>([&] {
          load_config(folder / ".");
        }).ends_with(":1:1: cannot be read: Is a directory"));
}

} // namespace rollcall::config_refusals_test
