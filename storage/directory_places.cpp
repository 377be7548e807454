#include "storage/directory_places.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>
#include <utility>

namespace rollcall {

namespace json = boost::json;

namespace {

/// Handles what boost's parser finds. It is given the text line by line, and so knows where it stands.
class place_finder {
public:
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  directory_places found;
  std::size_t line = 1;

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) { return enter(true); }
  bool on_array_begin(json::error_code&) { return enter(false); }
  bool on_object_end(std::size_t, json::error_code&) { return leave(); }
  bool on_array_end(std::size_t, json::error_code&) { return leave(); }
  bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
    key_.append(part.data(), part.size());
    return true;
  }
  bool on_key(json::string_view part, std::size_t, json::error_code&) {
    key_.append(part.data(), part.size());
    take_key();
    return true;
  }
  bool on_string_part(json::string_view, std::size_t, json::error_code&) { return true; }
  bool on_string(json::string_view, std::size_t, json::error_code&) { return leaf(); }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t, json::string_view, json::error_code&) { return leaf(); }
  bool on_uint64(std::uint64_t, json::string_view, json::error_code&) { return leaf(); }
  bool on_double(double, json::string_view, json::error_code&) { return leaf(); }
  bool on_bool(bool, json::error_code&) { return leaf(); }
  bool on_null(json::error_code&) { return leaf(); }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

private:
  /// An object or array that is open.
  struct level {
    bool object = false;
    std::vector<std::string> keys; ///< of an object: those that had their turn
  };

  static constexpr std::size_t most_keys = 100; ///< an object of ours has a dozen at most; more cost no time

  bool enter(bool object) {
    note_entry();
    levels_.push_back({object, {}});
    return true;
  }

  bool leave() {
    levels_.pop_back();
    return true;
  }

  bool leaf() {
    note_entry();
    return true;
  }

  /// A value that begins directly within a section is an entry.
  void note_entry() {
    if (levels_.size() == 2 && levels_[0].object && !levels_[1].object)
      found.sections[section_].push_back(line);
  }

  void take_key() {
    auto& keys = levels_.back().keys;
    if (std::find(keys.begin(), keys.end(), key_) != keys.end())
      found.faults.push_back({line, within() + "key '" + key_ + "' stands twice"});
    else if (keys.size() < most_keys)
      keys.push_back(key_);
    if (levels_.size() == 1)
      section_ = key_;
    key_.clear();
  }

  std::string within() const {
    if (levels_.size() < 3)
      return {};
    const auto entries = found.sections.find(section_);
    return entries == found.sections.end() || entries->second.empty()
               ? std::string{}
               : section_ + '[' + std::to_string(entries->second.size() - 1) + "]: ";
  }

  std::vector<level> levels_;
  std::string key_;
  std::string section_;
};

} // namespace

directory_places places_of(std::string_view text) {
  json::basic_parser<place_finder> parser{json::parse_options{}};
  json::error_code failure;
  while (!text.empty() && !failure) {
    const auto line = text.substr(0, text.find('\n') + 1); // the whole rest where there is no other line
    const auto part = line.empty() ? text : line;
    text.remove_prefix(part.size());
    parser.write_some(!text.empty(), part.data(), part.size(), failure);
    ++parser.handler().line;
  }
  return std::move(parser.handler().found);
}

} // namespace rollcall
