#include "storage/database_url.hpp"
#include "tests/unit/storage_folder.hpp"

#include <doctest/doctest.h>

namespace rollcall::storage_database_url_test {

namespace {

std::string refusal(std::string_view url) {
  return testing::refusal<std::invalid_argument>([&] { parse_database_url(url); });
}

std::string shown(std::string_view url) { return parse_database_url(url).shown; }

} // namespace

TEST_CASE("a url of no known database is refused with what to write instead") {
  const std::string forms = "must be sqlite:///absolute/path, sqlite://relative/path or "
                            "postgresql://user@host/database";
  CHECK(refusal("mysql://db/x")
        == "'mysql' is not a database this version knows; use sqlite:///path or "
           "postgresql://user@host/database");
  CHECK(refusal("/var/lib/x.db") == forms);
  CHECK(refusal("sqlite:/x.db") == forms);
  CHECK(refusal("") == forms);
  CHECK(refusal(std::string_view{"sqlite://a\0b", 12}) == "must not contain a NUL");
}

TEST_CASE("a url of SQLite is a path as it is written") {
  CHECK(refusal("sqlite://") == "names no file after sqlite://");
  CHECK(refusal("sqlite:///var/lib/") == "names no file after sqlite://");
  CHECK(parse_database_url("sqlite:///var/lib/x.db").file == "/var/lib/x.db");
  CHECK(parse_database_url("sqlite://x/y%20.db").file == "x/y%20.db");
  CHECK(shown("sqlite:///var/lib/x.db") == "/var/lib/x.db");
}

TEST_CASE("a url of PostgreSQL goes to its library whole and is shown without what may be a secret") {
  const auto url = "postgresql://me:s3cr3t@db.example:5433/directory?sslmode=verify-full&sslpassword=s3cr3t";
  CHECK(parse_database_url(url).kind == database_kind::postgresql);
  CHECK(parse_database_url(url).connection == url);
  CHECK(shown(url) == "postgresql://me@db.example:5433/directory");
  CHECK(shown("postgres:///directory") == "postgresql:///directory");
  CHECK(shown("postgresql://a:1,b:2/d?password=s3cr3t&user=me") == "postgresql://me@a:1,b:2/d");
  CHECK(shown("postgresql:///d?host=/run/postgresql&port=5433") == "postgresql://%2Frun%2Fpostgresql:5433/d");
  CHECK(shown("postgresql://?service=rollcall") == "postgresql:///?service=rollcall");
}

TEST_CASE("what is wrong with a url of PostgreSQL is told without its password") {
  for (const std::string url :
       {"postgresql://me:s3cr%zz3t@h/d", "postgresql://me:s3cr@3t@h/d", "postgresql://me:s3c/r3t@h/d",
        "postgresql://me:s3cr3t", "postgresql://h/d?password=s3cr%003t", "postgresql://h/d?password=s3cr=3t",
        "postgresql://h/d?s3cr3t", "postgresql://me:s3cr3t@[h/d"}) {
    CAPTURE(url);
    const auto words = refusal(url);
    CHECK(words != "(nothing thrown)");
    for (const auto* part : {"s3c", "cr3t", "3t@"})
      CHECK_MESSAGE(words.find(part) == std::string::npos, words);
  }
  CHECK(refusal("postgresql://h/d?no_such=1")
        == "is not understood by PostgreSQL's library: invalid URI query parameter: \"no_such\"");
}

} // namespace rollcall::storage_database_url_test
