#include "storage/directory_entry_reader.hpp"

#include <algorithm>
#include <utility>

namespace rollcall {

namespace json = boost::json;

namespace {

constexpr std::int64_t largest_number = 2147483647; // the API's integers have 32 bits
constexpr std::size_t md5_size = 32;                // hex digits
constexpr std::size_t sha256_size = 64;

std::optional<right> right_named(std::string_view name) {
  for (const auto& [each, its_name] : right_names)
    if (its_name == name)
      return each;
  return std::nullopt;
}

/// `view, disconnect, …`
std::string names_of_rights() {
  std::string all;
  for (const auto& [each, name] : right_names)
    all.append(all.empty() ? "" : ", ").append(name);
  return all;
}

} // namespace

entry_reader::entry_reader(std::string_view section, directory_changes::place at, std::string_view id_key,
                           const json::value& value, std::vector<import_fault>& faults)
    : label_(std::string{section} + '[' + std::to_string(at.number) + ']'),
      at_(at),
      id_key_(id_key),
      object_(value.if_object()),
      faults_(faults) {
  if (!object_) {
    fail("must be an object");
    object_ = &nothing();
    return;
  }
  id_ = required_id(id_key);
}

entry_reader::entry_reader(entry_reader& of, std::string label, const json::value& value)
    : of_(&of),
      label_(std::move(label)),
      at_(of.at_),
      id_key_(of.id_key_),
      object_(value.if_object()),
      faults_(of.faults_) {
  if (!object_) {
    fail("must be an object");
    object_ = &nothing();
  }
}

std::int64_t entry_reader::optional_id(std::string_view key) {
  const auto* value = find(key);
  return value ? as_integer(key, *value, 1).value_or(0) : 0;
}

std::int64_t entry_reader::required_id(std::string_view key) {
  const auto* value = required(key);
  return value ? as_integer(key, *value, 1).value_or(0) : 0;
}

std::optional<std::string> entry_reader::optional_text(std::string_view key) {
  const auto* value = find(key);
  return value ? std::optional{as_text(key, *value)} : std::nullopt;
}

std::string entry_reader::required_text(std::string_view key) {
  const auto* value = required(key);
  return value ? as_text(key, *value) : std::string{};
}

std::optional<bool> entry_reader::optional_flag(std::string_view key) {
  const auto* value = find(key);
  if (value && !value->is_bool())
    fail_key(key, "must be true or false");
  return value && value->is_bool() ? std::optional{value->get_bool()} : std::nullopt;
}

std::int64_t entry_reader::optional_limit(std::string_view key) {
  const auto* value = find(key);
  return value ? as_integer(key, *value, no_limit).value_or(no_limit) : no_limit;
}

std::optional<rights> entry_reader::optional_rights(std::string_view key) {
  const auto* all = optional_array(key);
  if (!all)
    return std::nullopt;
  rights granted;
  for (const auto& each : *all) {
    const auto* name = each.if_string();
    if (!name)
      fail_key(key, "must hold names of rights: " + names_of_rights());
    else if (const auto which = right_named(*name))
      granted.add(*which);
    else
      fail_key(key, "holds '" + std::string{*name} + "', which is none of " + names_of_rights());
  }
  return granted;
}

digest_hashes entry_reader::optional_digest(std::string_view key) {
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

void entry_reader::each_of(std::string_view key, const std::function<void(entry_reader)>& read) {
  const auto* all = optional_array(key);
  if (!all)
    return;
  for (std::size_t i = 0; i < all->size(); ++i)
    read(entry_reader{*this, std::string{key} + '[' + std::to_string(i) + ']', (*all)[i]});
}

void entry_reader::refuse_other_keys() {
  for (const auto& member : *object_)
    if (std::find(asked_.begin(), asked_.end(), member.key()) == asked_.end())
      fail("unknown key '" + std::string{member.key()} + '\'');
}

void entry_reader::fail(const std::string& reason) {
  faulty_ = true;
  if (of_)
    return of_->fail(label_ + ": " + reason);
  auto entry = label_;
  if (id_ != 0)
    entry += " (" + std::string{id_key_} + ' ' + std::to_string(id_) + ')';
  faults_.push_back({at_.line, entry + ": " + reason});
}

void entry_reader::fail_key(std::string_view key, std::string_view reason) {
  fail(std::string{key} + ' ' + std::string{reason});
}

const json::object& entry_reader::nothing() {
  static const json::object none;
  return none;
}

const json::value* entry_reader::find(std::string_view key) {
  asked_.push_back(key);
  const auto* value = object_->if_contains(key);
  return value && !value->is_null() ? value : nullptr;
}

const json::value* entry_reader::required(std::string_view key) {
  const auto* value = find(key);
  if (!value)
    fail_key(key, "is missing");
  return value;
}

const json::array* entry_reader::optional_array(std::string_view key) {
  const auto* value = find(key);
  if (value && !value->is_array())
    fail_key(key, "must be an array");
  return value ? value->if_array() : nullptr;
}

std::optional<std::int64_t> entry_reader::as_integer(std::string_view key, const json::value& value,
                                                     std::int64_t least) {
  if (value.is_uint64() || (value.is_int64() && value.get_int64() > largest_number))
    fail_key(key, "must be at most 2147483647");
  else if (!value.is_int64())
    fail_key(key, "must be an integer");
  else if (value.get_int64() < least)
    fail_key(key, "must be at least " + std::to_string(least));
  else
    return value.get_int64();
  return std::nullopt;
}

std::string entry_reader::as_text(std::string_view key, const json::value& value) {
  if (!value.is_string()) {
    fail_key(key, "must be a string");
    return {};
  }
  if (value.get_string().empty())
    fail_key(key, "must not be empty");
  return std::string{value.get_string()};
}

std::string entry_reader::as_hex(std::string_view key, const json::value& value, std::size_t size) {
  const auto* text = value.if_string();
  const auto whole = text && (text->size() == size || text->size() == 2 * size); // see password_hash.hpp
  if (!whole || std::string_view{*text}.find_first_not_of("0123456789abcdef") != std::string_view::npos) {
    fail_key(key, "must be " + std::to_string(size) + " lower-case hex digits");
    return std::string(size, '0'); // there is one: what it is does not matter any more
  }
  return std::string{*text};
}

} // namespace rollcall
