#include "storage/directory_json.hpp"

#include "storage/directory_places.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace rollcall {

namespace json = boost::json;

namespace {

constexpr std::int64_t largest_id = 2147483647; // the API's integers have 32 bits
constexpr std::size_t longest_login = 255;      // bytes

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

/// Reads the fields of one entry. What is wrong is noted, and reading goes on: all of it is told at once.
/// Every key asked for is remembered, so that what is left over is unknown.
class entry_reader {
public:
  entry_reader(std::string_view section, directory_changes::place at, std::string_view id_key,
               const json::value& value, std::vector<import_fault>& faults)
      : section_(section), at_(at), id_key_(id_key), object_(value.if_object()), faults_(faults) {
    if (!object_) {
      fail("must be an object");
      object_ = &nothing();
      return;
    }
    id_ = required_id(id_key);
  }

  /// The entry's own id; 0 when it has none that can be read.
  std::int64_t id() const { return id_; }

  bool faulty() const { return faulty_; }

  /// When false, that is told already, and there is nothing to read.
  bool is_object() const { return object_ != &nothing(); }

  /// 0 when absent.
  std::int64_t optional_id(std::string_view key) {
    const auto* value = find(key);
    return value ? as_id(key, *value) : 0;
  }

  std::int64_t required_id(std::string_view key) {
    const auto* value = required(key);
    return value ? as_id(key, *value) : 0;
  }

  std::optional<std::string> optional_text(std::string_view key) {
    const auto* value = find(key);
    return value ? std::optional{as_text(key, *value)} : std::nullopt;
  }

  std::string required_text(std::string_view key) {
    const auto* value = required(key);
    return value ? as_text(key, *value) : std::string{};
  }

  std::optional<bool> optional_flag(std::string_view key) {
    const auto* value = find(key);
    if (value && !value->is_bool())
      fail_key(key, "must be true or false");
    return value && value->is_bool() ? std::optional{value->get_bool()} : std::nullopt;
  }

  digest_hashes optional_digest(std::string_view key) {
    const auto* value = find(key);
    if (!value)
      return {};
    const auto* hashes = value->if_object();
    if (!hashes || hashes->size() != 2 || !hashes->contains("md5") || !hashes->contains("sha256")) {
      fail_key(key, "must be an object with md5 and sha256");
      return {};
    }
    return {as_hex("digest.md5", hashes->at("md5"), md5_size),
            as_hex("digest.sha256", hashes->at("sha256"), sha256_size)};
  }

  /// Whether the key is there at all, be it null.
  bool names(std::string_view key) const { return object_->contains(key); }

  void refuse_other_keys() {
    for (const auto& member : *object_)
      if (std::find(asked_.begin(), asked_.end(), member.key()) == asked_.end())
        fail("unknown key '" + std::string{member.key()} + '\'');
  }

  void fail(const std::string& reason) {
    faulty_ = true;
    auto entry = std::string{section_} + '[' + std::to_string(at_.number) + ']';
    if (id_ != 0)
      entry += " (" + std::string{id_key_} + ' ' + std::to_string(id_) + ')';
    faults_.push_back({at_.line, entry + ": " + reason});
  }

  void fail_key(std::string_view key, std::string_view reason) {
    fail(std::string{key} + ' ' + std::string{reason});
  }

private:
  static constexpr std::size_t md5_size = 32; ///< hex digits
  static constexpr std::size_t sha256_size = 64;

  static const json::object& nothing() {
    static const json::object none;
    return none;
  }

  const json::value* find(std::string_view key) {
    asked_.push_back(key);
    const auto* value = object_->if_contains(key);
    return value && !value->is_null() ? value : nullptr;
  }

  const json::value* required(std::string_view key) {
    const auto* value = find(key);
    if (!value)
      fail_key(key, "is missing");
    return value;
  }

  std::int64_t as_id(std::string_view key, const json::value& value) {
    if (value.is_uint64() || (value.is_int64() && value.get_int64() > largest_id))
      fail_key(key, "must be at most 2147483647");
    else if (!value.is_int64())
      fail_key(key, "must be an integer");
    else if (value.get_int64() < 1)
      fail_key(key, "must be at least 1");
    else
      return value.get_int64();
    return 0;
  }

  std::string as_text(std::string_view key, const json::value& value) {
    if (!value.is_string()) {
      fail_key(key, "must be a string");
      return {};
    }
    if (value.get_string().empty())
      fail_key(key, "must not be empty");
    return std::string{value.get_string()};
  }

  std::string as_hex(std::string_view key, const json::value& value, std::size_t size) {
    const auto* text = value.if_string();
    const auto whole = text && (text->size() == size || text->size() == 2 * size); // see password_hash.hpp
    if (!whole || std::string_view{*text}.find_first_not_of("0123456789abcdef") != std::string_view::npos) {
      fail_key(key, "must be " + std::to_string(size) + " lower-case hex digits");
      return std::string(size, '0'); // there is one: what it is does not matter any more
    }
    return std::string{*text};
  }

  std::string_view section_;
  directory_changes::place at_;
  std::string_view id_key_;
  const json::object* object_;
  std::vector<import_fault>& faults_;
  std::int64_t id_ = 0;
  bool faulty_ = false;
  std::vector<std::string_view> asked_;
};

environment read_environment(entry_reader& in) { return {environment_id{in.id()}, in.required_text("name")}; }

customer_change read_customer(entry_reader& in) {
  customer_change out;
  auto& entry = out.entry;
  entry.id = customer_id{in.id()};
  entry.wholesaler = customer_id{in.optional_id("i_wholesaler")};
  entry.environment = environment_id{in.optional_id("i_environment")};
  entry.name = in.required_text("name");
  out.keeps_login = !in.names("web_login");
  entry.web_login = in.optional_text("web_login").value_or("");
  if (const auto trouble = trouble_with_login(entry.web_login); !trouble.empty())
    in.fail_key("web_login", trouble);
  const auto access = in.optional_flag("api_access");
  out.keeps_access = !access;
  entry.api_access = access.value_or(false);
  entry.password = in.optional_digest("digest");
  out.api_password = in.optional_text("api_password");
  if (out.api_password && entry.password != digest_hashes{})
    in.fail("api_password and digest exclude each other");
  return out;
}

account read_account(entry_reader& in) {
  return {account_id{in.id()}, customer_id{in.required_id("i_customer")}, in.required_text("username")};
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
  read(section_of_file<account>{kind::account, "accounts", "i_account", read_account, &all::accounts});
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
