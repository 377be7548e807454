#include "apps/rollcall/first_start.hpp"

#include "apps/config/config_error.hpp"
#include "apps/config/load_config.hpp"
#include "apps/rollcall/as_owner.hpp"
#include "apps/rollcall/exit_code.hpp"
#include "apps/rollcall/files.hpp"
#include "storage/database_url.hpp"
#include "storage/directory_json.hpp"
#include "storage/directory_store.hpp"

#include <boost/json.hpp>
#include <openssl/rand.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <grp.h>
#include <optional>
#include <spawn.h>
#include <string_view>
#include <sys/stat.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

// POSIX declares it in no header.
extern char** environ; // NOLINT(readability-redundant-declaration)

namespace rollcall::cli {

namespace {

[[noreturn]] void fail(const std::string& why) { throw command_error(exit_code::failure, why); }

/// 32 characters that nobody confuses with each other. Each holds 5 random bits.
constexpr std::string_view secret_characters = "abcdefghijkmnpqrstuvwxyz23456789";
constexpr std::size_t secret_size = 26; // characters: 130 bits

std::string made_secret() {
  std::array<unsigned char, secret_size> chance{};
  if (RAND_bytes(chance.data(), static_cast<int>(chance.size())) != 1)
    fail("no random numbers are to be had");
  std::string secret;
  for (const auto byte : chance)
    secret += secret_characters[byte % secret_characters.size()];
  return secret;
}

directory_changes first_entries(const first_start_plan& plan, const std::string& password) {
  const boost::json::object file = {
      {"environments", {{{"i_environment", 1}, {"name", plan.environment}}}},
      {"customers",
       {{{"i_customer", 1},
         {"i_environment", 1},
         {"name", plan.login},
         {"web_login", plan.login},
         {"api_password", password},
         {"api_access", true}}}},
  };
  try {
    return parse_directory(boost::json::serialize(file));
  } catch (const directory_error& e) {
    fail(e.what());
  }
}

/// Makes the directory and its first customer, as the user whose the folder is.
void fill_directory(const first_config& config, const std::string& realm, const directory_changes& entries) {
  const auto where = parse_database_url(config.directory);
  std::optional<as_owner> owner;
  if (where.kind == database_kind::sqlite)
    owner.emplace(where.file);
  const auto store = open_directory_store(config.directory, open_mode::create);
  if (store->load()->has_customers())
    fail(where.shown + " has customers already: nothing was changed");
  store->import(entries, realm);
}

/// A configuration beside the one that is there, until it takes its place. Its group may read it, which is
/// that of the file before, or of a first one the service's; nobody else.
class fresh_config {
public:
  /// Throws command_error.
  fresh_config(std::string file, const std::string& text) : file_(std::move(file)) {
    const auto mask = umask(S_IRWXG | S_IRWXO); // there is a secret in it
    try {
      replace_file(beside_, text);
      give_to_the_service();
    } catch (...) {
      umask(mask);
      remove();
      throw;
    }
    umask(mask);
  }
  fresh_config(const fresh_config&) = delete;
  fresh_config& operator=(const fresh_config&) = delete;
  ~fresh_config() { remove(); }

  void take_its_place() const { std::filesystem::rename(beside_, file_); }

private:
  void give_to_the_service() const {
    if (geteuid() != 0)
      return;
    struct stat before {};
    const bool was_there = ::stat(file_.c_str(), &before) == 0;
    const auto* group = getgrnam("rollcall");
    const auto of = was_there ? before.st_gid : group ? group->gr_gid : 0;
    if (chown(beside_.c_str(), was_there ? before.st_uid : 0, of) != 0
        || chmod(beside_.c_str(), S_IRUSR | S_IWUSR | S_IRGRP) != 0)
      fail(file_ + ": " + std::generic_category().message(errno));
  }

  void remove() const noexcept {
    std::error_code none; // it has taken its place, then
    std::filesystem::remove(beside_, none);
  }

  std::string file_;
  std::string beside_ = file_ + ".init";
};

} // namespace

void refuse_changed_config(const std::string& file) {
  std::error_code none;
  if (std::filesystem::exists(file, none) && read_file(file) != minimal_config())
    fail(file
         + " was changed since the package wrote it, and is left as it is. `rollcall directory import` makes "
           "customers without it");
}

made_secrets begin(first_start_plan& plan) {
  refuse_changed_config(plan.file);
  made_secrets made;
  if (plan.password.empty())
    made.password = plan.password = made_secret();
  auto& config = plan.config;
  if (!config.switch_name.empty() && config.evapi.empty())
    config.secret = made_secret();
  const auto text = minimal_config(config);
  std::string realm;
  try {
    realm = parse_config(text, plan.file).value.http.realm;
  } catch (const config_error& e) {
    throw command_error(exit_code::usage, e.what());
  }
  const auto entries = first_entries(plan, plan.password);
  const fresh_config fresh{plan.file, text};
  fill_directory(config, realm, entries);
  fresh.take_its_place();
  return made;
}

bool is_run_by_systemd() {
  std::error_code none;
  return geteuid() == 0 && std::filesystem::is_directory("/run/systemd/system", none);
}

void restart_service() {
  const std::array<const char*, 4> words = {"systemctl", "restart", "rollcalld.service", nullptr};
  pid_t child = 0;
  int status = 0;
  const auto failure =
      posix_spawnp(&child, words[0], nullptr, nullptr, const_cast<char* const*>(words.data()), environ);
  if (failure != 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
    fail("`systemctl restart rollcalld` failed; `systemctl status rollcalld` says why");
}

} // namespace rollcall::cli
