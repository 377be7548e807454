#include "api_fixture.hpp"
#include "transport/api/scope.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <optional>
#include <string>
#include <vector>

namespace rollcall::api::api_scope_test {

namespace {

/// The scope's number, or the text of the fault.
std::string scope(std::int64_t login, std::optional<std::int64_t> named, unnamed_scope otherwise,
                  directory_ptr dir = sample_directory()) {
  const caller who{logged_in(*dir, login), "192.0.2.1"};
  const auto id = named ? std::optional{customer_id{*named}} : std::nullopt;
  const auto found = scope_of(who, *dir, "i_customer", id, otherwise);
  return found ? std::to_string(found->value()) : found.why().text;
}

} // namespace

TEST_CASE("whose calls a request is about") {
  constexpr auto refused = unnamed_scope::refused;
  constexpr auto root = unnamed_scope::root_customer;
  struct row {
    std::int64_t login; ///< 0: trusted
    std::optional<std::int64_t> named;
    unnamed_scope otherwise;
    std::string expected;
  };
  const std::string wrong = "Wrong i_customer";
  const std::vector<row> table = {
      // trusted: anybody, but somebody
      {0, std::nullopt, refused, "Parameter i_customer is required"},
      {0, std::nullopt, root, "1"},
      {0, 999, refused, wrong},
      {0, 0, root, wrong},
      {0, -1, root, wrong},
      {0, 1, refused, "1"},
      {0, 3, root, "3"},
      {0, 10, root, "10"},
      // normal: oneself, or below
      {2, std::nullopt, refused, "2"},
      {2, std::nullopt, root, "2"},
      {2, 2, refused, "2"},
      {2, 3, refused, "3"},
      {2, 1, refused, wrong},
      {2, 4, refused, wrong},
      {2, 10, refused, wrong},
      {2, 999, refused, wrong},
      {2, 0, refused, wrong},
      {1, 3, root, "3"},
      {1, 10, root, wrong},
      {3, 2, root, wrong},
  };
  for (const auto& [login, named, otherwise, expected] : table) {
    CAPTURE(login);
    CAPTURE(named.value_or(-99));
    CHECK(scope(login, named, otherwise) == expected);
  }
}

TEST_CASE("the codes of scope faults") {
  const auto dir = sample_directory();
  const caller trusted{std::nullopt, ""};
  CHECK(scope_of(trusted, *dir, "i_wholesaler", customer_id{9}, unnamed_scope::refused).why()
        == xmlrpc::wrong_id("i_wholesaler"));
  CHECK(scope_of(trusted, *dir, "i_customer", std::nullopt, unnamed_scope::refused).why().code
        == xmlrpc::fault_code::bad_parameter);
}

TEST_CASE("a directory without environment 1 has no default scope") {
  CHECK(scope(0, std::nullopt, unnamed_scope::root_customer, directory::link({})) == "Wrong i_customer");
}

TEST_CASE("a normal scope is never above or beside its caller") {
  const auto dir = sample_directory();
  CHECK(rc::check([&dir] {
    const auto login = *rc::gen::element<std::int64_t>(1, 2, 3, 4, 10);
    const auto named = *rc::gen::inRange<std::int64_t>(-2, 13);
    const caller who{logged_in(*dir, login), ""};
    const auto found = scope_of(who, *dir, "i_customer", customer_id{named}, unnamed_scope::refused);
    const bool covered = dir->covers(customer_id{login}, customer_id{named});
    RC_ASSERT(static_cast<bool>(found) == covered);
  }));
}

} // namespace rollcall::api::api_scope_test
