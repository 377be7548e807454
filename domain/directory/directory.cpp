#include "domain/directory/directory.hpp"

#include "domain/directory/directory_hash.hpp"

#include <algorithm>

namespace rollcall {

namespace {

[[noreturn]] void refuse(const std::string& entry, const std::string& reason) {
  throw directory_error{entry + ": " + reason};
}

template <class Id>
std::string numbered(const char* kind, Id id) {
  return std::string{kind} + ' ' + std::to_string(id.value());
}

std::string called(const environment& e) { return numbered("environment", e.id); }
std::string called(const customer& c) { return numbered("customer", c.id); }
std::string called(const account& a) { return numbered("account", a.id); }
std::string called(const vendor& v) { return numbered("vendor", v.id); }
std::string called(const connection& c) { return numbered("connection", c.id); }

/// Fills `index` with where each entry stands, refusing ids that are no ids and ids used twice.
template <class Entry, class Map, class Place>
void index_by_id(const std::vector<Entry>& entries, Map& index, Place place) {
  index.reserve(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].id.value() < 1)
      refuse(called(entries[i]), "its id must be at least 1");
    if (!index.emplace(entries[i].id, place(i)).second)
      refuse(called(entries[i]), "its id is used twice");
  }
}

} // namespace

directory_ptr directory::link(directory_entries entries) {
  return directory_ptr{new directory{std::move(entries)}};
}

directory::directory(directory_entries entries) : entries_(std::move(entries)) {
  link_environments();
  link_customers();
  link_tree();
  number_tree();
  link_accounts();
  link_connections();
  link_limits();
  hash_ = hash_of(entries_);
}

void directory::link_environments() {
  index_by_id(entries_.environments, roots_, [](std::size_t) { return customer_id{}; });
}

void directory::link_customers() {
  index_by_id(entries_.customers, customers_, [](std::size_t i) { return node{i, 0, 0, {}}; });
  for (const auto& c : entries_.customers)
    if (c.max_sessions < no_limit)
      refuse(called(c), "its max_sessions must be at least -1");
  link_logins();
}

void directory::link_logins() {
  logins_.reserve(entries_.customers.size());
  for (const auto& c : entries_.customers) {
    const auto usual = rights_of(c);
    if (!c.web_login.empty())
      add_login({&c, c.web_login, &c.password, usual});
    for (const auto& one : c.logins) {
      if (one.web_login.empty())
        refuse(called(c), "one of its logins has no web_login");
      add_login({&c, one.web_login, &one.password, one.api_rights.value_or(usual)});
    }
  }
}

void directory::add_login(const identity& who) {
  if (const auto [other, fresh] = logins_.emplace(who.web_login, who); !fresh)
    refuse(called(*who.customer), "web_login '" + std::string{who.web_login} + "' is already that of "
                                      + numbered("customer", other->second.customer->id));
}

void directory::link_tree() {
  for (const auto& c : entries_.customers) {
    if (c.wholesaler.known()) {
      const auto above = customers_.find(c.wholesaler);
      if (above == customers_.end())
        refuse(called(c), "i_wholesaler " + std::to_string(c.wholesaler.value()) + " is not a customer");
      above->second.children.push_back(c.id);
      continue;
    }
    if (!c.environment.known())
      refuse(called(c), "a root customer needs an i_environment");
    const auto root = roots_.find(c.environment);
    if (root == roots_.end())
      refuse(called(c), "i_environment " + std::to_string(c.environment.value()) + " is not an environment");
    if (root->second.known())
      refuse(called(c), numbered("environment", c.environment) + " already has the root "
                            + numbered("customer", root->second));
    root->second = c.id;
  }
  for (auto& [id, at] : customers_)
    std::sort(at.children.begin(), at.children.end());
}

void directory::number_tree() {
  std::uint32_t next = 0;
  for (const auto& e : entries_.environments)
    if (const auto root = roots_.at(e.id); root.known())
      number_below(root, next);
  // What no root leads to is in a cycle, or below one.
  if (next != entries_.customers.size())
    for (const auto& c : entries_.customers)
      if (customers_.at(c.id).leave == 0)
        refuse_cycle(c.id);
  for (const auto& e : entries_.environments)
    if (!roots_.at(e.id).known())
      refuse(called(e), "it has no root customer");
}

