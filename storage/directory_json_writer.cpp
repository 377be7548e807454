#include "storage/directory_json.hpp"

#include <boost/json/serialize.hpp>

#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace rollcall {

namespace {

/// Writes one entry as an object on a line of its own.
class entry_writer {
public:
  explicit entry_writer(std::ostream& out) : out_(out) { out_ << '{'; }
  entry_writer(const entry_writer&) = delete;
  entry_writer& operator=(const entry_writer&) = delete;
  ~entry_writer() { out_ << '}'; }

  entry_writer& number(std::string_view key, std::int64_t value) { return start(key), out_ << value, *this; }
  entry_writer& raw(std::string_view key, std::string_view json) { return start(key), out_ << json, *this; }
  entry_writer& text(std::string_view key, std::string_view value) {
    return raw(key, boost::json::serialize(boost::json::string_view{value}));
  }

private:
  void start(std::string_view key) {
    out_ << (std::exchange(first_, false) ? "\"" : ", \"") << key << "\": ";
  }

  std::ostream& out_;
  bool first_ = true;
};

/// Of who has none of these, nothing is written.
void write_password(entry_writer& entry, const digest_hashes& password) {
  if (password != digest_hashes{})
    entry.raw("digest", R"({"md5": ")" + password.md5 + R"(", "sha256": ")" + password.sha256 + "\"}");
}

void write_rights(entry_writer& entry, const std::optional<rights>& granted) {
  if (!granted)
    return;
  std::string names;
  for (const auto& [each, name] : right_names)
    if (granted->has(each))
      names.append(names.empty() ? "\"" : ", \"").append(name).append("\"");
  entry.raw("api_rights", '[' + names + ']');
}

void write_limit(entry_writer& entry, std::int64_t max_sessions) {
  if (max_sessions != no_limit)
    entry.number("max_sessions", max_sessions);
}

std::string text_of(const std::vector<login>& logins) {
  std::ostringstream out;
  for (const auto& one : logins) {
    out << (&one == &logins.front() ? "" : ", ");
    entry_writer entry{out};
    entry.text("web_login", one.web_login);
    write_password(entry, one.password);
    write_rights(entry, one.api_rights);
  }
  return out.str();
}

void write(std::ostream& out, const environment& e) {
  entry_writer{out}.number("i_environment", e.id.value()).text("name", e.name);
}

void write(std::ostream& out, const customer& c) {
  entry_writer entry{out};
  entry.number("i_customer", c.id.value());
  if (c.wholesaler.known())
    entry.number("i_wholesaler", c.wholesaler.value()); // its environment is that of the root above it
  else
    entry.raw("i_wholesaler", "null").number("i_environment", c.environment.value());
  entry.text("name", c.name);
  if (c.web_login.empty())
    entry.raw("web_login", "null"); // left out it would be kept by whoever imports this
  else
    entry.text("web_login", c.web_login);
  write_password(entry, c.password);
  entry.raw("api_access", c.api_access ? "true" : "false");
  write_rights(entry, c.api_rights);
  write_limit(entry, c.max_sessions);
  if (!c.logins.empty())
    entry.raw("logins", '[' + text_of(c.logins) + ']');
}

void write(std::ostream& out, const account& a) {
  entry_writer entry{out};
  entry.number("i_account", a.id.value()).number("i_customer", a.customer.value());
  entry.text("username", a.username);
  write_limit(entry, a.max_sessions);
}

void write(std::ostream& out, const vendor& v) {
  entry_writer{out}.number("i_vendor", v.id.value()).text("name", v.name);
}

void write(std::ostream& out, const connection& c) {
  entry_writer{out}
      .number("i_connection", c.id.value())
      .number("i_vendor", c.vendor.value())
      .text("name", c.name);
}

template <class Entry>
void write_section(std::ostream& out, std::string_view name, const std::vector<Entry>& entries) {
  out << ",\n \"" << name << "\": [";
  const char* separator = "\n  ";
  for (const auto& entry : entries) {
    out << std::exchange(separator, ",\n  ");
    write(out, entry);
  }
  out << ']';
}

} // namespace

void write_directory(std::ostream& out, const directory_entries& entries, std::string_view realm) {
  out << "{\"realm\": " << boost::json::serialize(boost::json::string_view{realm});
  write_section(out, "environments", entries.environments);
  write_section(out, "customers", entries.customers);
  write_section(out, "accounts", entries.accounts);
  write_section(out, "vendors", entries.vendors);
  write_section(out, "connections", entries.connections);
  out << "}\n";
}

} // namespace rollcall
