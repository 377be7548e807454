#include "transport/switches/common/object_splitter.hpp"

namespace rollcall::switches {

bool object_splitter::feed(std::string_view piece, const handler& each) {
  for (const char c : piece)
    if (!take(c, each))
      return false;
  return true;
}

bool object_splitter::take(char c, const handler& each) {
  auto& text = in_object() || (nesting_ == depth_ && c == '{' && !in_string_) ? object_ : skeleton_;
  if (&text == &object_ || !is_between(c))
    text += c;
  if (text.size() > bound_)
    return false;
  if (in_string_) {
    if (escaped_)
      escaped_ = false;
    else if (c == '\\')
      escaped_ = true;
    else if (c == '"')
      in_string_ = false;
    return true;
  }
  if (c == '"')
    in_string_ = true;
  else if (c == '{' || c == '[')
    ++nesting_;
  else if (c == '}' || c == ']')
    return shut(each);
  return true;
}

/// True for what separates objects: it would leave as many commas as there are dialogs.
bool object_splitter::is_between(char c) const {
  return nesting_ == depth_ && !in_string_ && (skeleton_.empty() || skeleton_.back() == '[')
         && (c == ',' || c == ' ' || c == '\n' || c == '\r' || c == '\t');
}

bool object_splitter::shut(const handler& each) {
  if (nesting_ == 0)
    return false;
  if (--nesting_ == depth_ && !object_.empty()) {
    each(object_);
    object_.clear();
  }
  return true;
}

} // namespace rollcall::switches
