#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace rollcall::testing {

/// A folder for one test's files, gone with the test.
class temporary_folder {
public:
  temporary_folder() {
    auto name = (std::filesystem::temp_directory_path() / "rollcall-test-XXXXXX").string();
    if (!mkdtemp(name.data()))
      throw std::runtime_error{"no temporary folder"};
    path_ = name;
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

private:
  std::filesystem::path path_;
};

/// what() of the E that `act` throws; "(nothing thrown)" when it throws none.
template <class E, class Act>
std::string refusal(Act act) {
  try {
    act();
  } catch (const E& error) {
    return error.what();
  }
  return "(nothing thrown)";
}

} // namespace rollcall::testing
