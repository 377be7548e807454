#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace rollcall {

/// A configuration that is good in itself but cannot be served with the directory or the files it names.
class unusable_config : public std::runtime_error {
public:
  /// `key` is the dotted key that it is about: `directory.url`.
  unusable_config(std::string key_of, const std::string& reason)
      : std::runtime_error(key_of + ' ' + reason), key(std::move(key_of)) {}

  std::string key;
};

/// The machine does not give what the configuration names: a full disk, a file of another owner. It may
/// later.
class unavailable : public unusable_config {
public:
  using unusable_config::unusable_config;
};

} // namespace rollcall
