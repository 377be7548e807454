#include "apps/rollcall/output.hpp"

#include "apps/rollcall/terminal_text.hpp"
#include "domain/base/visible_text.hpp"
#include "domain/calls/typed_id.hpp"

#include <algorithm>
#include <charconv>
#include <iostream>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace rollcall::cli {

namespace {

std::string fixed(double number, int decimals) {
  char text[400];
  const auto end = std::to_chars(text, text + sizeof text, number, std::chars_format::fixed, decimals).ptr;
  return {text, end};
}

std::string plain(const boost::json::value& value) {
  if (const auto* text = value.if_string())
    return std::string(*text);
  if (const auto* number = value.if_double())
    return fixed(*number, 6);
  return value.is_null() ? std::string() : boost::json::serialize(value);
}

const boost::json::value* member(const boost::json::value& row, std::string_view key) {
  const auto* object = row.if_object();
  return object ? object->if_contains(key) : nullptr;
}

bool is_numeric(const column& of) {
  return of.what == column::kind::number || of.what == column::kind::seconds;
}

/// For people.
std::string shown(std::string_view text, const column& of) {
  return of.what == column::kind::call_id ? typed_id(text) : visible_text(text);
}

std::string table_cell(const boost::json::value& row, const column& of) {
  const auto* value = member(row, of.key);
  if (!value)
    return {};
  if (of.what == column::kind::seconds && value->is_number())
    return fixed(value->to_number<double>(), 3);
  return shown(plain(*value), of);
}

// A number or a telephone number with its sign: harmless, and to be read as it is.
bool is_dialled_number(std::string_view text) {
  return text.size() > 1 && text.find_first_not_of("0123456789 .()-", 1) == std::string_view::npos
         && text.find_first_of("0123456789") != std::string_view::npos;
}

// What a stranger dials must not become a formula of whoever opens the file in a spreadsheet. A quote in
// front makes it a text there (OWASP, "CSV injection").
std::string defused(std::string text) {
  constexpr std::string_view starters = "=@\t\r\n";
  constexpr std::string_view signs = "+-";
  if (text.empty())
    return text;
  const auto starts = starters.find(text[0]) != std::string_view::npos;
  const auto is_signed = signs.find(text[0]) != std::string_view::npos;
  return starts || (is_signed && !is_dialled_number(text)) ? '\'' + text : text;
}

std::string csv_cell(std::string text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos)
    return text;
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c;
    if (c == '"')
      quoted += c;
  }
  return quoted + '"';
}

bool is_terminal(const std::ostream& out) { return &out == &std::cout && isatty(STDOUT_FILENO); }

void write_csv(std::ostream& out, std::span<const column> columns, const boost::json::array& rows) {
  const auto for_people = is_terminal(out);
  const auto separator = [&](const column& c) { return &c == &columns.back() ? "\r\n" : ","; };
  for (const auto& c : columns)
    out << csv_cell(std::string(c.key)) << separator(c);
  for (const auto& row : rows)
    for (const auto& c : columns) {
      const auto* value = member(row, c.key);
      auto text = value ? plain(*value) : std::string();
      if (value && value->is_string())
        text = defused(std::move(text));
      if (for_people)
        text = shown(text, c);
      out << csv_cell(std::move(text)) << separator(c);
    }
}

void write_json(std::ostream& out, const boost::json::array& rows) {
  const char* before = "[\n";
  for (const auto& row : rows) {
    out << before << json_line(row.as_object());
    before = ",\n";
  }
  out << (rows.empty() ? "[]\n" : "\n]\n");
}

using line = std::vector<std::string>;

void write_line(std::ostream& out, std::span<const column> columns, const std::vector<std::size_t>& widths,
                const line& cells) {
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string padding(widths[i] - shown_width(cells[i]), ' ');
    text += is_numeric(columns[i]) ? padding + cells[i] : cells[i] + padding;
    text += "  ";
  }
  text.erase(text.find_last_not_of(' ') + 1);
  out << text << '\n';
}

void write_table(std::ostream& out, std::span<const column> all, const boost::json::array& rows) {
  std::vector<column> columns;
  std::copy_if(all.begin(), all.end(), std::back_inserter(columns),
               [](const column& c) { return c.in_table; });
  std::vector<line> lines(1);
  for (const auto& c : columns)
    lines[0].emplace_back(c.key);
  for (const auto& row : rows) {
    auto& cells = lines.emplace_back();
    for (const auto& c : columns)
      cells.push_back(table_cell(row, c));
  }
  std::vector<std::size_t> widths(columns.size());
  for (const auto& cells : lines)
    for (std::size_t i = 0; i < cells.size(); ++i)
      widths[i] = std::max(widths[i], shown_width(cells[i]));
  for (const auto& cells : lines)
    write_line(out, columns, widths, cells);
}

} // namespace

std::string to_json(const boost::json::value& value) { return visible_json(boost::json::serialize(value)); }

std::string json_line(const boost::json::object& object) {
  std::string text;
  for (const auto& [key, value] : object) {
    text += text.empty() ? '{' : ',';
    text += boost::json::serialize(key);
    text += ':';
    text += value.is_double() ? fixed(value.get_double(), 6) : boost::json::serialize(value);
  }
  return text.empty() ? "{}" : visible_json(text + '}');
}

void write_rows(std::ostream& out, format as, std::span<const column> columns,
                const boost::json::array& rows) {
  switch (as) {
  case format::table:
    return write_table(out, columns, rows);
  case format::json:
    return write_json(out, rows);
  case format::csv:
    return write_csv(out, columns, rows);
  }
}

} // namespace rollcall::cli
