#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace rollcall::switches {

/// Cuts the objects of a large JSON text out while it is read, piece by piece, so that it is never in memory
/// as a whole. One thread.
///
///     depth 0: {…} {…} {…}                       the lines of dlg.dump_file
///     depth 2: {"result":[{…},{…}],"id":0}       the answer to dlg.list
///
/// It looks at brackets and strings only: whether an object is JSON is for its reader to say.
class object_splitter {
public:
  using handler = std::function<void(std::string_view object)>;

  /// Objects are those that stand within exactly `depth` brackets. One of more than `bound` bytes, or as much
  /// around them, is broken.
  object_splitter(std::size_t depth, std::size_t bound) : depth_(depth), bound_(bound) {}

  /// Takes the next piece and calls `each` with every object that ends in it. False when the text is broken;
  /// nothing more may be fed then.
  bool feed(std::string_view piece, const handler& each);

  /// True when the text may end here: all brackets are closed, and something was there if there must be.
  bool complete() const { return nesting_ == 0 && !in_string_ && (depth_ == 0 || !skeleton_.empty()); }

  /// What stands around the objects: the text with each object left out, and the commas between them.
  const std::string& skeleton() const { return skeleton_; }

private:
  bool in_object() const { return nesting_ > depth_; }
  bool take(char c, const handler& each);
  bool is_between(char c) const;
  bool shut(const handler& each);

  std::size_t depth_;
  std::size_t bound_;
  std::size_t nesting_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
  std::string object_;
  std::string skeleton_;
};

} // namespace rollcall::switches
