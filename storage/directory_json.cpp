#include "storage/directory_json.hpp"

#include "storage/directory_entry_reader.hpp"
#include "storage/directory_places.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace rollcall {

namespace json = boost::json;

namespace {

constexpr std::size_t longest_login = 255; // bytes

/// Why HTTP Digest cannot carry a login (RFC 7616, 3.4); empty when it can.
std::string_view trouble_with_login(std::string_view login) {
  if (login.size() > longest_login)
    return "is longer than 255 bytes";
  if (login.find(':') != std::string_view::npos)
    return "must not hold a colon";
  for (std::size_t i = 0; i < login.size(); ++i) {
    const auto byte = static_cast<unsigned char>(login[i]);
    const auto c1 = byte == 0xC2 && i + 1 < login.size() && static_cast<unsigned char>(login[i + 1]) < 0xA0;
    if (byte < 0x20 || byte == 0x7F || c1)
      return "must not hold control characters";
  }
  return {};
}

environment read_environment(entry_reader& in) { return {environment_id{in.id()}, in.required_text("name")}; }

/// A password comes in clear or as its hashes.
std::optional<std::string> read_password(entry_reader& in, digest_hashes& hashes) {
  hashes = in.optional_digest("digest");
  auto clear = in.optional_text("api_password");
  if (clear && hashes != digest_hashes{})
    in.fail("api_password and digest exclude each other");
  return clear;
}

void refuse_bad_login(entry_reader& in, std::string_view web_login) {
  if (const auto trouble = trouble_with_login(web_login); !trouble.empty())
    in.fail_key("web_login", trouble);
}

login_change read_login(entry_reader in) {
  login_change out;
  if (!in.is_object())
    return out;
  out.entry.web_login = in.required_text("web_login");
  refuse_bad_login(in, out.entry.web_login);
  out.api_password = read_password(in, out.entry.password);
  out.keeps_rights = !in.names("api_rights");
  out.entry.api_rights = in.optional_rights("api_rights");
  in.refuse_other_keys();
  return out;
}

customer_change read_customer(entry_reader& in) {
  customer_change out;
  auto& entry = out.entry;
  entry.id = customer_id{in.id()};
  entry.wholesaler = customer_id{in.optional_id("i_wholesaler")};
  entry.environment = environment_id{in.optional_id("i_environment")};
  entry.name = in.required_text("name");
  out.keeps_login = !in.names("web_login");
  entry.web_login = in.optional_text("web_login").value_or("");
  refuse_bad_login(in, entry.web_login);
  const auto access = in.optional_flag("api_access");
  out.keeps_access = !access;
  entry.api_access = access.value_or(false);
  out.api_password = read_password(in, entry.password);
  out.keeps_rights = !in.names("api_rights");
  entry.api_rights = in.optional_rights("api_rights");
  out.keeps_limit = !in.names("max_sessions");
  entry.max_sessions = in.optional_limit("max_sessions");
  out.keeps_logins = !in.names("logins");
  in.each_of("logins", [&](entry_reader one) { out.logins.push_back(read_login(std::move(one))); });
  return out;
}

account_change read_account(entry_reader& in) {
  account_change out;
  out.entry = {account_id{in.id()}, customer_id{in.required_id("i_customer")}, in.required_text("username")};
  out.keeps_limit = !in.names("max_sessions");
  out.entry.max_sessions = in.optional_limit("max_sessions");
  return out;
}

vendor read_vendor(entry_reader& in) { return {vendor_id{in.id()}, in.required_text("name")}; }

connection read_connection(entry_reader& in) {
  return {connection_id{in.id()}, vendor_id{in.required_id("i_vendor")}, in.required_text("name")};
}

/// A section of the file: what it is called, and where its entries go.
template <class Entry>
struct section_of_file {
  entry_kind kind;
  std::string_view name;
  std::string_view id_key;
  Entry (*read)(entry_reader&);
  std::vector<Entry> directory_changes::*into;
};

template <class Entry>
void read_section(const json::object& file, const directory_places& places,
                  const section_of_file<Entry>& section, directory_changes& out) {
  const auto* value = file.if_contains(section.name);
  if (!value)
    return;
  const auto* entries = value->if_array();
  if (!entries) {
    out.faults.push_back({0, std::string{section.name} + " must be an array"});
    return;
  }
  const auto lines = places.sections.find(std::string{section.name});
  (out.*section.into).reserve(entries->size());
  auto& at = out.places[section.kind];
  for (std::size_t i = 0; i < entries->size(); ++i) {
    const auto known = lines != places.sections.end() && i < lines->second.size();
    const directory_changes::place place{i, known ? lines->second[i] : 0};
    entry_reader in{section.name, place, section.id_key, (*entries)[i], out.faults};
    if (!in.is_object())
      continue;
    auto entry = section.read(in);
    in.refuse_other_keys();
    if (in.id() == 0)
      continue; // whose it is nobody knows
    if (in.faulty())
      out.faulty.insert({section.kind, in.id()});
    (out.*section.into).push_back(std::move(entry));
    at.push_back(place);
  }
}

/// `LINE:COLUMN: ` of an offset, both counted from 1.
std::string position(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, offset);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto start = before.rfind('\n');
  const auto column = start == std::string_view::npos ? offset + 1 : offset - start;
  return std::to_string(line) + ':' + std::to_string(column) + ": ";
}

