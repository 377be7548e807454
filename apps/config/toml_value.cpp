#include "apps/config/toml_value.hpp"

#include <toml++/toml.h>

namespace rollcall {

namespace {

text_place place_of(const toml::source_region& region) { return {region.begin.line, region.begin.column}; }

toml_value converted(const toml::node& node);

toml_table converted_table(const toml::table& table) {
  toml_table out;
  for (const auto& [key, value] : table)
    out.push_back({std::string{key.str()}, place_of(key.source()), converted(value)});
  return out;
}

toml_array converted_array(const toml::array& array) {
  toml_array out;
  for (const auto& element : array)
    out.push_back(converted(element));
  return out;
}

toml_value converted(const toml::node& node) {
  const auto place = place_of(node.source());
  if (const auto* table = node.as_table())
    return {place, converted_table(*table)};
  if (const auto* array = node.as_array())
    return {place, converted_array(*array)};
  if (const auto* text = node.as_string())
    return {place, text->get()};
  if (const auto* number = node.as_integer())
    return {place, number->get()};
  if (const auto* flag = node.as_boolean())
    return {place, flag->get()};
  return {place, toml_other{}};
}

} // namespace

toml_table parse_toml(std::string_view text, const std::filesystem::path& file) {
  try {
    return converted_table(toml::parse(text));
  } catch (const toml::parse_error& error) {
    throw config_error{file, place_of(error.source()), std::string{error.description()}};
  }
}

} // namespace rollcall
