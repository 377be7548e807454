#include "apps/config/config_error.hpp"
#include "apps/config/load_config.hpp"
#include "apps/rollcall/as_owner.hpp"
#include "apps/rollcall/commands.hpp"
#include "apps/rollcall/directory_rows.hpp"
#include "apps/rollcall/directory_tree.hpp"
#include "apps/rollcall/files.hpp"
#include "apps/rollcall/options.hpp"
#include "apps/rollcall/output.hpp"
#include "domain/base/visible_text.hpp"
#include "domain/directory/directory.hpp"
#include "storage/database_url.hpp"
#include "storage/directory_json.hpp"
#include "storage/directory_store.hpp"
#include "storage/sqlite.hpp"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <utility>

namespace rollcall::cli {

namespace {

constexpr auto no_copy_of_postgresql = "a directory in PostgreSQL is copied by its own tools, or by `export`";

struct directory_options {
  std::string database;
  std::string config; ///< which names it, instead
  std::string copy;   ///< appended to the name of the file
  std::string file;
  std::string realm = "rollcall";
  std::optional<std::int64_t> customer;
  format as = format::table;
};

/// A file or a url: a path with :// in it would be an odd one.
std::string url_of(const directory_options& options) {
  if (options.database.find("://") == std::string::npos)
    return "sqlite://" + std::filesystem::absolute(options.database).lexically_normal().string();
  try {
    parse_database_url(options.database);
  } catch (const std::invalid_argument& e) {
    throw command_error(exit_code::usage, std::string{"--database "} + e.what());
  }
  return options.database;
}

/// A directory that is open, as the user whose it is.
class opened {
public:
  opened(const directory_options& options, open_mode mode) {
    const auto url = url_of(options);
    if (const auto where = parse_database_url(url); where.kind == database_kind::sqlite)
      owner_.emplace(where.file);
    store_ = open_directory_store(url, mode);
  }
  directory_store* operator->() const { return store_.get(); }

private:
  std::optional<as_owner> owner_; ///< outlives the store, which writes when it is closed
  std::unique_ptr<directory_store> store_;
};

// Of a file that is bad by itself, also what it would be in this directory. It leaves none behind that was
// not there.
[[noreturn]] void refuse(const directory_options& options, const directory_changes& changes) {
  std::optional<opened> store;
  try {
    store.emplace(options, open_mode::existing);
  } catch (const std::runtime_error&) {
    merge_checked({}, changes, options.realm);
  }
  if (store)
    (*store)->import(changes, options.realm);
  throw std::logic_error("a bad directory file was taken");
}

void import_directory(const directory_options& options) {
  const auto from_stdin = options.file == "-";
  const std::string name = from_stdin ? "standard input" : options.file;
  try {
    // Read first: a file that cannot be read must not leave an empty database behind.
    const auto changes = read_directory_file(from_stdin ? read_stdin() : read_file(options.file));
    if (!changes.faults.empty())
      refuse(options, changes);
    const auto report = opened(options, open_mode::create)->import(changes, options.realm);
    std::cout << report.created << " created, " << report.updated << " updated, " << report.unchanged
              << " unchanged\n";
  } catch (const import_error& e) {
    for (const auto& [line, text] : e.all())
      std::cerr << visible_text(name) << ':' << (line == 0 ? "" : std::to_string(line) + ':') << ' '
                << visible_text(text) << '\n';
    throw command_error(exit_code::failure, "nothing was imported");
  } catch (const directory_error& e) {
    throw command_error(exit_code::failure, name + ": " + e.what());
  }
}

void export_directory(const directory_options& options) {
  const opened store(options, open_mode::read_only);
  const auto whole = store->load();
  if (!isatty(STDOUT_FILENO)) {
    write_directory(std::cout, whole->entries(), store->realm());
    return;
  }
  std::ostringstream text;
  write_directory(text, whole->entries(), store->realm());
  std::cout << visible_json(text.str());
}

void show_directory(const directory_options& options) {
  const auto whole = opened(options, open_mode::read_only)->load();
  std::optional<customer_id> top;
  if (options.customer)
    top.emplace(*options.customer);
  if (top && !whole->find(*top))
    throw command_error(exit_code::not_found, "no customer " + std::to_string(*options.customer));
  if (options.as != format::table)
    write_rows(std::cout, options.as, directory_columns, directory_rows(*whole, top));
  else if (top)
    write_tree(std::cout, *whole, *top);
  else
    write_tree(std::cout, *whole);
}

std::string url_in(const std::string& config) {
  try {
    return directory_url_in(config);
  } catch (const config_error& e) {
    throw command_error(exit_code::usage, e.what());
  }
}

/// Of the directory that a configuration names; a package may touch only one that is this node's alone.
std::optional<std::string> own_directory_of(const std::string& config) {
  const auto where = parse_database_url(url_in(config));
  if (where.kind == database_kind::sqlite)
    return where.file.string();
  std::cerr << "rollcall: " << where.shown
            << " may be that of other nodes, too, and is left as it is; migrate it by hand, when all "
            << "nodes are new\n";
  return std::nullopt;
}

/// True of a file that is yet to be made.
bool holds_nothing(const std::filesystem::path& file) {
  std::error_code failure;
  const auto size = std::filesystem::file_size(file, failure);
  return failure == std::errc::no_such_file_or_directory || (!failure && size == 0);
}

void migrate(const directory_options& given) {
  auto options = given;
  if (options.database.empty() && options.config.empty())
    throw command_error(exit_code::usage, "--database or --config is required");
  if (!options.config.empty()) {
    const auto own = own_directory_of(options.config);
    if (!own || holds_nothing(*own))
      return;
    options.database = *own;
  }
  const auto url = url_of(options);
  const auto where = parse_database_url(url);
  std::optional<as_owner> owner;
  if (where.kind == database_kind::sqlite)
    owner.emplace(where.file);
  if (!options.copy.empty()) {
    if (where.kind != database_kind::sqlite)
      throw command_error(exit_code::usage, no_copy_of_postgresql);
    sqlite::copy(where.file, where.file.string() + options.copy);
  }
  const auto report = migrate_directory(url);
  if (report.from == report.to)
    std::cout << where.shown << " is of version " << report.to << " already\n";
  else
    std::cout << where.shown << " was of version " << report.from << " and is of version " << report.to
              << '\n';
}

void copy(const directory_options& options) {
  const auto where = parse_database_url(url_of(options));
  if (where.kind != database_kind::sqlite)
    throw command_error(exit_code::usage, no_copy_of_postgresql);
  const as_owner owner{where.file};
  sqlite::copy(where.file, options.file);
}

using directory_action = void (*)(const directory_options&);

// A subcommand with options of its own.
std::pair<CLI::App*, directory_options*> add(CLI::App& parent, const char* name, const char* help,
                                             directory_action run) {
  auto* app = parent.add_subcommand(name, help);
  const auto options = std::make_shared<directory_options>();
  app->add_option("--database", options->database,
                  "The directory: an SQLite file, or a url as in rollcalld.toml")
      ->required();
  app->callback([options, run] { run(*options); });
  return {app, options.get()};
}

} // namespace

void add_directory(CLI::App& tool, exit_code&) {
  auto* app = tool.add_subcommand("directory", "Customers, accounts and connections: who is who");
  app->require_subcommand(1);
  const auto [import, what] =
      add(*app, "import", "Create and update entries from a JSON file", &import_directory);
  import->add_option("FILE", what->file, "The JSON file; -: standard input")->required();
  import->add_option("--realm", what->realm, "Digest realm of the passwords")->capture_default_str();
  add(*app, "export", "Write everything as JSON that can be imported again", &export_directory);
  const auto [migrating, migrated] =
      add(*app, "migrate", "Bring the tables up to date after an upgrade; what is in them stays", &migrate);
  auto* database = migrating->get_option("--database")->required(false);
  migrating->add_option("--config", migrated->config, "Of the SQLite file that this configuration names")
      ->excludes(database);
  migrating->add_option("--copy", migrated->copy, "Copy the file first, to its name with this behind it")
      ->check(not_empty());
  const auto [copying, copied] =
      add(*app, "copy", "Copy an SQLite file that may be in use; root does it as its owner", &copy);
  copying->add_option("FILE", copied->file, "The copy, a file that is not there yet")->required();
  const auto [show, shown] =
      add(*app, "show", "Draw the tree of customers and their accounts", &show_directory);
  add_id(*show, "--customer", shown->customer, "Only below this customer");
  add_format_options(*show, shown->as);
}

} // namespace rollcall::cli
