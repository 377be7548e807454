#include "apps/rollcalld/certificates.hpp"

#include "actors/runtime/log.hpp"
#include "apps/config/identity.hpp"
#include "transport/net/certificate.hpp"

#include <chrono>
#include <utility>

namespace rollcall {

namespace {

/// As long as it takes to get a new one without haste.
constexpr std::chrono::hours soon{14 * 24};

} // namespace

std::vector<certificate> certificates_of(const config& config) {
  std::vector<certificate> all;
  const auto add = [&all](const char* of, const net::tls_context& identity) {
    if (identity)
      all.push_back({of, net::expiry_of(identity)});
  };
  add("http", identity_of(config.http.tls));
  add("feed", identity_of(config.feed.tls));
  if (config.cluster)
    add("cluster", identity_of(*config.cluster));
  return all;
}

void tell_of_expiry(const std::vector<certificate>& all, timestamp now) {
  for (const auto& each : all) {
    const auto when = format_rfc3339(each.expires);
    if (each.expires <= now)
      log::error("rollcalld", "THE CERTIFICATE OF {} HAS EXPIRED at {}: who verifies it refuses to connect",
                 each.of, when);
    else if (each.expires - now < soon)
      log::warn("rollcalld", "the certificate of {} expires at {}", each.of, when);
  }
}

void certificate_watch::set(std::vector<certificate> all) {
  {
    const std::lock_guard lock{mutex_};
    all_ = std::move(all);
  }
  tell();
}

std::vector<certificate> certificate_watch::look() const {
  const std::lock_guard lock{mutex_};
  return all_;
}

void certificate_watch::tell() {
  tell_of_expiry(look(), system_now());
  timer_.expires_after(std::chrono::hours{1});
  timer_.async_wait([this](boost::system::error_code ec) {
    if (!ec)
      tell();
  });
}

} // namespace rollcall
