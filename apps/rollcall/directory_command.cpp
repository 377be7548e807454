#include "apps/rollcall/commands.hpp"
#include "apps/rollcall/directory_rows.hpp"
#include "apps/rollcall/directory_tree.hpp"
#include "apps/rollcall/files.hpp"
#include "apps/rollcall/options.hpp"
#include "apps/rollcall/output.hpp"
#include "domain/base/visible_text.hpp"
#include "domain/directory/directory.hpp"
#include "storage/directory_json.hpp"
#include "storage/directory_store.hpp"

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

struct directory_options {
  std::string database;
  std::string file;
  std::string realm = "rollcall";
  std::optional<std::int64_t> customer;
  format as = format::table;
};

/// A file or a url: a path with :// in it would be an odd one.
std::unique_ptr<directory_store> open(const directory_options& options, open_mode mode) {
  if (options.database.find("://") != std::string::npos)
    try {
      return open_directory_store(options.database, mode);
    } catch (const std::invalid_argument& e) {
      throw command_error(exit_code::usage, std::string{"--database "} + e.what());
    }
  const auto path = std::filesystem::absolute(options.database).lexically_normal();
  return open_directory_store("sqlite://" + path.string(), mode);
}

// Of a file that is bad by itself, also what it would be in this directory. It leaves none behind that was
// not there.
[[noreturn]] void refuse(const directory_options& options, const directory_changes& changes) {
  std::unique_ptr<directory_store> store;
  try {
    store = open(options, open_mode::existing);
  } catch (const std::runtime_error&) {
    merge_checked({}, changes, options.realm);
  }
  if (store)
    store->import(changes, options.realm);
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
    const auto report = open(options, open_mode::create)->import(changes, options.realm);
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
  const auto store = open(options, open_mode::read_only);
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
  const auto whole = open(options, open_mode::read_only)->load();
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

using action = void (*)(const directory_options&);

// A subcommand with options of its own.
std::pair<CLI::App*, directory_options*> add(CLI::App& parent, const char* name, const char* help,
                                             action run) {
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
  const auto [show, shown] =
      add(*app, "show", "Draw the tree of customers and their accounts", &show_directory);
  add_id(*show, "--customer", shown->customer, "Only below this customer");
  add_format_options(*show, shown->as);
}

} // namespace rollcall::cli
