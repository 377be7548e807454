#include "apps/config/load_config.hpp"
#include "tests/component/toy_driver.hpp"

#include <doctest/doctest.h>

#include <string>

namespace rollcall::config_kinds_test {

namespace {

config configured(const std::string& block) {
  return parse_config("[directory]\nurl = \"sqlite:///x.db\"\n" + block, "c.toml", {testing::toy_kind()})
      .value;
}

std::string refused(const std::string& block) {
  try {
    configured(block);
  } catch (const config_error& error) {
    return error.what();
  }
  return {};
}

} // namespace

TEST_CASE("a block of a new kind is read as its line in the registry says, and what is wrong has its place") {
  const auto read = configured("[[toy]]\nname = \"t\"\naddress = \"127.0.0.1:7\"\ncolour = \"red\"\n");
  REQUIRE(read.dialled.size() == 1);
  CHECK(read.dialled[0].kind == "toy");
  CHECK(read.dialled[0].values.at("colour") == switches::setting_values::mapped_type{"red"});
  const auto plain = configured("[[toy]]\nname = \"t\"\naddress = \"127.0.0.1:7\"\n");
  CHECK(plain.dialled[0].values.at("colour") == switches::setting_values::mapped_type{"blue"});
  CHECK(refused("[[toy]]\nname = \"t\"\n") == "c.toml:3:1: toy.address is required");
  CHECK(refused("[[toy]]\nname = \"t\"\naddress = \"127.0.0.1:7\"\ncolour = \"green\"\n")
        == "c.toml:6:10: toy.colour must be red or blue");
  CHECK(refused("[[toy]]\nsize = 1\n")
        == "c.toml:4:1: unknown key 'toy.size'; [toy] takes name, address, i_environment, nodes, colour");
  CHECK(refused("[[kamailio]]\n").find("unknown key 'kamailio'") != std::string::npos);
}

} // namespace rollcall::config_kinds_test
