#include "domain/directory/directory_faults.hpp"

#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace rollcall {

namespace {

template <class Id>
std::string digits_of(Id id) {
  return std::to_string(id.value());
}

class fault_finder {
public:
  explicit fault_finder(const directory_entries& entries) : entries_(entries) {}

  std::vector<directory_fault> faults() && {
    index(entry_kind::environment, entries_.environments, environments_);
    index(entry_kind::customer, entries_.customers, customers_);
    index(entry_kind::account, entries_.accounts, accounts_);
    index(entry_kind::vendor, entries_.vendors, vendors_);
    index(entry_kind::connection, entries_.connections, connections_);
    look_at_logins();
    look_at_limits();
    look_at_roots();
    look_at_tree();
    look_at_accounts();
    look_at_connections();
    return std::move(found_);
  }

private:
  template <class Id>
  using index_of = std::unordered_map<Id, std::size_t>;

  template <class Id>
  void note(entry_kind kind, Id id, std::string reason) {
    found_.push_back({kind, id.value(), std::move(reason)});
  }

  template <class Entry, class Id>
  void index(entry_kind kind, const std::vector<Entry>& all, index_of<Id>& places) {
    places.reserve(all.size());
    for (std::size_t i = 0; i < all.size(); ++i)
      if (all[i].id.value() < 1)
        note(kind, all[i].id, "its id must be at least 1");
      else if (!places.emplace(all[i].id, i).second)
        note(kind, all[i].id, "its id is used twice");
  }

  void look_at_logins() {
    for (const auto& c : entries_.customers) {
      if (!c.web_login.empty())
        take_login(c.id, c.web_login);
      for (const auto& one : c.logins)
        if (one.web_login.empty())
          note(entry_kind::customer, c.id, "one of its logins has no web_login");
        else
          take_login(c.id, one.web_login);
    }
  }

  void take_login(customer_id of, std::string_view web_login) {
    if (const auto [other, fresh] = logins_.emplace(web_login, of); !fresh)
      note(entry_kind::customer, of,
           "web_login '" + std::string{web_login} + "' is already that of customer "
               + digits_of(other->second));
  }

  void look_at_limits() {
    for (const auto& c : entries_.customers)
      if (c.max_sessions < no_limit)
        note(entry_kind::customer, c.id, "its max_sessions must be at least -1");
    for (const auto& a : entries_.accounts)
      if (a.max_sessions < no_limit)
        note(entry_kind::account, a.id, "its max_sessions must be at least -1");
  }

  void look_at_roots() {
    std::unordered_map<environment_id, customer_id> roots;
    for (const auto& c : entries_.customers) {
      if (c.wholesaler.known())
        continue;
      if (!c.environment.known())
        note(entry_kind::customer, c.id, "a root customer needs an i_environment");
      else if (!environments_.contains(c.environment))
        note(entry_kind::customer, c.id,
             "i_environment " + digits_of(c.environment) + " is not an environment");
      else if (const auto [other, fresh] = roots.emplace(c.environment, c.id); !fresh)
        note(entry_kind::customer, c.id,
             "environment " + digits_of(c.environment) + " already has the root customer "
                 + digits_of(other->second));
    }
    for (const auto& e : entries_.environments)
      if (!roots.contains(e.id))
        note(entry_kind::environment, e.id, "it has no root customer");
  }

  // Each customer is passed once: the way up ends where one before has been.
  void look_at_tree() {
    enum class seen : std::uint8_t { no, on_this_way, done };
    std::vector<seen> marks(entries_.customers.size(), seen::no);
    tree_of_.resize(entries_.customers.size());
    for (std::size_t i = 0; i < marks.size(); ++i) {
      std::vector<std::size_t> way;
      auto at = i;
      environment_id above;
      while (marks[at] == seen::no) {
        marks[at] = seen::on_this_way;
        way.push_back(at);
        const auto& c = entries_.customers[at];
        if (!c.wholesaler.known()) {
          above = c.environment;
          break;
        }
        const auto next = customers_.find(c.wholesaler);
        if (next == customers_.end()) {
          note(entry_kind::customer, c.id, "i_wholesaler " + digits_of(c.wholesaler) + " is not a customer");
          break;
        }
        at = next->second;
        if (marks[at] == seen::on_this_way)
          note(entry_kind::customer, entries_.customers[at].id,
               "it is its own wholesaler, directly or through others (a cycle)");
        else if (marks[at] == seen::done)
          above = tree_of_[at];
      }
      for (auto one = way.rbegin(); one != way.rend(); ++one)
        place_in_tree(*one, above), marks[*one] = seen::done;
    }
  }

  void place_in_tree(std::size_t at, environment_id above) {
    const auto& c = entries_.customers[at];
    tree_of_[at] = above;
    if (above.known() && c.environment.known() && c.environment != above)
      note(entry_kind::customer, c.id,
           "i_environment must be " + digits_of(above) + ", that of its wholesaler, customer "
               + digits_of(c.wholesaler));
  }

  void look_at_accounts() {
    std::unordered_map<environment_id, std::unordered_map<std::string_view, account_id>> usernames;
    for (const auto& a : entries_.accounts) {
      const auto of = customers_.find(a.customer);
      if (of == customers_.end()) {
        note(entry_kind::account, a.id, "i_customer " + digits_of(a.customer) + " is not a customer");
        continue;
      }
      const auto environment = tree_of_[of->second];
      if (a.username.empty() || !environment.known())
        continue;
      if (const auto [other, fresh] = usernames[environment].emplace(a.username, a.id); !fresh)
        note(entry_kind::account, a.id,
             "username '" + a.username + "' is already that of account " + digits_of(other->second)
                 + " in environment " + digits_of(environment));
    }
  }

  void look_at_connections() {
    for (const auto& c : entries_.connections)
      if (!vendors_.contains(c.vendor))
        note(entry_kind::connection, c.id, "i_vendor " + digits_of(c.vendor) + " is not a vendor");
  }

  const directory_entries& entries_;
  std::vector<directory_fault> found_;
  index_of<environment_id> environments_;
  index_of<customer_id> customers_;
  index_of<account_id> accounts_;
  index_of<vendor_id> vendors_;
  index_of<connection_id> connections_;
  std::unordered_map<std::string_view, customer_id> logins_;
  std::vector<environment_id> tree_of_; ///< by customer; not known where no root is above
};

} // namespace

std::vector<directory_fault> faults_of(const directory_entries& entries) {
  return fault_finder{entries}.faults();
}

} // namespace rollcall
