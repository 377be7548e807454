#pragma once

#include "storage/directory_changes.hpp"

#include <boost/json.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall {

/// Reads the fields of one entry of an import file. What is wrong is noted, and reading goes on: all of it is
/// told at once. Every key asked for is remembered, so that what is left over is unknown; the keys and the
/// value must outlive the reader.
class entry_reader {
public:
  entry_reader(std::string_view section, directory_changes::place at, std::string_view id_key,
               const boost::json::value& value, std::vector<import_fault>& faults);

  /// The entry's own id; 0 when it has none that can be read.
  std::int64_t id() const { return id_; }

  bool faulty() const { return faulty_; }

  /// When false, that is told already, and there is nothing to read.
  bool is_object() const { return object_ != &nothing(); }

  /// 0 when absent.
  std::int64_t optional_id(std::string_view key);
  std::int64_t required_id(std::string_view key);

  std::optional<std::string> optional_text(std::string_view key);
  std::string required_text(std::string_view key);

  std::optional<bool> optional_flag(std::string_view key);

  /// A number of calls; no_limit when absent.
  std::int64_t optional_limit(std::string_view key);

  std::optional<rights> optional_rights(std::string_view key);

  /// None when absent.
  digest_hashes optional_digest(std::string_view key);

  /// Calls `read` for each object of an array whose objects have no ids. Its faults are those of this entry.
  /// A reader that `read` gets must not outlive this one.
  void each_of(std::string_view key, const std::function<void(entry_reader)>& read);

  /// Whether the key is there at all, be it null.
  bool names(std::string_view key) const { return object_->contains(key); }

  void refuse_other_keys();

  void fail(const std::string& reason);
  void fail_key(std::string_view key, std::string_view reason);

private:
  /// Of an object within an entry, which `label` says where.
  entry_reader(entry_reader& of, std::string label, const boost::json::value& value);

  static const boost::json::object& nothing();
  const boost::json::value* find(std::string_view key);
  const boost::json::value* required(std::string_view key);
  const boost::json::array* optional_array(std::string_view key);
  std::optional<std::int64_t> as_integer(std::string_view key, const boost::json::value& value,
                                         std::int64_t least);
  std::string as_text(std::string_view key, const boost::json::value& value);
  std::string as_hex(std::string_view key, const boost::json::value& value, std::size_t size);

  entry_reader* of_ = nullptr; ///< whom faults are told, instead
  std::string label_;
  directory_changes::place at_;
  std::string_view id_key_;
  const boost::json::object* object_;
  std::vector<import_fault>& faults_;
  std::int64_t id_ = 0;
  bool faulty_ = false;
  std::vector<std::string_view> asked_;
};

} // namespace rollcall
