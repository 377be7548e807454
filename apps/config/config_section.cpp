#include "apps/config/config_section.hpp"

#include "apps/config/duration.hpp"

#include <algorithm>

namespace rollcall {

namespace {

std::string enumerated(const std::vector<std::string_view>& words) {
  std::string out;
  for (const auto word : words)
    out.append(out.empty() ? "" : ", ").append(word);
  return out;
}

} // namespace

config_section::config_section(config_reading& reading, const toml_table& file, const keys& known)
    : config_section(reading, {}, {}, &file, known) {}

config_section::config_section(config_reading& reading, std::string name, text_place place,
                               const toml_table* table, const keys& known)
    : reading_(reading), name_(std::move(name)), place_(place), table_(table) {
  if (table_)
    for (const auto& member : *table_) {
      if (std::find(known.begin(), known.end(), member.key) == known.end())
        throw config_error{reading_.file, member.place,
                           "unknown key '" + full_name(member.key) + "'; "
                               + (name_.empty() ? "the file" : '[' + name_ + ']') + " takes "
                               + enumerated(known)};
      reading_.loaded.places[full_name(member.key)] = member.value.place;
    }
  for (const auto key : known)
    if (!find(key))
      reading_.loaded.defaulted.push_back(full_name(key));
}

config_section config_section::table(std::string_view key, const keys& known) const {
  if (auto present = optional_table(key, known))
    return *std::move(present);
  return {reading_, full_name(key), place_, nullptr, known};
}

std::optional<config_section> config_section::optional_table(std::string_view key, const keys& known) const {
  const auto* value = find(key);
  if (!value)
    return std::nullopt;
  return config_section{reading_, full_name(key), value->place, &as_table(key, *value), known};
}

std::vector<config_section> config_section::tables(std::string_view key, const keys& known) const {
  std::vector<config_section> out;
  const auto* value = find(key);
  if (!value)
    return out;
  const auto* entries = std::get_if<toml_array>(&value->value);
  if (!entries)
    fail(key, "must be written [[" + full_name(key) + "]], a block for each");
  for (const auto& entry : *entries)
    out.push_back({reading_, full_name(key), entry.place, &as_table(key, entry), known});
  return out;
}

void config_section::read(std::string_view key, bool& out) const {
  const auto* value = find(key);
  if (!value)
    return;
  const auto* flag = std::get_if<bool>(&value->value);
  if (!flag)
    fail(key, "must be true or false");
  out = *flag;
}

void config_section::read(std::string_view key, std::string& out) const {
  if (const auto* value = find(key))
    out = text(key, *value);
}

void config_section::read(std::string_view key, std::filesystem::path& out) const {
  read(key, out, [](const std::string& written) { return std::filesystem::path{written}; });
}

void config_section::read(std::string_view key, std::chrono::milliseconds& out,
                          std::chrono::milliseconds least, std::chrono::milliseconds most) const {
  const auto* value = find(key);
  if (value && std::holds_alternative<std::int64_t>(value->value))
    fail(key, "must be a duration with its unit, in quotes, such as \"32s\"");
  read(key, out, [&](const std::string& written) {
    const auto duration = parse_duration(written);
    if (duration < least || duration > most)
      throw std::invalid_argument{"must be from " + to_string(least) + " to " + to_string(most)};
    return duration;
  });
}

void config_section::read_numbers(std::string_view key,
                                  std::map<std::string, std::uint64_t, std::less<>>& out, std::int64_t least,
                                  std::int64_t most) const {
  const auto* value = find(key);
  if (!value)
    return;
  out.clear();
  for (const auto& member : as_table(key, *value)) {
    const auto full = std::string{key} + '.' + member.key;
    if (member.key.empty())
      fail_at(member.place, key, "must not have an empty name");
    out.emplace(member.key, static_cast<std::uint64_t>(integer(full, member.value, least, most)));
  }
}

void config_section::warn(std::string_view key, const std::string& what) const {
  if (const auto* value = find(key))
    reading_.loaded.warnings.push_back(
        config_error{reading_.file, value->place, full_name(key) + ' ' + what}.what());
}

void config_section::without_effect(std::string_view key, const std::string& instead) const {
  warn(key, "has no effect: " + instead);
}

void config_section::require(std::string_view key) const {
  if (!find(key))
    fail(key, "is required");
}

void config_section::fail(std::string_view key, const std::string& reason) const {
  const auto* value = find(key);
  fail_at(value ? value->place : place_, key, reason);
}

const toml_value* config_section::find(std::string_view key) const {
  if (!table_)
    return nullptr;
  const auto found =
      std::find_if(table_->begin(), table_->end(), [&](const auto& member) { return member.key == key; });
  return found == table_->end() ? nullptr : &found->value;
}

std::string config_section::full_name(std::string_view key) const {
  return name_.empty() ? std::string{key} : name_ + '.' + std::string{key};
}

const toml_table& config_section::as_table(std::string_view key, const toml_value& value) const {
  const auto* table = std::get_if<toml_table>(&value.value);
  if (!table)
    fail_at(value.place, key, "must be a table");
  return *table;
}

const toml_array& config_section::list(std::string_view key, const toml_value& value) const {
  const auto* array = std::get_if<toml_array>(&value.value);
  if (!array)
    fail_at(value.place, key, "must be a list of strings");
  return *array;
}

const std::string& config_section::text(std::string_view key, const toml_value& value) const {
  const auto* written = std::get_if<std::string>(&value.value);
  if (!written)
    fail_at(value.place, key, "must be a string");
  return *written;
}

std::int64_t config_section::integer(std::string_view key, const toml_value& value, std::int64_t least,
                                     std::int64_t most) const {
  const auto* number = std::get_if<std::int64_t>(&value.value);
  if (!number || *number < least || *number > most)
    fail_at(value.place, key,
            "must be an integer from " + std::to_string(least) + " to " + std::to_string(most));
  return *number;
}

void config_section::fail_at(text_place place, std::string_view key, const std::string& reason) const {
  throw config_error{reading_.file, place, full_name(key) + ' ' + reason};
}

} // namespace rollcall