void directory::number_below(customer_id root, std::uint32_t& next) {
  struct visit {
    node* at;
    std::size_t next_child = 0;
  };
  // Its own stack and no recursion: a chain of resellers may be as deep as there are customers.
  std::vector<visit> path;
  const auto enter = [&](customer_id id) {
    auto& at = customers_.find(id)->second;
    at.enter = next++;
    path.push_back({&at});
  };
  enter(root);
  while (!path.empty()) {
    auto& [at, next_child] = path.back();
    if (next_child == at->children.size()) {
      at->leave = next;
      path.pop_back();
      continue;
    }
    const auto child_id = at->children[next_child++];
    const auto& above = entries_.customers[at->index];
    auto& child = entries_.customers[customers_.find(child_id)->second.index];
    if (child.environment.known() && child.environment != above.environment)
      refuse(called(child), "i_environment must be " + std::to_string(above.environment.value())
                                + ", that of its wholesaler, " + called(above));
    child.environment = above.environment;
    enter(child_id);
  }
}

void directory::refuse_cycle(customer_id unreached) const {
  // After as many steps up as there are customers we are on the cycle itself, whatever hangs below it.
  auto on_cycle = unreached;
  for (std::size_t i = 0; i < entries_.customers.size(); ++i)
    on_cycle = find(on_cycle)->wholesaler;
  refuse(numbered("customer", on_cycle), "it is its own wholesaler, directly or through others (a cycle)");
}

void directory::link_accounts() {
  index_by_id(entries_.accounts, accounts_, [](std::size_t i) { return i; });
  for (const auto& a : entries_.accounts) {
    if (a.max_sessions < no_limit)
      refuse(called(a), "its max_sessions must be at least -1");
    const auto* of = find(a.customer);
    if (of == nullptr)
      refuse(called(a), "i_customer " + std::to_string(a.customer.value()) + " is not a customer");
    if (a.username.empty())
      continue;
    if (const auto [other, fresh] = usernames_[of->environment].emplace(a.username, a.id); !fresh)
      refuse(called(a), "username '" + a.username + "' is already that of "
                            + numbered("account", other->second) + " in "
                            + numbered("environment", of->environment));
  }
}

void directory::link_connections() {
  index_by_id(entries_.vendors, vendors_, [](std::size_t i) { return i; });
  index_by_id(entries_.connections, connections_, [](std::size_t i) { return i; });
  for (const auto& c : entries_.connections)
    if (!has(c.vendor))
      refuse(called(c), "i_vendor " + std::to_string(c.vendor.value()) + " is not a vendor");
}

void directory::link_limits() {
  for (const auto& c : entries_.customers)
    if (c.max_sessions != no_limit)
      limited_.customers.push_back(&c);
  for (const auto& a : entries_.accounts)
    if (a.max_sessions != no_limit)
      limited_.accounts.push_back(&a);
}

const customer* directory::find(customer_id id) const {
  const auto found = customers_.find(id);
  return found == customers_.end() ? nullptr : &entries_.customers[found->second.index];
}

const account* directory::find(account_id id) const {
  const auto found = accounts_.find(id);
  return found == accounts_.end() ? nullptr : &entries_.accounts[found->second];
}

std::optional<identity> directory::find_login(std::string_view web_login) const {
  const auto found = logins_.find(web_login);
  if (found == logins_.end() || !found->second.password->usable())
    return std::nullopt;
  return found->second;
}

rights directory::rights_of(const customer& who) noexcept {
  return who.api_rights.value_or(who.wholesaler.known() ? rights::usual() : rights::all());
}

const account* directory::find_username(environment_id environment, std::string_view username) const {
  const auto names = usernames_.find(environment);
  if (names == usernames_.end())
    return nullptr;
  const auto found = names->second.find(username);
  return found == names->second.end() ? nullptr : find(found->second);
}

const connection* directory::find(connection_id id) const {
  const auto found = connections_.find(id);
  return found == connections_.end() ? nullptr : &entries_.connections[found->second];
}

bool directory::has(vendor_id id) const { return vendors_.contains(id); }

std::string_view directory::name_of(vendor_id id) const {
  const auto found = vendors_.find(id);
  return found == vendors_.end() ? std::string_view{} : entries_.vendors[found->second].name;
}

const customer* directory::root(environment_id environment) const {
  const auto found = roots_.find(environment);
  return found == roots_.end() ? nullptr : find(found->second);
}

const customer* directory::owner(environment_id environment, account_id account) const {
  if (const auto* known = find(account))
    if (const auto* of = find(known->customer); of->environment == environment)
      return of;
  return root(environment);
}

const std::vector<customer_id>& directory::children(customer_id id) const {
  static const std::vector<customer_id> none;
  const auto found = customers_.find(id);
  return found == customers_.end() ? none : found->second.children;
}

bool directory::covers(customer_id outer, customer_id inner) const {
  const auto above = customers_.find(outer);
  const auto below = customers_.find(inner);
  return above != customers_.end() && below != customers_.end() && above->second.enter <= below->second.enter
         && below->second.enter < above->second.leave;
}

} // namespace rollcall
