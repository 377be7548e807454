#include "apps/config/check_config.hpp"
#include "storage/audit_log.hpp"
#include "storage/audit_schema.hpp"
#include "storage/directory_json.hpp"
#include "storage/sqlite_directory.hpp"
#include "tests/component/authority.hpp"
#include "tests/unit/storage_folder.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

namespace rollcall::config_check_test {

namespace {

const std::filesystem::path conf = std::filesystem::path{ROLLCALL_SOURCE_DIR} / "conf";

/// A folder with a configuration, and a directory when asked for.
struct installation {
  testing::temporary_folder folder;
  std::filesystem::path file = folder / "rollcalld.toml";
  std::filesystem::path database = folder / "directory.db";

  config_report check(const std::string& more) {
    std::ofstream{file} << "[directory]\nurl = \"sqlite://" << database.string() << "\"\n" << more;
    std::filesystem::permissions(file,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    return check_again();
  }

  config_report check_again() const { return check_config(file); }

  void import_demonstration() {
    std::ostringstream text;
    text << std::ifstream{conf / "directory.json"}.rdbuf();
    sqlite_directory{database}.import(parse_directory(text.str()), "rollcall");
  }

  std::string at(int line, int column) const {
    return file.string() + ':' + std::to_string(line) + ':' + std::to_string(column) + ": ";
  }
};

} // namespace

TEST_CASE("a configuration that cannot be read is the one problem that is reported") {
  installation here;
  const auto report = here.check("[api]\nno_such = 1\n");
  CHECK_FALSE(report.good());
  CHECK_FALSE(report.value.has_value());
  REQUIRE(report.problems.size() == 1);
  CHECK(report.problems[0].starts_with(here.at(4, 1) + "unknown key 'api.no_such'"));
}

TEST_CASE("files of TLS that are not there are reported at the keys that name them") {
  installation here;
  const auto report = here.check("[http.tls]\ncertificate = \"/no/such\"\nkey = \"/tmp\"\n");
  CHECK(report.problems
        == std::vector<std::string>{
            here.at(4, 15) + "http.tls.certificate /no/such cannot be read: No such file or directory",
            here.at(5, 7) + "http.tls.key /tmp is a directory"});
}

TEST_CASE("files of TLS that are there and no good are reported at their table") {
  installation here;
  const auto file = (here.folder / "not.pem").string();
  std::ofstream{file} << "neither a certificate nor a key\n";
  for (const auto* table : {"http.tls", "feed.tls"}) {
    CAPTURE(table);
    const auto report =
        here.check(std::string{"["} + table + "]\ncertificate = \"" + file + "\"\nkey = \"" + file + "\"\n");
    REQUIRE(report.problems.size() == 1);
    CHECK(report.problems[0].starts_with(here.at(3, 1) + table + " cannot be used: "));
    CHECK(report.problems[0].find(file) != std::string::npos);
  }
  const auto report = here.check("[cluster]\nlisten = \"127.0.0.1:9100\"\ncertificate = \"" + file
                                 + "\"\nkey = \"" + file + "\"\nca = \"" + file + "\"\n");
  REQUIRE(report.problems.size() == 1);
  CHECK(report.problems[0].starts_with(here.at(3, 1) + "cluster cannot be used: "));
}

TEST_CASE("a directory of another realm is a problem, because nobody could log in") {
  installation here;
  here.import_demonstration();
  const auto report = here.check("[http]\nrealm = \"other\"\n");
  CHECK(report.problems
        == std::vector{here.at(4, 9) + "http.realm 'other' is not 'rollcall', which the passwords in "
                       + here.database.string() + " are of: nobody could log in"});
}

TEST_CASE("a directory that is no database is a problem, and is not touched") {
  installation here;
  std::ofstream{here.database} << std::string(5000, 'x') << std::flush;
  const auto report = here.check("");
  REQUIRE(report.problems.size() == 1);
  CHECK(report.problems[0].starts_with(here.at(2, 7) + "directory.url cannot be used: "));
  CHECK(std::filesystem::file_size(here.database) == 5000);
}

TEST_CASE("a file without a byte is a directory that is yet to be made, and is not touched") {
  installation here;
  std::ofstream{here.database}.flush();
  const auto report = here.check("");
  CHECK(report.good());
  CHECK(report.warnings.size() == 1);
  CHECK(std::filesystem::file_size(here.database) == 0);
}

TEST_CASE("a directory that is yet to be imported is worth a warning, and is not made") {
  installation here;
  const auto report = here.check("");
  CHECK(report.good());
  CHECK(report.warnings.size() == 1);
  CHECK_FALSE(std::filesystem::exists(here.database));
}

TEST_CASE("a directory that nothing was imported into is worth a warning") {
  installation here;
  sqlite_directory{here.database};
  const auto report = here.check("");
  CHECK(report.good());
  CHECK(
      report.warnings
      == std::vector{
          here.at(2, 7) + "directory.url " + here.database.string()
          + " holds no customers yet; `rollcall init` or `rollcall directory import` fills it, and nobody is "
            "served before"});
}

TEST_CASE("an audit log that the daemon could not have is a problem, and is not touched") {
  installation here;
  here.import_demonstration();
  const auto checked = [&](const std::filesystem::path& file) {
    const auto report = here.check("[audit]\nfile = \"" + file.string() + "\"\n");
    CHECK(report.problems.size() < 2);
    return report.problems.empty() ? std::string{} : report.problems[0];
  };
  const auto refused = [&](const std::filesystem::path& file, const std::string& why) {
    const auto said = checked(file);
    CHECK_MESSAGE(said.starts_with(here.at(4, 8) + "audit.file cannot have its audit log " + file.string()),
                  said);
    CHECK_MESSAGE(said.find(why) != std::string::npos, said);
  };
  CHECK(checked(here.folder / "audit.db").empty());
  CHECK(checked(here.folder / "new" / "folder" / "audit.db").empty());
  CHECK_FALSE(std::filesystem::exists(here.folder / "new"));
  refused(here.database / "audit.db", "is not a folder");
  refused(here.database, "not a rollcall audit log");
  std::ofstream{here.folder / "text"} << "not a database, but long enough to be looked at as one: "
                                      << std::string(4096, 'x');
  refused(here.folder / "text", "not a database");
  { audit_log log{here.folder / "log"}; }
  CHECK(checked(here.folder / "log").empty());
}

TEST_CASE("an audit log of an earlier version is no problem: the start brings it up to date") {
  installation here;
  here.import_demonstration();
  const auto file = here.folder / "audit.db";
  {
    const schema before{audit_schema.name, audit_schema.application_id, audit_schema.migrations.first(1)};
    sqlite::database log{file, open_mode::create};
    migrate(log, before, open_mode::create);
  }
  const auto report = here.check("[audit]\nfile = \"" + file.string() + "\"\n");
  CHECK(report.problems.empty());
  sqlite::database log{file, open_mode::read_only};
  CHECK(log.integer("PRAGMA user_version") == 1);
}

TEST_CASE("a secret that everybody on the machine can read gets a warning") {
  installation here;
  here.import_demonstration();
  const auto other = here.folder / "secret";
  std::ofstream{other} << "s3cret\n";
  const auto readable = [](const std::filesystem::path& file, bool by_all) {
    std::filesystem::permissions(file, std::filesystem::perms::others_read,
                                 by_all ? std::filesystem::perm_options::add
                                        : std::filesystem::perm_options::remove);
  };
  const auto text = "[feed]\nlisten = [\"127.0.0.1:9000\"]\n[[feed.switch]]\nname = \"a\"\nsecret = \"s\"\n"
                    "[[feed.switch]]\nname = \"b\"\nsecret_file = \""
                    + other.string() + "\"\n";
  readable(other, false);
  CHECK(here.check(text).warnings.empty());
  readable(other, true);
  readable(here.file, true);
  const auto warned = here.check_again().warnings;
  REQUIRE(warned.size() == 2);
  CHECK(warned[0]
        == here.at(10, 15) + "feed.switch.secret_file " + other.string()
               + " can be read by every user of this machine");
  CHECK(warned[1].find("feed.switch.secret stands in a file that every user of this machine may read")
        != std::string::npos);
}

TEST_CASE("an Asterisk elsewhere that is dialled without TLS gets a warning") {
  installation here;
  here.import_demonstration();
  const auto block = [](const std::string& at) {
    return "[[asterisk]]\nname = \"a\"\nami = \"" + at + "\"\nsecret = \"s\"\n";
  };
  for (const auto* at : {"127.0.0.1:5038", "[::1]:5038", "localhost:5038"})
    CHECK(here.check(block(at)).warnings.empty());
  const auto warned = here.check(block("192.0.2.7:5038")).warnings;
  REQUIRE(warned.size() == 1);
  CHECK(warned[0].starts_with(here.at(5, 7) + "asterisk.ami 192.0.2.7:5038 has no TLS"));
  const testing::authority trusted;
  const auto tls = "tls = true\nca = \"" + trusted.issue("a").client_ca + "\"\n";
  CHECK(here.check(block("192.0.2.7:5038") + tls).warnings.empty());
}

TEST_CASE("a setting that is probably a mistake gets a warning") {
  installation here;
  here.import_demonstration();
  const auto report =
      here.check("[http]\ntrusted_hosts = [\"0.0.0.0/0\"]\n[feed]\nlisten = [\"0.0.0.0:9000\"]\n"
                 "[[feed.switch]]\nname = \"sbc\"\nsecret = \"s\"\ni_environment = 2\n");
  CHECK(report.good());
  REQUIRE(report.warnings.size() == 3);
  CHECK(report.warnings[0]
        == here.at(4, 17) + "http.trusted_hosts 0.0.0.0/0 lets everybody act for any customer");
  CHECK(report.warnings[1].starts_with(here.at(6, 10) + "feed.listen 0.0.0.0:9000 has no TLS"));
  CHECK(report.warnings[2].find("'sbc' is of environment 2, which the directory does not have")
        != std::string::npos);
}

TEST_CASE("switches that have no address to connect to are worth a warning") {
  installation here;
  here.import_demonstration();
  const std::string one = "[[feed.switch]]\nname = \"sbc-1\"\nsecret = \"s\"\n";
  auto report = here.check(one);
  CHECK(report.good());
  REQUIRE(report.warnings.size() == 1);
  CHECK(report.warnings[0].ends_with(
      "feed.switch 'sbc-1' has no address to connect to: feed.listen is empty, and no call will be known"));
  report = here.check(one + "[[feed.switch]]\nname = \"sbc-2\"\nsecret = \"s\"\n");
  REQUIRE(report.warnings.size() == 1);
  CHECK(report.warnings[0].find("'sbc-1' and others have no address") != std::string::npos);
  CHECK(here.check("[feed]\nlisten = [\"127.0.0.1:9000\"]\n" + one).warnings.empty());
  CHECK(here.check("[[kamailio]]\nname = \"kam-1\"\nevapi = \"127.0.0.1:8448\"\n").warnings.empty());
}

TEST_CASE("trusted loopback beside an address that is reached from outside is worth a warning") {
  installation here;
  here.import_demonstration();
  const auto warnings = [&](const std::string& http) { return here.check("[http]\n" + http).warnings; };
  const std::string outside = "listen = [\"127.0.0.1:8080\", \"0.0.0.0:8081\"]\n";
  const auto told = warnings("trusted_hosts = [\"127.0.0.0/8\"]\n" + outside);
  REQUIRE(told.size() == 1);
  CHECK(told[0].starts_with(here.at(4, 17)
                            + "http.trusted_hosts trusts this machine itself, and 0.0.0.0:8081"));
  CHECK(warnings("trusted_hosts = [\"::1\"]\n" + outside).size() == 1);
  CHECK(warnings("trusted_hosts = [\"10.0.0.0/8\"]\n" + outside).empty());
  CHECK(warnings("trusted_hosts = [\"127.0.0.1\"]\n").empty());
  CHECK(
      warnings("trusted_hosts = [\"127.0.0.1\"]\ntrusted_listen = [\"127.0.0.1:8080\"]\n" + outside).empty());
  CHECK(warnings("trusted_hosts = [\"127.0.0.1\"]\nproxies = [\"127.0.0.1\"]\n").size() == 1);
}

TEST_CASE("a good configuration with the demonstration directory is good without a word") {
  installation here;
  here.import_demonstration();
  const auto report = here.check("[feed]\nlisten = [\"127.0.0.1:9000\"]\n");
  CHECK(report.problems == std::vector<std::string>{});
  CHECK(report.warnings == std::vector<std::string>{});
  CHECK(report.value.has_value());
}

} // namespace rollcall::config_check_test
