#include "domain/directory/directory.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>

namespace rollcall::directory_test {

namespace {

customer customer_of(std::int64_t id, std::int64_t wholesaler, std::int64_t environment = 0,
                     std::string login = {}) {
  customer c;
  c.id = customer_id{id};
  c.wholesaler = customer_id{wholesaler};
  c.environment = environment_id{environment};
  c.web_login = std::move(login);
  if (!c.web_login.empty())
    c.password = {"md5 of it", "sha256 of it"};
  return c;
}

login login_of(std::string web_login, std::optional<rights> api_rights = std::nullopt) {
  return {std::move(web_login), {"md5 of another", "sha256 of another"}, api_rights};
}

account account_of(std::int64_t id, std::int64_t customer, std::string username) {
  return {account_id{id}, customer_id{customer}, std::move(username)};
}

/// Two environments; 1 > 2 > 3 and 1 > 4 in the first, 10 > 11 in the second; one account each.
directory_entries sample() {
  directory_entries e;
  e.environments = {{environment_id{1}, "default"}, {environment_id{2}, "other"}};
  e.customers = {customer_of(3, 2),    customer_of(1, 0, 1, "root"), customer_of(2, 1, 0, "reseller"),
                 customer_of(4, 1, 1), customer_of(10, 0, 2),        customer_of(11, 10)};
  e.accounts = {account_of(31, 3, "801"), account_of(12, 1, "802"), account_of(21, 2, "803"),
                account_of(41, 4, ""),    account_of(42, 4, ""),    account_of(101, 11, "801")};
  e.vendors = {{vendor_id{1}, "carrier"}};
  e.connections = {{connection_id{7}, vendor_id{1}, "gw"}};
  return e;
}

customer& customer_in(directory_entries& e, std::int64_t id) {
  return *std::find_if(e.customers.begin(), e.customers.end(),
                       [&](const auto& c) { return c.id == customer_id{id}; });
}

std::string refusal_of(directory_entries e) {
  try {
    directory::link(std::move(e));
    return {};
  } catch (const directory_error& error) {
    return error.what();
  }
}

/// A random tree: the customer at place i of `ids` hangs below one before it; the order of entries is
/// shuffled.
struct random_tree {
  directory_entries entries;
  std::map<std::int64_t, std::int64_t> above;
};

random_tree arbitrary_tree() {
  random_tree tree;
  const auto size = *rc::gen::inRange<std::int64_t>(1, 60);
  const auto roots = *rc::gen::inRange<std::int64_t>(1, 4);
  for (std::int64_t id = 1; id <= std::max(size, roots); ++id) {
    if (id <= roots)
      tree.entries.environments.push_back({environment_id{id}, "e"});
    const auto above = id <= roots ? 0 : *rc::gen::inRange<std::int64_t>(1, id);
    tree.above[id] = above;
    tree.entries.customers.push_back(
        customer_of(id, above, above == 0 ? id : 0, "login" + std::to_string(id)));
    tree.entries.accounts.push_back(account_of(1000 + id, id, "user" + std::to_string(id)));
  }
  auto& all = tree.entries.customers;
  for (std::size_t i = all.size(); i > 1; --i)
    std::swap(all[i - 1], all[*rc::gen::inRange<std::size_t>(0, i)]);
  return tree;
}

} // namespace

TEST_CASE("entries that make no directory are refused, and the message names the entry") {
  struct corruption {
    std::function<void(directory_entries&)> make;
    std::string message;
  };
  const std::vector<corruption> table{
      {[](auto& e) { e.environments[1].id = environment_id{0}; }, "environment 0: its id must be at least 1"},
      {[](auto& e) { e.environments[1].id = environment_id{1}; }, "environment 1: its id is used twice"},
      {[](auto& e) {
         e.environments.push_back({environment_id{3}, ""});
       },
       "environment 3: it has no root customer"},
      {[](auto& e) { customer_in(e, 3).id = customer_id{-3}; }, "customer -3: its id must be at least 1"},
      {[](auto& e) { customer_in(e, 11).id = customer_id{4}; }, "customer 4: its id is used twice"},
      {[](auto& e) { customer_in(e, 3).wholesaler = customer_id{99}; },
       "customer 3: i_wholesaler 99 is not a customer"},
      {[](auto& e) { customer_in(e, 3).wholesaler = customer_id{-1}; },
       "customer 3: i_wholesaler -1 is not a customer"},
      {[](auto& e) { customer_in(e, 3).wholesaler = customer_id{3}; },
       "customer 3: it is its own wholesaler, directly or through others (a cycle)"},
      {[](auto& e) { customer_in(e, 11).wholesaler = customer_id{}; },
       "customer 11: a root customer needs an i_environment"},
      {[](auto& e) { customer_in(e, 10).environment = environment_id{9}; },
       "customer 10: i_environment 9 is not an environment"},
      {[](auto& e) { customer_in(e, 10).environment = environment_id{1}; },
       "customer 10: environment 1 already has the root customer 1"},
      {[](auto& e) { customer_in(e, 4).environment = environment_id{2}; },
       "customer 4: i_environment must be 1, that of its wholesaler, customer 1"},
      {[](auto& e) { customer_in(e, 4).web_login = "reseller"; },
       "customer 4: web_login 'reseller' is already that of customer 2"},
      {[](auto& e) { customer_in(e, 4).logins = {login_of("root")}; },
       "customer 4: web_login 'root' is already that of customer 1"},
      {[](auto& e) {
         customer_in(e, 2).logins = {login_of("desk")};
         customer_in(e, 4).logins = {login_of("desk")};
       },
       "customer 4: web_login 'desk' is already that of customer 2"},
      {[](auto& e) { customer_in(e, 2).logins = {login_of("reseller")}; },
       "customer 2: web_login 'reseller' is already that of customer 2"},
      {[](auto& e) {
         customer_in(e, 2).logins = {login_of("desk"), login_of("")};
       },
       "customer 2: one of its logins has no web_login"},
      {[](auto& e) { customer_in(e, 2).max_sessions = -2; },
       "customer 2: its max_sessions must be at least -1"},
      {[](auto& e) { e.accounts[0].max_sessions = -2; }, "account 31: its max_sessions must be at least -1"},
      {[](auto& e) { e.accounts[0].id = account_id{0}; }, "account 0: its id must be at least 1"},
      {[](auto& e) { e.accounts[1].id = account_id{31}; }, "account 31: its id is used twice"},
      {[](auto& e) { e.accounts[1].customer = customer_id{5}; },
       "account 12: i_customer 5 is not a customer"},
      {[](auto& e) { e.accounts[2].username = "802"; },
       "account 21: username '802' is already that of account 12 in environment 1"},
      {[](auto& e) { e.vendors.push_back(e.vendors[0]); }, "vendor 1: its id is used twice"},
      {[](auto& e) { e.connections[0].vendor = vendor_id{2}; }, "connection 7: i_vendor 2 is not a vendor"},
      {[](auto& e) { e.connections.push_back(e.connections[0]); }, "connection 7: its id is used twice"},
  };
  REQUIRE(refusal_of(sample()).empty());
  for (const auto& [make, message] : table) {
    auto entries = sample();
    make(entries);
    CHECK(refusal_of(std::move(entries)) == message);
  }
}

TEST_CASE("a cycle is named by a customer on it, not by one that hangs below it") {
  auto entries = sample();
  entries.customers.insert(entries.customers.begin(), customer_of(50, 51));
  entries.customers.push_back(customer_of(51, 52));
  entries.customers.push_back(customer_of(52, 53));
  entries.customers.push_back(customer_of(53, 52));
  const auto refusal = refusal_of(std::move(entries));
  CHECK_MESSAGE((refusal.starts_with("customer 52:") || refusal.starts_with("customer 53:")), refusal);
}

TEST_CASE("no entries make an empty directory in which nothing is found") {
  const auto empty = directory::link({});
  CHECK(empty->find(customer_id{1}) == nullptr);
  CHECK(empty->root(environment_id{1}) == nullptr);
  CHECK(empty->owner(environment_id{1}, account_id{1}) == nullptr);
  CHECK_FALSE(empty->covers(customer_id{1}, customer_id{1}));
  CHECK(empty->children(customer_id{1}).empty());
}

TEST_CASE("everything in a directory is found by id and by name") {
  const auto dir = directory::link(sample());
  CHECK(dir->find(customer_id{5}) == nullptr);
  CHECK_FALSE(dir->find_login(""));
  CHECK_FALSE(dir->find_login("Root"));
  CHECK(dir->find_username(environment_id{1}, "") == nullptr);
  CHECK(dir->find_username(environment_id{3}, "801") == nullptr);
  CHECK_FALSE(dir->has(vendor_id{2}));

  REQUIRE(dir->find_login("reseller"));
  CHECK(dir->find_login("reseller")->customer == dir->find(customer_id{2}));
  CHECK(dir->find_username(environment_id{1}, "801")->id == account_id{31});
  CHECK(dir->find_username(environment_id{2}, "801")->id == account_id{101});
  CHECK(dir->find(connection_id{7})->vendor == vendor_id{1});
  CHECK(dir->has(vendor_id{1}));
  CHECK(dir->root(environment_id{2})->id == customer_id{10});
  CHECK(dir->children(customer_id{1}) == std::vector{customer_id{2}, customer_id{4}});
}

TEST_CASE("a customer without a password cannot log in, and its login is still its own") {
  for (const auto& incomplete : {digest_hashes{}, digest_hashes{"md5", ""}, digest_hashes{"", "sha256"}}) {
    auto entries = sample();
    customer_in(entries, 2).password = incomplete;
    CHECK_FALSE(directory::link(entries)->find_login("reseller"));
    customer_in(entries, 4).web_login = "reseller";
    CHECK(refusal_of(entries) == "customer 4: web_login 'reseller' is already that of customer 2");
  }
}

TEST_CASE("a login without a password cannot log in, and its name is still its own") {
  for (const auto& incomplete : {digest_hashes{}, digest_hashes{"md5", ""}, digest_hashes{"", "sha256"}}) {
    auto entries = sample();
    customer_in(entries, 2).logins = {login_of("desk")};
    customer_in(entries, 2).logins[0].password = incomplete;
    const auto dir = directory::link(entries);
    CHECK_FALSE(dir->find_login("desk"));
    CHECK(dir->find_login("reseller"));
    customer_in(entries, 4).web_login = "desk";
    CHECK(refusal_of(entries) == "customer 4: web_login 'desk' is already that of customer 2");
  }
}

TEST_CASE("each login of a customer has its own password and rights, and the scope of the customer") {
  auto entries = sample();
  customer_in(entries, 2).api_rights = rights{right::view, right::disconnect};
  customer_in(entries, 2).logins = {login_of("desk", rights{right::view}), login_of("locked", rights{}),
                                    login_of("night")};
  customer_in(entries, 4).logins = {login_of("only")}; // which has no web_login of its own
  const auto dir = directory::link(std::move(entries));
  const auto who = [&](std::string_view web_login) {
    const auto found = dir->find_login(web_login);
    REQUIRE(found);
    CHECK(found->web_login == web_login);
    CHECK(found->customer == dir->find(customer_id{web_login == "only" ? 4 : 2}));
    CHECK(found->password->md5 == (web_login == "reseller" ? "md5 of it" : "md5 of another"));
    return to_string(found->may);
  };
  CHECK(who("reseller") == "view disconnect");
  CHECK(who("desk") == "view");
  CHECK(who("locked").empty());
  CHECK(who("night") == "view disconnect");
  CHECK(who("only") == "view disconnect bulk");
}

TEST_CASE("a customer of whose rights nothing is said has the usual ones, and a root customer all") {
  auto entries = sample();
  customer_in(entries, 10).api_rights = rights{};
  const auto dir = directory::link(std::move(entries));
  CHECK(directory::rights_of(*dir->find(customer_id{1})) == rights::all());
  CHECK(directory::rights_of(*dir->find(customer_id{2})) == rights::usual());
  CHECK(directory::rights_of(*dir->find(customer_id{10})).empty());
}

TEST_CASE("no limit, none at all and the smallest one are all limits") {
  for (const std::int64_t limit : {-1, 0, 1}) {
    auto entries = sample();
    customer_in(entries, 2).max_sessions = limit;
    entries.accounts[0].max_sessions = limit;
    const auto dir = directory::link(std::move(entries));
    CHECK(dir->find(customer_id{2})->max_sessions == limit);
    CHECK(dir->find(account_id{31})->max_sessions == limit);
    CHECK(dir->find(customer_id{1})->max_sessions == no_limit);
  }
}

TEST_CASE("a customer without an environment of its own has that of its root") {
  const auto dir = directory::link(sample());
  CHECK(dir->find(customer_id{3})->environment == environment_id{1});
  CHECK(dir->find(customer_id{11})->environment == environment_id{2});
}

TEST_CASE("calls of an account that is unknown or foreign belong to the environment's root customer") {
  const auto dir = directory::link(sample());
  CHECK(dir->owner(environment_id{1}, account_id{31})->id == customer_id{3});
  CHECK(dir->owner(environment_id{1}, account_id{})->id == customer_id{1});
  CHECK(dir->owner(environment_id{1}, account_id{77})->id == customer_id{1});
  CHECK(dir->owner(environment_id{1}, account_id{101})->id == customer_id{1});
  CHECK(dir->owner(environment_id{3}, account_id{31}) == nullptr);
}

TEST_CASE("a chain of a hundred thousand resellers links without recursion") {
  constexpr std::int64_t depth = 100'000;
  directory_entries e;
  e.environments = {{environment_id{1}, "default"}};
  for (std::int64_t id = depth; id >= 1; --id)
    e.customers.push_back(customer_of(id, id - 1, id == 1 ? 1 : 0));
  const auto dir = directory::link(std::move(e));
  CHECK(dir->covers(customer_id{1}, customer_id{depth}));
  CHECK_FALSE(dir->covers(customer_id{depth}, customer_id{depth - 1}));
  CHECK(dir->find(customer_id{depth})->environment == environment_id{1});
}

TEST_CASE("covers says the same as walking up the tree") {
  CHECK(rc::check([] {
    const auto tree = arbitrary_tree();
    const auto dir = directory::link(tree.entries);
    const auto last = static_cast<std::int64_t>(tree.above.size()) + 1; // one that does not exist
    for (std::int64_t outer = 0; outer <= last; ++outer)
      for (std::int64_t inner = 0; inner <= last; ++inner) {
        bool walked = false;
        for (auto at = inner; tree.above.contains(at) && !walked; at = tree.above.at(at))
          walked = at == outer;
        RC_ASSERT(dir->covers(customer_id{outer}, customer_id{inner}) == walked);
      }
  }));
}

TEST_CASE("one random corruption of a random tree is refused, and the message names its customer") {
  CHECK(rc::check([] {
    auto tree = arbitrary_tree();
    auto& all = tree.entries.customers;
    auto& victim = all[*rc::gen::inRange<std::size_t>(0, all.size())];
    const auto id = victim.id.value();
    switch (*rc::gen::inRange(0, 4)) {
    case 0: // hung below itself or one of its descendants
    {
      auto below = id;
      for (const auto& [child, above] : tree.above)
        if (above == below && *rc::gen::arbitrary<bool>())
          below = child;
      victim.wholesaler = customer_id{below};
      break;
    }
    case 1:
      victim.wholesaler = customer_id{*rc::gen::inRange<std::int64_t>(1000, 2000)};
      break;
    case 2: {
      auto twin = victim;
      twin.web_login.clear();
      all.push_back(twin);
      break;
    }
    default:
      all.push_back(customer_of(500, id, 0, victim.web_login));
    }
    const auto refusal = refusal_of(tree.entries);
    RC_ASSERT(refusal.starts_with("customer "));
    // The customer that is named is one that took part.
    const auto named = std::stoll(refusal.substr(9));
    bool involved = named == id || named == 500;
    for (auto at = named; tree.above.contains(at) && !involved; at = tree.above.at(at))
      involved = at == id;
    RC_ASSERT(involved);
  }));
}

} // namespace rollcall::directory_test
