#include "apps/rollcall/directory_rows.hpp"

#include "domain/directory/directory.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

namespace rollcall::cli {

using kind = column::kind;

const std::array<column, 10> directory_columns = {{{"kind"},
                                                   {"id", kind::number},
                                                   {"above", kind::number},
                                                   {"i_environment", kind::number},
                                                   {"name"},
                                                   {"web_login"},
                                                   {"api_access"},
                                                   {"api_rights"},
                                                   {"max_sessions", kind::number},
                                                   {"logins"}}};

namespace {

template <class Id>
boost::json::value number_or_null(Id id) {
  return id.known() ? boost::json::value(id.value()) : boost::json::value();
}

boost::json::value names_or_null(const std::optional<rights>& granted) {
  if (!granted)
    return {};
  boost::json::array names;
  for (const auto& [each, name] : right_names)
    if (granted->has(each))
      names.emplace_back(name);
  return names;
}

boost::json::array login_names(const std::vector<login>& logins) {
  boost::json::array names;
  for (const auto& one : logins)
    names.emplace_back(one.web_login);
  return names;
}

class rows {
public:
  explicit rows(const directory& whole) : whole_(whole) {
    for (const auto& a : whole.entries().accounts)
      accounts_[a.customer].push_back(&a);
    for (auto& [customer, accounts] : accounts_)
      std::sort(accounts.begin(), accounts.end(), [](auto* a, auto* b) { return a->id < b->id; });
  }

  void add_everything() {
    for (const auto& e : whole_.entries().environments) {
      add({{"kind", "environment"}, {"id", e.id.value()}, {"above", nullptr}, {"name", e.name}});
      if (const auto* root = whole_.root(e.id))
        add_below(root->id);
    }
    for (const auto& v : whole_.entries().vendors) {
      add({{"kind", "vendor"}, {"id", v.id.value()}, {"above", nullptr}, {"name", v.name}});
      for (const auto& c : whole_.entries().connections)
        if (c.vendor == v.id)
          add({{"kind", "connection"}, {"id", c.id.value()}, {"above", v.id.value()}, {"name", c.name}});
    }
  }

  // A stack, for a tree may be as deep as there are customers.
  void add_below(customer_id top) {
    std::vector<customer_id> stack{top};
    while (!stack.empty()) {
      const auto& next = *whole_.find(stack.back());
      stack.pop_back();
      add_customer(next);
      const auto& children = whole_.children(next.id);
      stack.insert(stack.end(), children.rbegin(), children.rend());
    }
  }

  boost::json::array take() { return std::move(rows_); }

private:
  void add(boost::json::object row) { rows_.emplace_back(std::move(row)); }

  void add_customer(const customer& c) {
    add({{"kind", "customer"},
         {"id", c.id.value()},
         {"above", number_or_null(c.wholesaler)},
         {"i_environment", c.environment.value()},
         {"name", c.name},
         {"web_login", c.web_login},
         {"api_access", c.api_access},
         {"api_rights", names_or_null(c.api_rights)},
         {"max_sessions", c.max_sessions},
         {"logins", login_names(c.logins)}});
    if (const auto found = accounts_.find(c.id); found != accounts_.end())
      for (const auto* a : found->second)
        add({{"kind", "account"},
             {"id", a->id.value()},
             {"above", c.id.value()},
             {"i_environment", c.environment.value()},
             {"name", a->username},
             {"max_sessions", a->max_sessions}});
  }

  const directory& whole_;
  std::unordered_map<customer_id, std::vector<const account*>> accounts_;
  boost::json::array rows_;
};

} // namespace

boost::json::array directory_rows(const directory& whole, std::optional<customer_id> top) {
  rows found(whole);
  if (top)
    found.add_below(*top);
  else
    found.add_everything();
  return found.take();
}

} // namespace rollcall::cli
