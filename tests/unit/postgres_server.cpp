#include "tests/unit/postgres_server.hpp"

#include "storage/postgres.hpp"

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace rollcall::testing {

namespace {

constexpr std::chrono::seconds longest_start{60};

/// Debian keeps the server's programs out of the PATH, a folder for each version.
std::filesystem::path programs() {
  for (const auto& version : std::filesystem::directory_iterator{"/usr/lib/postgresql"})
    if (std::filesystem::exists(version.path() / "bin/initdb"))
      return version.path() / "bin";
  throw std::runtime_error{"no PostgreSQL server is installed; scripts/setup does it"};
}

/// The server refuses root, and must not outlive us: SIGQUIT ends it at once.
std::vector<std::string> as_nobody(std::vector<std::string> command) {
  std::vector<std::string> out{"setpriv", "--pdeathsig", "QUIT"};
  if (geteuid() == 0)
    out.insert(out.end(), {"--reuid", "nobody", "--regid", "nogroup", "--clear-groups"});
  out.insert(out.end(), command.begin(), command.end());
  return out;
}

pid_t start(std::vector<std::string> command, const std::filesystem::path& log) {
  command = as_nobody(std::move(command));
  std::vector<char*> arguments;
  for (auto& word : command)
    arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  pid_t process = -1;
  const auto failure = posix_spawnp(&process, arguments[0], &files, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (failure != 0)
    throw std::runtime_error{command[0] + " cannot be started"};
  return process;
}

} // namespace

postgres_server& postgres_server::running() {
  static postgres_server one;
  return one;
}

postgres_server::postgres_server() {
  const auto data = folder_ / "data";
  const auto log = folder_ / "log";
  std::filesystem::permissions(folder_ / ".", std::filesystem::perms::all);
  const auto made = start({programs() / "initdb", "-D", data, "-U", "rollcall", "--auth=trust", "--no-sync",
                           "--encoding=UTF8", "--locale=C"},
                          log);
  int status = 0;
  if (waitpid(made, &status, 0) != made || status != 0)
    throw std::runtime_error{"initdb failed; its words are in " + log.string()};
  process_ = start({programs() / "postgres", "-D", data, "-k", folder_ / ".", "-c", "listen_addresses=", "-c",
                    "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c",
                    "shared_buffers=16MB"},
                   log);
  await();
}

postgres_server::~postgres_server() {
  kill(process_, SIGQUIT);
  waitpid(process_, nullptr, 0);
}

void postgres_server::await() const {
  for (const auto deadline = std::chrono::steady_clock::now() + longest_start;;)
    try {
      postgres::database{parse_database_url(url("postgres")), open_mode::create, "public"};
      return;
    } catch (const database_away&) {
      if (std::chrono::steady_clock::now() > deadline)
        throw;
      std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
}

std::string postgres_server::url(const std::string& database) const {
  return "postgresql://rollcall@/" + database + "?host=" + (folder_ / "").string();
}

std::string postgres_server::new_database() {
  const auto name = "test" + std::to_string(++databases_);
  postgres::database{parse_database_url(url("postgres")), open_mode::create, "public"}.execute(
      "CREATE DATABASE " + name);
  return url(name);
}

} // namespace rollcall::testing
