#include "apps/rollcall/commands.hpp"

#include <CLI/CLI.hpp>
#include <doctest/doctest.h>

#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

// What stands on the command line wins over the environment: for every subcommand, every option and every
// variable that the tool itself has. They are taken from its CLI11 app, so that a new one is tested too.

namespace rollcall::cli::cli_environment_test {

namespace {

using words = std::vector<std::string>;

/// The command line is read, and every option has been given to what it is bound to.
struct understood {};

struct tool {
  exit_code result = exit_code::done;
  CLI::App app{"rollcall"};

  tool() {
    add_subcommands(app, result);
    app.parse_complete_callback([] { throw understood{}; }); // before any subcommand runs
  }

  /// False when the words are refused. Nothing is run.
  bool parse(const words& line) {
    try {
      app.parse(words(line.rbegin(), line.rend())); // CLI11 takes them from the back
    } catch (const understood&) {
      return true;
    } catch (const CLI::Error&) {
      return false;
    }
    return true;
  }

  std::vector<CLI::App*> leaves() {
    std::vector<CLI::App*> found;
    add_leaves(app, found);
    return found;
  }

  CLI::App* at(const words& path) {
    auto* found = &app;
    for (const auto& name : path)
      found = found->get_subcommand(name);
    return found;
  }

private:
  static void add_leaves(CLI::App& below, std::vector<CLI::App*>& found) {
    const auto subs = below.get_subcommands([](CLI::App*) { return true; });
    if (subs.empty())
      found.push_back(&below);
    for (auto* sub : subs)
      add_leaves(*sub, found);
  }
};

words path_of(CLI::App* leaf) {
  words path;
  for (; leaf->get_parent(); leaf = leaf->get_parent())
    path.insert(path.begin(), leaf->get_name());
  return path;
}

/// Of an option `--name VALUE`: its name. None for a flag and for what has no name.
std::optional<std::string> name_of(const CLI::Option& option) {
  if (option.get_lnames().empty() || option.get_expected_max() == 0 || option.get_type_size_max() == 0)
    return std::nullopt;
  return "--" + option.get_lnames().front();
}

/// The variables of a subcommand's options, all of them unset again at the end of the scope.
class environment_of_tool {
public:
  environment_of_tool() {
    tool all;
    for (auto* leaf : all.leaves())
      for (const auto* option : leaf->get_options())
        if (const auto variable = option->get_envname(); !variable.empty())
          names_.insert(variable);
  }
  ~environment_of_tool() { clear(); }

  void set(const std::string& value) {
    for (const auto& name : names_)
      setenv(name.c_str(), value.c_str(), 1);
  }
  void clear() {
    for (const auto& name : names_)
      unsetenv(name.c_str());
  }
  const std::set<std::string>& names() const { return names_; }

private:
  std::set<std::string> names_;
};

/// What the variable holds that the option is bound to: what the subcommand itself will see.
std::string bound(CLI::Option& option) {
  option.capture_default_str();
  return option.get_default_str();
}

/// Parses and returns what `name` of the subcommand is then bound to; none when the words are refused.
std::optional<std::string> parsed(const words& path, const std::string& name, words behind) {
  tool one;
  auto line = path;
  line.insert(line.end(), behind.begin(), behind.end());
  if (!one.parse(line))
    return std::nullopt;
  return bound(*one.at(path)->get_option(name));
}

/// What must stand on the command line besides the option `except`.
void add_required(CLI::App* leaf, const std::string& except, words& options, words& positionals) {
  for (const auto* option : leaf->get_options()) {
    if (!option->get_required())
      continue;
    if (option->get_positional())
      positionals.push_back("5");
    else if (const auto name = name_of(*option); name && *name != except)
      options.insert(options.end(), {*name, "5"});
  }
}

words joined(const std::vector<words>& parts) {
  words all;
  for (const auto& part : parts)
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

/// A value that the option takes.
std::string value_for(const words& path, const std::string& name, const words& options,
                      const words& positionals) {
  for (const std::string value :
       {"17", "17s", "0.17", "127.0.0.1:17", "oldest_last", "warn", "Connected", "key", "17m"})
    if (parsed(path, name, joined({options, positionals, {name, value}})))
      return value;
  FAIL("no value found that ", name, " takes: add one here");
  return {};
}

} // namespace

TEST_CASE("an option on the command line wins over every variable of the environment, wherever it stands") {
  environment_of_tool environment;
  CHECK(environment.names().contains("ROLLCALL_URL"));
  CHECK(environment.names().contains("ROLLCALL_USER"));
  std::size_t looked_at = 0;
  tool all;
  for (auto* leaf : all.leaves())
    for (const auto* option : leaf->get_options()) {
      const auto name = name_of(*option);
      if (!name)
        continue;
      const auto path = path_of(leaf);
      CAPTURE(CLI::detail::join(path, " "));
      CAPTURE(*name);
      words options;
      words positionals;
      add_required(leaf, *name, options, positionals);
      const auto value = value_for(path, *name, options, positionals);
      const auto expected = parsed(path, *name, joined({options, positionals, {*name, value}}));
      const auto absent = option->get_required() ? std::optional<std::string>{""}
                                                 : parsed(path, *name, joined({options, positionals}));
      // The variable must be seen, or this test sees nothing: give the option a default_function().
      REQUIRE(expected != absent);
      environment.set("of-the-environment");
      CHECK(parsed(path, *name, joined({options, positionals, {*name, value}})) == expected);
      CHECK(parsed(path, *name, joined({{*name, value}, options, positionals})) == expected);
      CHECK(parsed(path, *name, joined({{*name + '=' + value}, options, positionals})) == expected);
      if (!option->get_envname().empty())
        CHECK(parsed(path, *name, joined({options, positionals})) == "of-the-environment");
      environment.clear();
      ++looked_at;
    }
  CHECK(looked_at > 60);
}

TEST_CASE("an empty user is a mistake and not trusted mode, which is what no user at all means") {
  environment_of_tool environment;
  SUBCASE("with none in the environment") {}
  SUBCASE("with one in the environment") { environment.set("of-the-environment"); }
  tool one;
  CHECK_FALSE(one.parse({"disconnect", "account", "3", "--user", ""}));
}

TEST_CASE("no option of one subcommand changes one of another") {
  tool one;
  REQUIRE(one.parse({"disconnect", "account", "3", "--url", "http://b", "--timeout", "7s"}));
  for (auto* leaf : one.leaves())
    for (auto* option : leaf->get_options())
      if (const auto name = name_of(*option); name && path_of(leaf) != words{"disconnect", "account"}) {
        CAPTURE(CLI::detail::join(path_of(leaf), " "));
        CAPTURE(*name);
        tool untouched;
        CHECK(bound(*option) == bound(*untouched.at(path_of(leaf))->get_option(*name)));
      }
}

TEST_CASE("an option with '=' and no value does not take the next argument for one") {
  const auto refused = [](std::vector<const char*> line) {
    try {
      refuse_empty_values(static_cast<int>(line.size()), line.data());
      return false;
    } catch (const CLI::ParseError&) {
      return true;
    }
  };
  CHECK(refused({"rollcall", "disconnect", "call", "--user=", "sbc-1:1", "sbc-1:2"}));
  CHECK_FALSE(refused({"rollcall", "disconnect", "call", "--user=x", "sbc-1:1="}));
  CHECK_FALSE(refused({"rollcall", "disconnect", "call", "--", "--user="}));
}

} // namespace rollcall::cli::cli_environment_test
