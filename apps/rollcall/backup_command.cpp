#include "apps/config/load_config.hpp"
#include "apps/config/minimal_config.hpp"
#include "apps/rollcall/commands.hpp"
#include "apps/rollcall/options.hpp"
#include "domain/base/visible_text.hpp"
#include "storage/database_url.hpp"
#include "storage/directory_json.hpp"
#include "storage/directory_store.hpp"
#include "storage/sqlite.hpp"

#include <CLI/CLI.hpp>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <sys/stat.h>
#include <system_error>

namespace rollcall::cli {

namespace {

namespace fs = std::filesystem;

struct backup_options {
  std::string file = package_config;
  std::string folder;
  std::string state;
};

[[noreturn]] void fail(const fs::path& what, const std::error_code& why) {
  throw command_error(exit_code::failure, what.string() + ": " + why.message());
}

void say(const fs::path& what, const fs::path& where) {
  std::cout << visible_text(what.string()) << " -> " << visible_text(where.string()) << '\n';
}

/// Copies a file whose writer always replaces it as a whole.
void copy_as_it_is(const fs::path& from, const fs::path& to) {
  std::error_code failure;
  fs::copy_file(from, to, failure);
  if (!failure)
    fs::permissions(to, fs::perms::owner_read | fs::perms::owner_write, failure);
  if (failure)
    fail(from, failure);
  say(from, to);
}

void copy_database(const fs::path& from, const fs::path& to) {
  sqlite::copy(from, to);
  say(from, to);
}

void copy_directory(const std::string& url, const fs::path& folder) {
  const auto where = parse_database_url(url);
  if (where.kind == database_kind::sqlite)
    return copy_database(where.file, folder / "directory.db");
  const auto to = folder / "directory.json";
  const auto store = open_directory_store(url, open_mode::read_only);
  const auto content = store->load();
  const auto realm = store->realm();
  std::ofstream out{to, std::ios::binary};
  write_directory(out, content->entries(), realm);
  out.close();
  if (!out) {
    const std::error_code failure{errno, std::generic_category()};
    std::error_code none;
    fs::remove(to, none); // nobody restores half of one
    fail(to, failure);
  }
  say(where.shown, to);
}

/// Where the daemon keeps its state: it is told by the service manager, and we are not.
fs::path state_folder(const backup_options& options, const config& config) {
  if (!options.state.empty())
    return options.state;
  if (options.file == package_config && config.node.state.empty())
    return package_state;
  return state_folder_of(config);
}

void copy_state(const fs::path& from, const fs::path& to) {
  bool any = false;
  for (const auto* name : {"members.json", "secret.json"}) {
    // Whoever owns that folder is not asked which other file is meant.
    std::error_code none;
    if (!fs::is_regular_file(fs::symlink_status(from / name, none)))
      continue;
    copy_as_it_is(from / name, to / name);
    any = true;
  }
  if (!any)
    std::cerr << "rollcall: no state of a node is in " << visible_text(from.string())
              << "; --state says where it is\n";
}

void run(const backup_options& options) {
  const auto config = load_config(options.file);
  const fs::path folder = options.folder;
  umask(S_IRWXG | S_IRWXO); // what is in them is as good as passwords
  std::error_code failure;
  if (!fs::create_directory(folder, failure))
    fail(folder, failure ? failure : std::make_error_code(std::errc::file_exists));
  copy_as_it_is(options.file, folder / "rollcalld.toml");
  copy_state(state_folder(options, config), folder);
  if (const auto audit = audit_file_of(config); fs::exists(audit, failure))
    copy_database(audit, folder / "audit.db");
  if (const auto history = history_file_of(config, state_folder(options, config));
      fs::exists(history, failure))
    copy_database(history, folder / "history.db");
  // Last, for a server of PostgreSQL that is away is no reason to have none of the others.
  try {
    copy_directory(config.directory.url, folder);
  } catch (const std::exception& e) {
    throw command_error(exit_code::failure,
                        std::string{e.what()} + "; " + folder.string() + " has everything but the directory");
  }
}

} // namespace

void add_backup(CLI::App& tool, exit_code&) {
  auto* app = tool.add_subcommand(
      "backup",
      "Copy directory, audit log, history, state and configuration of a node, which may be running");
  const auto options = std::make_shared<backup_options>();
  app->add_option("FOLDER", options->folder, "A folder that is not there yet")->required();
  app->add_option("--config", options->file, "The configuration file")->capture_default_str();
  app->add_option("--state", options->state, "Folder of the node's state, where [node] state does not say")
      ->check(not_empty());
  app->callback([options] { run(*options); });
}

} // namespace rollcall::cli
