#include "storage/directory_json.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace rollcall {

namespace json = boost::json;

namespace {

/// Reads the fields of one entry. Every key asked for is remembered, so that what is left over is unknown.
class entry_reader {
public:
  entry_reader(std::string_view section, std::size_t number, std::string_view id_key,
               const json::value& value)
      : section_(section), number_(number), id_key_(id_key), object_(value.if_object()) {
    if (!object_)
      fail("must be an object");
    id_ = required_id(id_key);
  }

  /// The entry's own id.
  std::int64_t id() const { return id_; }

  /// 0 when absent.
  std::int64_t optional_id(std::string_view key) {
    const auto* value = find(key);
    return value ? as_id(key, *value) : 0;
  }

  std::int64_t required_id(std::string_view key) { return as_id(key, required(key)); }

  std::optional<std::string> optional_text(std::string_view key) {
    const auto* value = find(key);
    return value ? std::optional{as_text(key, *value)} : std::nullopt;
  }

  std::string required_text(std::string_view key) { return as_text(key, required(key)); }

  bool optional_flag(std::string_view key) {
    const auto* value = find(key);
    if (value && !value->is_bool())
      fail_key(key, "must be true or false");
    return value && value->as_bool();
  }

  digest_hashes optional_digest(std::string_view key) {
    const auto* value = find(key);
    if (!value)
      return {};
    const auto* hashes = value->if_object();
    if (!hashes || hashes->size() != 2 || !hashes->contains("md5") || !hashes->contains("sha256"))
      fail_key(key, "must be an object with md5 and sha256");
    return {as_hex("digest.md5", hashes->at("md5"), md5_size),
            as_hex("digest.sha256", hashes->at("sha256"), sha256_size)};
  }

  void refuse_other_keys() const {
    for (const auto& member : *object_)
      if (std::find(asked_.begin(), asked_.end(), member.key()) == asked_.end())
        fail("unknown key '" + std::string{member.key()} + '\'');
  }

  [[noreturn]] void fail(const std::string& reason) const {
    auto entry = std::string{section_} + '[' + std::to_string(number_) + ']';
    if (id_ != 0)
      entry += " (" + std::string{id_key_} + ' ' + std::to_string(id_) + ')';
    throw directory_error{entry + ": " + reason};
  }

private:
  static constexpr std::size_t md5_size = 32; ///< hex digits
  static constexpr std::size_t sha256_size = 64;

  [[noreturn]] void fail_key(std::string_view key, std::string_view reason) const {
    fail(std::string{key} + ' ' + std::string{reason});
  }

  const json::value* find(std::string_view key) {
    asked_.push_back(key);
    const auto* value = object_->if_contains(key);
    return value && !value->is_null() ? value : nullptr;
  }

  const json::value& required(std::string_view key) {
    const auto* value = find(key);
    if (!value)
      fail_key(key, "is missing");
    return *value;
  }

  std::int64_t as_id(std::string_view key, const json::value& value) const {
    if (value.is_uint64())
      fail_key(key, "is too large");
    if (!value.is_int64())
      fail_key(key, "must be an integer");
    if (value.as_int64() < 1)
      fail_key(key, "must be at least 1");
    return value.as_int64();
  }

  std::string as_text(std::string_view key, const json::value& value) const {
    if (!value.is_string())
      fail_key(key, "must be a string");
    if (value.as_string().empty())
      fail_key(key, "must not be empty");
    return std::string{value.as_string()};
  }

  std::string as_hex(std::string_view key, const json::value& value, std::size_t size) const {
    auto text = as_text(key, value);
    if (text.size() != size || text.find_first_not_of("0123456789abcdef") != std::string::npos)
      fail_key(key, "must be " + std::to_string(size) + " lower-case hex digits");
    return text;
  }

  std::string_view section_;
  std::size_t number_;
  std::string_view id_key_;
  const json::object* object_;
  std::int64_t id_ = 0;
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
  entry.web_login = in.optional_text("web_login").value_or("");
  entry.api_access = in.optional_flag("api_access");
  entry.password = in.optional_digest("digest");
  out.api_password = in.optional_text("api_password");
  const bool has_digest = entry.password != digest_hashes{};
  if (out.api_password && has_digest)
    in.fail("api_password and digest exclude each other");
  if ((out.api_password || has_digest) && entry.web_login.empty())
    in.fail("a password needs a web_login");
  return out;
}

account read_account(entry_reader& in) {
  return {account_id{in.id()}, customer_id{in.required_id("i_customer")}, in.required_text("username")};
}

vendor read_vendor(entry_reader& in) { return {vendor_id{in.id()}, in.required_text("name")}; }

connection read_connection(entry_reader& in) {
  return {connection_id{in.id()}, vendor_id{in.required_id("i_vendor")}, in.required_text("name")};
}

template <class Entry>
void read_section(const json::object& file, std::string_view section, std::string_view id_key,
                  Entry (*read)(entry_reader&), std::vector<Entry>& out) {
  const auto* value = file.if_contains(section);
  if (!value)
    return;
  const auto* entries = value->if_array();
  if (!entries)
    throw directory_error{std::string{section} + " must be an array"};
  out.reserve(entries->size());
  for (std::size_t i = 0; i < entries->size(); ++i) {
    entry_reader in{section, i, id_key, (*entries)[i]};
    out.push_back(read(in));
    in.refuse_other_keys();
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

void refuse_other_sections(const json::object& file) {
  static constexpr std::string_view known[] = {"realm",    "environments", "customers",
                                               "accounts", "vendors",      "connections"};
  for (const auto& member : file)
    if (std::find(std::begin(known), std::end(known), member.key()) == std::end(known))
      throw directory_error{"unknown section '" + std::string{member.key()} + '\''};
}

} // namespace

directory_changes parse_directory(std::string_view text) {
  // Freed as a whole: a file may hold a million entries.
  json::monotonic_resource memory;
  const auto value = parse_json(text, &memory);
  const auto* file = value.if_object();
  if (!file)
    throw directory_error{"a directory must be an object"};
  refuse_other_sections(*file);
  directory_changes out;
  if (const auto* realm = file->if_contains("realm")) {
    if (!realm->is_string())
      throw directory_error{"realm must be a string"};
    out.realm = std::string{realm->as_string()};
  }
  read_section(*file, "environments", "i_environment", read_environment, out.environments);
  read_section(*file, "customers", "i_customer", read_customer, out.customers);
  read_section(*file, "accounts", "i_account", read_account, out.accounts);
  read_section(*file, "vendors", "i_vendor", read_vendor, out.vendors);
  read_section(*file, "connections", "i_connection", read_connection, out.connections);
  return out;
}

} // namespace rollcall