json::value parse_json(std::string_view text, const json::storage_ptr& memory) {
  json::parser parser{memory};
  json::error_code failure;
  const auto used = parser.write_some(text, failure);
  const auto rest = text.find_first_not_of(" \t\r\n", used);
  if (!failure && rest != std::string_view::npos)
    throw directory_error{position(text, rest) + "extra text after the directory"};
  if (failure)
    throw directory_error{position(text, used) + "not JSON: " + failure.message()};
  return parser.release();
}

void note_other_sections(const json::object& file, directory_changes& out) {
  static constexpr std::string_view known[] = {"realm",    "environments", "customers",
                                               "accounts", "vendors",      "connections"};
  for (const auto& member : file)
    if (std::find(std::begin(known), std::end(known), member.key()) == std::end(known))
      out.faults.push_back({0, "unknown section '" + std::string{member.key()} + '\''});
}

} // namespace

directory_changes read_directory_file(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark))
    text.remove_prefix(byte_order_mark.size());
  // Freed as a whole: a file may hold a million entries.
  json::monotonic_resource memory;
  const auto value = parse_json(text, &memory);
  const auto* file = value.if_object();
  if (!file)
    throw directory_error{"a directory must be an object"};
  auto places = places_of(text);
  directory_changes out;
  out.faults = std::move(places.faults);
  note_other_sections(*file, out);
  if (const auto* realm = file->if_contains("realm")) {
    if (realm->is_string())
      out.realm = std::string{realm->get_string()};
    else
      out.faults.push_back({0, "realm must be a string"});
  }
  using all = directory_changes;
  const auto read = [&](const auto& section) { read_section(*file, places, section, out); };
  using kind = entry_kind;
  read(section_of_file<environment>{kind::environment, "environments", "i_environment", read_environment,
                                    &all::environments});
  read(section_of_file<customer_change>{kind::customer, "customers", "i_customer", read_customer,
                                        &all::customers});
  read(section_of_file<account_change>{kind::account, "accounts", "i_account", read_account, &all::accounts});
  read(section_of_file<vendor>{kind::vendor, "vendors", "i_vendor", read_vendor, &all::vendors});
  read(section_of_file<connection>{kind::connection, "connections", "i_connection", read_connection,
                                   &all::connections});
  return out;
}

directory_changes parse_directory(std::string_view text) {
  auto changes = read_directory_file(text);
  if (!changes.faults.empty())
    throw import_error{std::move(changes.faults)};
  return changes;
}

} // namespace rollcall
