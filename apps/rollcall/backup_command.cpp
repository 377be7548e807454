#include "apps/config/load_config.hpp"
#include "apps/rollcall/commands.hpp"
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
  std::string file = "/etc/rollcall/rollcalld.toml";
  std::string folder;
};

[[noreturn]] void fail(const fs::path& what, const std::error_code& why) {
  throw command_error(exit_code::failure, what.string() + ": " + why.message());
}

void say(const fs::path& what, const fs::path& where) {
  std::cout << visible_text(what.string()) << " -> " << visible_text(where.string()) << '\n';
}

/// A file that whoever writes it replaces as a whole.
void copy_as_it_is(const fs::path& from, const fs::path& to) {
  std::error_code failure;
  fs::copy_file(from, to, failure);
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
  std::ofstream out{to, std::ios::binary};
  write_directory(out, store->load()->entries(), store->realm());
  out.close();
  if (!out)
    fail(to, {errno, std::generic_category()});
  say(where.shown, to);
}

void run(const backup_options& options) {
  const auto config = load_config(options.file);
  const fs::path folder = options.folder;
  umask(S_IRWXG | S_IRWXO); // what is in them is as good as passwords
  std::error_code failure;
  if (!fs::create_directory(folder, failure))
    fail(folder, failure ? failure : std::make_error_code(std::errc::file_exists));
  copy_as_it_is(options.file, folder / "rollcalld.toml");
  copy_directory(config.directory.url, folder);
  if (const auto audit = audit_file_of(config); fs::exists(audit, failure))
    copy_database(audit, folder / "audit.db");
  for (const auto* name : {"members.json", "secret.json"})
    if (const auto file = state_folder_of(config) / name; fs::exists(file, failure))
      copy_as_it_is(file, folder / name);
}

} // namespace

void add_backup(CLI::App& tool, exit_code&) {
  auto* app = tool.add_subcommand(
      "backup", "Copy directory, audit log, state and configuration of a node, which may be running");
  const auto options = std::make_shared<backup_options>();
  app->add_option("FOLDER", options->folder, "A folder that is not there yet")->required();
  app->add_option("--config", options->file, "The configuration file")->capture_default_str();
  app->callback([options] { run(*options); });
}

} // namespace rollcall::cli
