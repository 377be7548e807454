#include "apps/rollcall/options.hpp"

#include "apps/rollcall/arguments.hpp"
#include "apps/rollcall/exit_code.hpp"
#include "apps/rollcall/files.hpp"

#include <CLI/CLI.hpp>

#include <charconv>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <system_error>
#include <termios.h>
#include <unistd.h>

namespace rollcall::cli {

namespace {

std::string shown(std::chrono::microseconds value) {
  const auto micros = value.count();
  if (micros % 1'000'000 == 0)
    return std::to_string(micros / 1'000'000) + "s";
  return micros % 1000 == 0 ? std::to_string(micros / 1000) + "ms" : std::to_string(micros) + "us";
}

// A function for CLI11 that reads a duration into `value`.
template <class Value>
auto reader(const std::string& name, Value& value, std::chrono::microseconds least) {
  return [name, &value, least](const std::string& text) {
    std::chrono::microseconds given{};
    try {
      given = parse_duration(text);
    } catch (const std::invalid_argument& e) {
      throw CLI::ValidationError(name, e.what());
    }
    if (given < least)
      throw CLI::ValidationError(name, "'" + text + "' is less than " + shown(least));
    value = given;
  };
}

// Nothing can be asked for within no time at all.
constexpr std::chrono::milliseconds shortest_timeout{1};

constexpr auto password_variable = "ROLLCALL_PASSWORD";

} // namespace

void add_duration(CLI::App& app, const std::string& name, std::chrono::microseconds& value,
                  const std::string& help, std::chrono::microseconds least) {
  app.add_option_function<std::string>(name, reader(name, value, least), help)
      ->type_name("DURATION")
      ->default_function([&value] { return shown(value); })
      ->capture_default_str();
}

void add_duration(CLI::App& app, const std::string& name, std::optional<std::chrono::microseconds>& value,
                  const std::string& help, std::chrono::microseconds least) {
  app.add_option_function<std::string>(name, reader(name, value, least), help)
      ->type_name("DURATION")
      ->default_function([&value] { return value ? shown(*value) : std::string(); });
}

server server_options::resolved() const {
  auto result = to;
  if (to.user.empty()) {
    // CLI11 takes an empty variable for none, and none means the rights of the root customer on a trusted
    // host.
    if (const auto* user = std::getenv("ROLLCALL_USER"); user && !*user)
      throw command_error(exit_code::usage, "ROLLCALL_USER is empty: unset it for trusted mode");
    return result;
  }
  const auto* variable = std::getenv(password_variable);
  if (!password_file.empty())
    result.password = read_secret(password_file);
  else if (variable)
    result.password = variable;
  else if (isatty(STDIN_FILENO))
    result.password = secret_answer_to("Password of " + to.user);
  else
    throw command_error(exit_code::usage,
                        std::string("--user needs --password-file or ") + password_variable);
  return result;
}

void add_server_options(CLI::App& app, server_options& options) {
  app.add_option("--url", options.to.url, "Address of the API")
      ->envname("ROLLCALL_URL")
      ->capture_default_str();
  app.add_option("--user", options.to.user, "web_login of a customer; without: trusted mode")
      ->envname("ROLLCALL_USER")
      ->check(not_empty());
  app.add_option("--password-file", options.password_file,
                 std::string("File whose first line is the password [") + password_variable
                     + ", or a question]");
  add_duration(app, "--timeout", options.to.timeout, "For a whole request", shortest_timeout);
  app.add_option("--ca-file", options.to.ca_file, "PEM file of the authorities to trust");
}

void choose_customer(const server_options& asked, std::optional<std::int64_t>& customer) {
  if (!asked.to.user.empty() || customer)
    return;
  std::cerr << "rollcall: trusted mode without --customer: asking as customer 1\n";
  customer = 1;
}

void add_format_options(CLI::App& app, format& as) {
  auto* json = app.add_flag_callback(
      "--json", [&as] { as = format::json; }, "JSON on stdout");
  app.add_flag_callback(
         "--csv", [&as] { as = format::csv; }, "CSV on stdout")
      ->excludes(json);
}

CLI::Validator not_empty() {
  return {[](const std::string& text) { return text.empty() ? std::string{"is empty"} : std::string{}; }, ""};
}

CLI::Validator whole_number(std::int64_t least) {
  return {[least](const std::string& text) {
            std::int64_t number = 0;
            const auto* end = text.data() + text.size();
            const auto [read_to, failed] = std::from_chars(text.data(), end, number);
            // CLI11 would take 010 for eight, 0x5 for five, and what is too large for the largest.
            const auto is_plain = failed == std::errc{} && read_to == end && (text[0] != '0' || text == "0");
            if (is_plain && number >= least)
              return std::string{};
            return text + " is not a whole number of at least " + std::to_string(least);
          },
          "NUMBER"};
}

CLI::Option* add_number(CLI::App& app, const std::string& name, std::optional<std::int64_t>& number,
                        std::int64_t least, const std::string& help) {
  return app.add_option(name, number, help)
      ->default_function([&number] { return number ? std::to_string(*number) : std::string(); })
      ->check(whole_number(least));
}

CLI::Option* add_id(CLI::App& app, const std::string& name, std::optional<std::int64_t>& id,
                    const std::string& help) {
  return add_number(app, name, id, 1, help);
}

bool can_ask() { return isatty(STDIN_FILENO) && isatty(STDERR_FILENO); }

std::string answer_to(const std::string& question, const std::string& otherwise) {
  std::cerr << question << (otherwise.empty() ? "" : " [" + otherwise + ']') << ": " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer;
}

std::string secret_answer_to(const std::string& question) {
  std::cerr << question << ": " << std::flush;
  termios shown{};
  tcgetattr(STDIN_FILENO, &shown);
  auto hidden = shown;
  hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  std::string secret;
  std::getline(std::cin, secret);
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
  std::cerr << '\n';
  return secret;
}

bool confirmed(const std::string& question) {
  std::cerr << question << " [y/N] " << std::flush;
  std::string answer;
  if (!std::getline(std::cin, answer) || std::cin.eof())
    return false;
  return is_yes(answer);
}

} // namespace rollcall::cli
