#pragma once

#include "apps/config/load_config.hpp"
#include "apps/config/toml_value.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall {

/// What all sections of one reading share.
struct config_reading {
  std::filesystem::path file;
  loaded_config loaded;
};

/// One table of the file while it is read. Its keys are fixed on construction, so that a misspelt key is told
/// before anything that follows from it. The read functions leave `out` as it is when the key is absent, and
/// throw config_error, naming the key, when its value does not fit.
class config_section {
public:
  using keys = std::vector<std::string_view>;

  /// The whole file. Throws config_error for a key that is not in `known`, as do table() and tables().
  config_section(config_reading& reading, const toml_table& file, const keys& known);

  /// The table of that name; an absent one reads as an empty one.
  config_section table(std::string_view key, const keys& known) const;

  /// The table of that name, if the file has it.
  std::optional<config_section> optional_table(std::string_view key, const keys& known) const;

  /// The tables of a [[name]] array, none when absent.
  std::vector<config_section> tables(std::string_view key, const keys& known) const;

  void read(std::string_view key, bool& out) const;
  void read(std::string_view key, std::string& out) const;
  void read(std::string_view key, std::filesystem::path& out) const;
  void read(std::string_view key, std::chrono::milliseconds& out, std::chrono::milliseconds least,
            std::chrono::milliseconds most) const;

  template <class Integer>
  void read(std::string_view key, Integer& out, std::int64_t least, std::int64_t most) const {
    if (const auto* value = find(key))
      out = static_cast<Integer>(integer(key, *value, least, most));
  }

  /// Reads a string by `parse`, whose std::invalid_argument becomes the reason.
  template <class T, class Parse>
  void read(std::string_view key, T& out, Parse parse) const {
    if (const auto* value = find(key))
      out = parsed(key, *value, parse);
  }

  /// Reads an array of strings by `parse`.
  template <class T, class Parse>
  void read_list(std::string_view key, std::vector<T>& out, Parse parse) const {
    const auto* value = find(key);
    if (!value)
      return;
    out.clear();
    for (const auto& element : list(key, *value))
      out.push_back(parsed(key, element, parse));
  }

  /// Reads a table of integers, whose keys may be any but empty ones.
  void read_numbers(std::string_view key, std::map<std::string, std::uint64_t, std::less<>>& out,
                    std::int64_t least, std::int64_t most) const;

  /// Adds a line to the warnings, about a key that is there.
  void warn(std::string_view key, const std::string& what) const;

  /// Takes any value, and warns that it does nothing, and what does.
  void without_effect(std::string_view key, const std::string& instead) const;

  /// Throws config_error when the key is absent.
  void require(std::string_view key) const;

  /// Refuses the value of a key, or the table when the key is absent. The message begins with the key.
  [[noreturn]] void fail(std::string_view key, const std::string& reason) const;

private:
  config_section(config_reading& reading, std::string name, text_place place, const toml_table* table,
                 const keys& known);

  const toml_value* find(std::string_view key) const;
  std::string full_name(std::string_view key) const;
  const toml_table& as_table(std::string_view key, const toml_value& value) const;
  const toml_array& list(std::string_view key, const toml_value& value) const;
  const std::string& text(std::string_view key, const toml_value& value) const;
  std::int64_t integer(std::string_view key, const toml_value& value, std::int64_t least,
                       std::int64_t most) const;
  [[noreturn]] void fail_at(text_place place, std::string_view key, const std::string& reason) const;

  template <class Parse>
  auto parsed(std::string_view key, const toml_value& value, Parse parse) const {
    const auto& written = text(key, value);
    try {
      return parse(written);
    } catch (const std::invalid_argument& refusal) {
      fail_at(value.place, key, refusal.what());
    }
  }

  config_reading& reading_;
  std::string name_;
  text_place place_;
  const toml_table* table_; ///< null: absent
};

} // namespace rollcall
