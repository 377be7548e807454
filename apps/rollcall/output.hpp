#pragma once

#include <boost/json.hpp>

#include <iosfwd>
#include <span>
#include <string>
#include <string_view>

namespace rollcall::cli {

/// How data is written to stdout.
enum class format {
  table, ///< aligned columns for people; texts as visible_text() makes them, and IDs of calls typed_id()
  json,  ///< an array with one object a line
  csv,   ///< RFC 4180 with a header line; a text that a spreadsheet would run as a formula begins with '
};

/// A column of rows: a member of each row's object.
struct column {
  enum class kind {
    text,
    call_id, ///< people are shown typed_id()
    number,
    seconds, ///< a table shows three decimals
  };
  std::string_view key; ///< also the heading
  kind what = kind::text;
  bool in_table = true; ///< false: only in CSV; JSON always holds everything
};

/// On one line, safe for terminals: control characters and those that change the direction of reading are
/// escaped, wherever it is written to.
std::string to_json(const boost::json::value& value);

/// A flat object on one line, doubles in fixed notation, as people and spreadsheets read them.
std::string json_line(const boost::json::object& object);

/// Writes rows, which are objects; a member that a row lacks is an empty cell. Columns: for table and CSV.
/// CSV on a terminal is written as tables are; anywhere else it is the data as it is.
void write_rows(std::ostream& out, format as, std::span<const column> columns,
                const boost::json::array& rows);

} // namespace rollcall::cli
