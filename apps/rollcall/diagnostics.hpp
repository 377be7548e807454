#pragma once

#include <iostream>

namespace rollcall::cli {

/// How much a long-running command tells on stderr.
enum class verbosity { error, warn, info };

/// Says on stderr what is at or below the wished verbosity, one line each. Any thread that writes alone.
class diagnostics {
public:
  diagnostics(const char* who, verbosity upto) : who_(who), upto_(upto) {}

  template <class... Parts>
  void say(verbosity what, const Parts&... parts) const {
    if (what > upto_)
      return;
    auto& out = std::cerr << who_ << ": ";
    (out << ... << parts) << '\n';
  }

private:
  const char* who_;
  verbosity upto_;
};

} // namespace rollcall::cli
