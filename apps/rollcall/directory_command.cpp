#include "apps/rollcall/commands.hpp"
#include "apps/rollcall/directory_rows.hpp"
#include "apps/rollcall/directory_tree.hpp"
#include "apps/rollcall/files.hpp"
#include "apps/rollcall/options.hpp"
#include "apps/rollcall/output.hpp"
#include "domain/directory.hpp"
#include "storage/directory_json.hpp"
#include "storage/directory_store.hpp"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

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

void import_directory(const directory_options& options) {
  try {
    // Read first: a file that cannot be read must not leave an empty database behind.
    const auto changes = parse_directory(read_file(options.file));
    const auto report = open(options, open_mode::create)->import(changes, options.realm);
    std::cout << report.created << " created, " << report.updated << " updated, " << report.unchanged
              << " unchanged\n";
  } catch (const directory_error& e) {
    throw command_error(exit_code::failure, options.file + ": " + e.what());
  }
}

void export_directory(const directory_options& options) {
  const auto store = open(options, open_mode::read_only);
  write_directory(std::cout, store->load()->entries(), store->realm());
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

CLI::App* add(CLI::App& parent, const char* name, const char* help, action run,
              const std::shared_ptr<directory_options>& options) {
  auto* app = parent.add_subcommand(name, help);
  app->add_option("--database", options->database,
                  "The directory: an SQLite file, or a url as in rollcalld.toml")
      ->required();
  app->callback([options, run] { run(*options); });
  return app;
}

} // namespace

void add_directory(CLI::App& tool, exit_code&) {
  auto* app = tool.add_subcommand("directory", "Customers, accounts and connections: who is who");
  app->require_subcommand(1);
  const auto options = std::make_shared<directory_options>();
  auto* import =
      add(*app, "import", "Create and update entries from a JSON file", &import_directory, options);
  import->add_option("FILE", options->file, "The JSON file")->required();
  import->add_option("--realm", options->realm, "Digest realm of the passwords")->capture_default_str();
  add(*app, "export", "Write everything as JSON that can be imported again", &export_directory, options);
  auto* show = add(*app, "show", "Draw the tree of customers and their accounts", &show_directory, options);
  show->add_option("--customer", options->customer, "Only below this customer")->check(whole_number(1));
  add_format_options(*show, options->as);
}

} // namespace rollcall::cli
