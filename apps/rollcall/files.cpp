#include "apps/rollcall/files.hpp"

#include "apps/rollcall/exit_code.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <utility>

namespace rollcall::cli {

namespace {

[[noreturn]] void fail_with_errno(const std::string& path) {
  throw command_error(exit_code::failure, path + ": " + std::strerror(errno ? errno : EIO));
}

} // namespace

void replace_file(const std::string& path, std::string_view text) {
  const auto beside = path + ".new";
  errno = 0;
  {
    std::ofstream file(beside, std::ios::binary | std::ios::trunc);
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
    file.close();
    if (!file)
      fail_with_errno(beside);
  }
  if (std::rename(beside.c_str(), path.c_str()) != 0)
    fail_with_errno(path);
}

std::string read_file(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file)
    fail_with_errno(path);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file.bad())
    fail_with_errno(path);
  return text;
}

std::string read_stdin() {
  errno = 0;
  std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  if (std::cin.bad())
    fail_with_errno("standard input");
  return text;
}

std::string read_secret(const std::string& path) {
  auto text = read_file(path);
  text.resize(std::min(text.find_first_of("\r\n"), text.size()));
  if (text.empty())
    throw command_error(exit_code::failure, path + ": the first line is empty");
  return text;
}

} // namespace rollcall::cli
