#include "apps/rollcall/directory_tree.hpp"

#include "domain/base/visible_text.hpp"
#include "domain/directory/directory.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::cli {

namespace {

// A customer or an account that is still to be drawn, the last one first: a stack, for a tree may be as deep
// as there are customers.
struct pending {
  std::string label;
  std::string indent;   ///< of its children
  customer_id customer; ///< not known for a leaf
};

/// `view, bulk`, or that there are none.
std::string words_of(rights granted) {
  std::string names;
  for (const auto& [each, name] : right_names)
    if (granted.has(each))
      names.append(names.empty() ? "" : ", ").append(name);
  return names.empty() ? "none" : names;
}

std::string limit_label(std::int64_t max_sessions) {
  return max_sessions == no_limit ? std::string{} : "  max " + std::to_string(max_sessions);
}

/// What is said of nothing in particular is not shown.
std::string label_of(const customer& c) {
  auto label = "customer " + std::to_string(c.id.value()) + "  " + visible_text(c.name);
  if (!c.web_login.empty())
    label += "  login " + visible_text(c.web_login);
  for (const auto& one : c.logins) {
    label += "  login " + visible_text(one.web_login);
    if (one.api_rights)
      label += " (rights: " + words_of(*one.api_rights) + ')';
  }
  if (c.api_access)
    label += "  API";
  if (c.api_rights)
    label += "  rights: " + words_of(*c.api_rights);
  return label + limit_label(c.max_sessions);
}

std::string label_of(const account& a) {
  return "account " + std::to_string(a.id.value()) + "  " + visible_text(a.username)
         + limit_label(a.max_sessions);
}

class tree {
public:
  tree(std::ostream& out, const directory& whole) : out_(out), whole_(whole) {
    for (const auto& a : whole.entries().accounts)
      accounts_[a.customer].push_back(&a);
    for (auto& [customer, accounts] : accounts_)
      std::sort(accounts.begin(), accounts.end(), [](auto* a, auto* b) { return a->id < b->id; });
  }

  void draw(customer_id top) {
    std::vector<pending> stack{{label_of(*whole_.find(top)), "", top}};
    while (!stack.empty()) {
      const auto next = std::move(stack.back());
      stack.pop_back();
      out_ << next.label << '\n';
      if (next.customer.known())
        push_children(stack, next);
    }
  }

private:
  void push_children(std::vector<pending>& stack, const pending& parent) {
    std::vector<pending> children;
    if (const auto found = accounts_.find(parent.customer); found != accounts_.end())
      for (const auto* a : found->second)
        children.push_back({label_of(*a), {}, {}});
    for (const auto id : whole_.children(parent.customer))
      children.push_back({label_of(*whole_.find(id)), {}, id});
    for (auto child = children.rbegin(); child != children.rend(); ++child) {
      const bool last = child == children.rbegin();
      child->label = parent.indent + (last ? "└─ " : "├─ ") + child->label;
      child->indent = parent.indent + (last ? "   " : "│  ");
      stack.push_back(std::move(*child));
    }
  }

  std::ostream& out_;
  const directory& whole_;
  std::map<customer_id, std::vector<const account*>> accounts_;
};

void draw_vendors(std::ostream& out, const directory_entries& entries) {
  for (const auto& v : entries.vendors) {
    out << "vendor " << v.id.value() << "  " << visible_text(v.name) << '\n';
    std::vector<const connection*> own;
    for (const auto& c : entries.connections)
      if (c.vendor == v.id)
        own.push_back(&c);
    for (const auto* c : own)
      out << (c == own.back() ? "└─ " : "├─ ") << "connection " << c->id.value() << "  "
          << visible_text(c->name) << '\n';
  }
}

} // namespace

void write_tree(std::ostream& out, const directory& whole) {
  tree drawn(out, whole);
  for (const auto& e : whole.entries().environments) {
    out << "environment " << e.id.value() << "  " << visible_text(e.name) << '\n';
    if (const auto* root = whole.root(e.id))
      drawn.draw(root->id);
  }
  draw_vendors(out, whole.entries());
}

void write_tree(std::ostream& out, const directory& whole, customer_id top) { tree(out, whole).draw(top); }

} // namespace rollcall::cli
