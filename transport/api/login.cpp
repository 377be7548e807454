#include "transport/api/login.hpp"

#include "actors/log.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace rollcall::api {

namespace {

http::response challenge(const settings& by, bool stale) {
  auto response = http::text_response(401, "Log in with HTTP Digest.");
  for (auto& value : by.authenticator->challenges(stale))
    response.headers.emplace_back("WWW-Authenticate", std::move(value));
  return response;
}

} // namespace

std::variant<caller, http::response> log_in(const settings& by, const http::request& request,
                                            metrics& counters, refused_logins& refused) {
  using refusal = metrics::refusal;
  const auto* header = request.find("Authorization");
  if (!header) {
    if (by.trusted_hosts.contains(request.peer))
      return caller{nullptr, request.peer};
    counters.count(refusal::no_login);
    return challenge(by, false);
  }
  const auto& dir = *by.directory;
  const auto lookup = [&dir](std::string_view login) {
    const auto* found = dir.find_login(login);
    return found ? std::optional{found->password} : std::nullopt;
  };
  auto verdict = by.authenticator->verify(request.method, request.target, *header, lookup);
  switch (verdict.outcome) {
  case http::verdict::kind::accepted:
    // Never null, for lookup() found it; but null would mean trusted.
    if (const auto* who = dir.find_login(verdict.login))
      return caller{who, request.peer};
    [[fallthrough]];
  case http::verdict::kind::challenge:
    counters.count(verdict.stale ? refusal::stale : refusal::bad_login);
    if (verdict.stale)
      return challenge(by, true);
    if (const auto line = refused.line(verdict.login, request.peer, std::chrono::steady_clock::now()))
      log::warn("api", "{}", *line);
    return challenge(by, false);
  case http::verdict::kind::bad_request:
    break;
  }
  counters.count(refusal::malformed);
  return http::text_response(400, std::move(verdict.reason));
}

} // namespace rollcall::api
