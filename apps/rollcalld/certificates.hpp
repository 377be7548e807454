#pragma once

#include "apps/config/config.hpp"
#include "domain/base/time.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <mutex>
#include <string>
#include <vector>

namespace rollcall {

/// How long a certificate of ours is good.
struct certificate {
  std::string of; ///< "http", "feed" or "cluster"
  timestamp expires;
};

/// The certificates that the configuration names. Throws as identity_of() does.
std::vector<certificate> certificates_of(const config& config);

/// Logs each certificate that has expired, as an error, and each that is about to.
void tell_of_expiry(const std::vector<certificate>& all, timestamp now);

/// Knows our certificates, and tells of those that expire when it gets to know them and every hour.
class certificate_watch {
public:
  explicit certificate_watch(boost::asio::io_context& io) : timer_(io) {}

  /// On the thread that runs the io_context.
  void set(std::vector<certificate> all);

  /// Any thread.
  std::vector<certificate> look() const;

private:
  void tell();

  boost::asio::steady_timer timer_;
  mutable std::mutex mutex_;
  std::vector<certificate> all_;
};

} // namespace rollcall
