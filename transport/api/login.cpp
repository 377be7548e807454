#include "transport/api/login.hpp"

#include "actors/runtime/log.hpp"
#include "transport/http/authorization.hpp"
#include "transport/net/address_key.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::api {

namespace {

using clock = std::chrono::steady_clock;

http::response challenge(const settings& by, bool stale) {
  auto response = http::text_response(401, "Log in with HTTP Digest.");
  for (auto& value : by.authenticator->challenges(stale))
    response.headers.emplace_back("WWW-Authenticate", std::move(value));
  return response;
}

http::response told_to_wait(std::chrono::seconds wait, login_brake& brake) {
  ++brake.braked;
  auto response = http::text_response(429, "Too many wrong passwords came from this address.");
  response.headers.emplace_back("Retry-After", std::to_string(wait.count()));
  return response;
}

void count_wrong(std::string_view login, const http::request& request, login_brake& brake) {
  if (!brake.guessers.wrong(request.client, login, clock::now()))
    return;
  const auto text = [&] {
    return "address " + request.client + " has to wait, after " + std::to_string(net::guess_brake::most_wrong)
           + " wrong passwords within a minute";
  };
  if (const auto line = brake.lines.line(net::address_key{request.client}.text(), clock::now(), text))
    log::warn("api", "{}", *line);
}

bool is_trusted(const settings& by, const http::request& request, service& shared) {
  if (!by.trusted_hosts.contains(request.peer))
    return false;
  const auto why = http::distrust(request, by.hosts, by.machine);
  if (why.empty())
    return true;
  shared.counters.count(metrics::refusal::distrusted);
  const auto text = [&] {
    return "a request from trusted host " + request.peer + " is not trusted: " + std::string{why};
  };
  if (const auto line = shared.distrusted.line(net::address_key{request.peer}.text(), clock::now(), text))
    log::info("api", "{}", *line);
  return false;
}

} // namespace

http::response nobody_is_served(service& shared) {
  shared.counters.count(metrics::refusal::no_directory);
  auto response =
      http::text_response(503, "There is no directory of customers to serve yet; /readyz says why.");
  response.headers.emplace_back("Retry-After", "5");
  return response;
}

std::variant<caller, http::response> log_in(const settings& by, const http::request& request, service& shared,
                                            login_brake& brake) {
  using refusal = metrics::refusal;
  auto& counters = shared.counters;
  const auto* header = request.find("Authorization");
  if (!by.directory->has_customers()) {
    if (!header && is_trusted(by, request, shared))
      return caller{std::nullopt, request.client}; // may see how the node is, and nothing of calls
    return nobody_is_served(shared);
  }
  if (header && *header == http::challenge_request) {
    counters.count(refusal::no_login); // it has shown no credentials that could be refused
    return challenge(by, false);
  }
  if (!header) {
    if (is_trusted(by, request, shared))
      return caller{std::nullopt, request.client};
    if (const auto wait = brake.guessers.wait(request.client, clock::now()))
      return told_to_wait(*wait, brake);
    counters.count(refusal::no_login);
    return challenge(by, false);
  }
  const auto& dir = *by.directory;
  // Some headers can be read in several ways. Each reading guesses at a login, and the brake counts them all.
  // When one of these logins has to wait, the request waits.
  std::optional<std::chrono::seconds> wait;
  std::vector<std::string> guessed; // the logins whose passwords were compared, and not only a nonce
  const auto lookup = [&](std::string_view login) -> std::optional<digest_hashes> {
    if (!wait)
      wait = brake.guessers.wait(request.client, login, clock::now());
    if (wait)
      return std::nullopt;
    guessed.emplace_back(login);
    const auto found = dir.find_login(login);
    return found ? std::optional{*found->password} : std::nullopt;
  };
  auto verdict = by.authenticator->verify(request.method, request.target, *header, lookup);
  const auto count_guesses = [&] {
    for (const auto& login : guessed) {
      count_wrong(login, request, brake);
      if (const auto line = shared.refused.line(login, request.client, clock::now()))
        log::warn("api", "{}", *line);
    }
  };
  if (wait) {
    count_guesses(); // what came before it: the answer tells nothing of them
    return told_to_wait(*wait, brake);
  }
  switch (verdict.outcome) {
  case http::login_result::kind::accepted:
    // Always one, for lookup() found it; but none would mean trusted.
    if (auto who = dir.find_login(verdict.login))
      return caller{who, request.client};
    [[fallthrough]];
  case http::login_result::kind::challenge:
    counters.count(verdict.stale ? refusal::stale : refusal::bad_login);
    if (verdict.stale)
      return challenge(by, true);
    if (!guessed.empty())
      count_guesses();
    else if (const auto line = shared.refused.line(verdict.login, request.client, clock::now()))
      log::warn("api", "{}", *line);
    return challenge(by, false);
  case http::login_result::kind::bad_request:
    break;
  }
  counters.count(refusal::malformed);
  return http::text_response(400, std::move(verdict.reason));
}

} // namespace rollcall::api
