#pragma once

#include <stdexcept>

namespace rollcall {

/// The database cannot be reached or does not answer. Later it may: nothing is said of what it holds.
class database_away : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// The database is there, and nothing was ever imported into it.
class no_directory_yet : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// The database is something else's, or of a rollcall that this one cannot go by: no waiting mends that.
class wrong_database : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

} // namespace rollcall
