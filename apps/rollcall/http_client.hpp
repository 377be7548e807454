#pragma once

#include "apps/rollcall/caveats.hpp"
#include "apps/rollcall/digest_login.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall::cli {

/// Which server, and as whom.
struct server {
  std::string url = "http://127.0.0.1:8080/xmlapi/xmlapi";
  std::string user; ///< empty: no authentication, trusted mode
  std::string password;
  std::string ca_file;                                          ///< PEM; empty: those of the system
  std::chrono::microseconds timeout = std::chrono::seconds{10}; ///< for a whole request
};

/// An answer of the server, whatever its status.
struct http_answer {
  long status = 0;
  std::string body; ///< what did not go to a sink
  caveats gaps;
  std::vector<std::string> challenges; ///< `WWW-Authenticate`, of a 401
  std::string retry_after;             ///< `Retry-After`, of a 429 or 503
};

/// What an answer that is no 200 says: its status, its reason when it gives one, and when to come back.
std::string refusal_of(const http_answer& answer);

/// HTTP by libcurl: one connection that is kept, HTTP Digest when there is a user, certificates always
/// checked. Throws command_error when no answer came: `timeout`, or `failure` with the reason. One
/// thread.
class http_client {
public:
  explicit http_client(const server& to);
  ~http_client();

  /// Takes a part of an answer's body.
  using sink = std::function<void(std::string_view)>;

  /// POSTs XML to the server's URL. The body of an answer with status 200 goes to `take` as it comes in; what
  /// that throws ends the request and comes out here.
  http_answer post(const std::string& body, const sink& take);

  /// GETs a path of the server's host: without authentication, or as the user.
  http_answer get(const std::string& path, bool authorized = false);

  /// GETs a path of the server's host as the user, and reads an answer that has no end: it may take any time,
  /// but what comes in must not stop for more than a few seconds, else `unanswered` is thrown. `look` is
  /// called about once a second meanwhile, and throws nothing.
  http_answer follow(const std::string& path, const sink& take, const std::function<void()>& look);

  http_client(const http_client&) = delete;
  http_client& operator=(const http_client&) = delete;

private:
  struct handle;
  void set_headers(std::string_view method, const std::string& url, bool authorized);
  http_answer perform(const sink& take);
  http_answer ask(std::string_view method, const std::string& url, bool authorized, const sink& take);

  std::string url_;
  std::optional<digest_login> login_; ///< none: no user
  std::unique_ptr<handle> handle_;
  std::string accepts_; ///< empty: whatever comes
};

/// `scheme://host:port` of a URL.
std::string origin_of(const std::string& url);

} // namespace rollcall::cli
