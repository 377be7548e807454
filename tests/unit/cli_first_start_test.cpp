#include "apps/config/load_config.hpp"
#include "apps/rollcall/exit_code.hpp"
#include "apps/rollcall/first_start.hpp"
#include "storage/directory_store.hpp"
#include "storage/password_hash.hpp"
#include "tests/unit/storage_folder.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace rollcall::cli_first_start_test {

using namespace cli;

namespace {

struct installation {
  testing::temporary_folder folder;
  std::filesystem::path file = folder / "rollcalld.toml";

  first_start_plan plan() const {
    first_start_plan made;
    made.file = file.string();
    made.config.directory = "sqlite://" + (folder / "directory.db").string();
    made.login = "ssp-root";
    made.environment = "default";
    return made;
  }

  void write(const std::string& text) const { std::ofstream{file} << text; }
  std::string text() const {
    std::ostringstream all;
    all << std::ifstream{file}.rdbuf();
    return all.str();
  }
};

} // namespace

TEST_CASE("a first start makes a customer whose password fits, and a configuration that can be read") {
  installation here;
  here.write(minimal_config());
  auto plan = here.plan();
  plan.config.switch_name = "sbc-1";
  const auto made = begin(plan);
  CHECK(made.password.size() == 26);
  const auto dir = open_directory_store(plan.config.directory)->load();
  const auto root = dir->find_login("ssp-root");
  REQUIRE(root);
  CHECK(root->customer->api_access);
  CHECK(*root->password == hash_password("ssp-root", "rollcall", made.password));
  CHECK(dir->root(environment_id{1}) == root->customer);
  CHECK(root->may == rights::all());
  const auto config = load_config(here.file);
  CHECK(config.directory.url == plan.config.directory);
  REQUIRE(config.feed.switches.size() == 1);
  CHECK(config.feed.switches[0].secret == plan.config.secret);
  const auto rights = std::filesystem::status(here.file).permissions();
  CHECK((rights & std::filesystem::perms::others_all) == std::filesystem::perms::none);
}

TEST_CASE("a password that is given is not shown again, and without a switch there is no secret") {
  installation here;
  auto plan = here.plan();
  plan.password = "s3cret";
  CHECK(begin(plan).password.empty());
  CHECK(plan.config.secret.empty());
  CHECK(load_config(here.file).feed.switches.empty());
}

TEST_CASE("a configuration that somebody has changed is left alone, and so is a directory with customers") {
  installation here;
  here.write(minimal_config() + "\n");
  auto plan = here.plan();
  CHECK_THROWS_AS(begin(plan), command_error);
  CHECK_FALSE(std::filesystem::exists(here.folder / "directory.db"));

  here.write(minimal_config());
  auto other = here.plan();
  other.file = (here.folder / "other.toml").string();
  begin(other);
  auto again = here.plan();
  CHECK_THROWS_AS(begin(again), command_error);
  CHECK(here.text() == minimal_config());
}

TEST_CASE("what makes no configuration or no customer is refused before anything is written") {
  installation here;
  auto plan = here.plan();
  SUBCASE("an address") { plan.config.api = "nowhere"; }
  SUBCASE("a name of a switch") { plan.config.switch_name = "SBC 1"; }
  SUBCASE("a login") { plan.login = "a:b"; }
  SUBCASE("a folder that is not there") { plan.file = (here.folder / "none/rollcalld.toml").string(); }
  CHECK_THROWS_AS(begin(plan), command_error);
  CHECK(std::filesystem::is_empty(here.folder / "."));
}

} // namespace rollcall::cli_first_start_test
