#include "apps/rollcall/http_client.hpp"

#include "apps/rollcall/exit_code.hpp"
#include "apps/rollcall/http_status.hpp"

#include <algorithm>
#include <cctype>
#include <curl/curl.h>
#include <exception>
#include <optional>
#include <string_view>
#include <utility>

namespace rollcall::cli {

namespace {

constexpr long connect_timeout_ms = 5000;

// A request under way, as libcurl's callbacks see it.
struct exchange {
  CURL* curl;
  const http_client::sink& take;
  http_answer answer;
  std::exception_ptr error; ///< of the sink; nothing may be thrown through libcurl
};

int on_progress(void* look, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  (*static_cast<const std::function<void()>*>(look))();
  return 0;
}

// Returns less than it was given to end the request.
std::size_t on_body(char* data, std::size_t, std::size_t size, void* into) {
  auto& e = *static_cast<exchange*>(into);
  curl_easy_getinfo(e.curl, CURLINFO_RESPONSE_CODE, &e.answer.status);
  try {
    if (e.answer.status == http_ok && e.take)
      e.take({data, size});
    else
      e.answer.body.append(data, size);
    return size;
  } catch (...) {
    e.error = std::current_exception();
    return size + 1;
  }
}

// The value of the header `name` in a header line; none for any other header.
std::optional<std::string> header_value(std::string_view line, std::string_view name) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
  };
  if (line.size() <= name.size() || line[name.size()] != ':'
      || !std::equal(name.begin(), name.end(), line.begin(), same))
    return std::nullopt;
  line.remove_prefix(name.size() + 1);
  const auto first = line.find_first_not_of(" \t");
  const auto last = line.find_last_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string() : std::string(line.substr(first, last - first + 1));
}

// Called for each header line, also those of the challenge that comes before the answer.
std::size_t on_header(char* data, std::size_t, std::size_t size, void* into) {
  auto& answer = static_cast<exchange*>(into)->answer;
  const std::string_view line(data, size);
  if (line.starts_with("HTTP/"))
    answer = {};
  else if (const auto complete = header_value(line, "X-Rollcall-Complete"))
    answer.gaps.complete = *complete != "no";
  else if (auto challenge = header_value(line, "WWW-Authenticate"))
    answer.challenges.push_back(std::move(*challenge));
  else if (auto missing = header_value(line, "X-Rollcall-Missing-Nodes"))
    answer.gaps.missing_nodes = std::move(*missing);
  else if (auto unverified = header_value(line, "X-Rollcall-Unverified-Switches"))
    answer.gaps.unverified_switches = std::move(*unverified);
  else if (auto unknown = header_value(line, "X-Rollcall-Unknown-Switches"))
    answer.gaps.unknown_switches = std::move(*unknown);
  else if (auto others = header_value(line, "X-Rollcall-Other-Directory"))
    answer.gaps.other_directory = std::move(*others);
  else if (auto wait = header_value(line, "Retry-After"))
    answer.retry_after = std::move(*wait);
  else if (auto offset = header_value(line, "X-Rollcall-Clock-Offset"))
    answer.gaps.clock_offset = std::move(*offset);
  return size;
}

// The first line, unless it is a page for a browser, as proxies have them.
std::string_view reason_in(std::string_view body) {
  constexpr std::size_t longest = 200;
  const auto line = body.substr(0, body.find_first_of("\r\n"));
  return line.starts_with('<') ? std::string_view{} : line.substr(0, longest);
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

} // namespace

struct http_client::handle {
  CURL* curl = curl_easy_init();
  curl_slist* headers = nullptr;

  ~handle() {
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
  }
};

http_client::http_client(const server& to) : url_(to.url), handle_(std::make_unique<handle>()) {
  auto* curl = handle_->curl;
  if (!to.user.empty())
    login_.emplace(to.user, to.password);
  const auto timeout = std::chrono::ceil<std::chrono::milliseconds>(to.timeout).count();
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  // On a connection that is used again libcurl would send a request once more when it breaks: an order twice.
  curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, std::max(1L, static_cast<long>(timeout)));
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, connect_timeout_ms);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, ""); // all that libcurl can unpack
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "rollcall");
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &on_body);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &on_header);
  if (!to.ca_file.empty())
    curl_easy_setopt(curl, CURLOPT_CAINFO, to.ca_file.c_str());
}

http_client::~http_client() = default;

http_answer http_client::post(const std::string& body, const sink& take) {
  auto* curl = handle_->curl;
  curl_easy_setopt(curl, CURLOPT_URL, url_.c_str());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.c_str());
  return ask("POST", url_, true, take);
}

http_answer http_client::ask(std::string_view method, const std::string& url, bool authorized,
                             const sink& take) {
  set_headers(method, url, authorized);
  auto answer = perform(take);
  // Twice at most: for the first challenge, and for a nonce that has become stale meanwhile.
  for (int tries = 0; tries < 2 && answer.status == http_unauthorized && authorized && login_; ++tries) {
    if (!login_->challenged(answer.challenges))
      break;
    set_headers(method, url, authorized);
    answer = perform(take);
  }
  return answer;
}

http_answer http_client::get(const std::string& path, bool authorized) {
  auto* curl = handle_->curl;
  const auto url = origin_of(url_) + path;
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
  return ask("GET", url, authorized, {});
}

http_answer http_client::follow(const std::string& path, const sink& take,
                                const std::function<void()>& look) {
  constexpr long longest_silence = 4; // seconds; a stream shows every second that it is alive
  auto* curl = handle_->curl;
  const auto url = origin_of(url_) + path;
  accepts_ = "application/x-ndjson";
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 0L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, longest_silence);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &on_progress);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &look);
  return ask("GET", url, true, take);
}

void http_client::set_headers(std::string_view method, const std::string& url, bool authorized) {
  curl_slist_free_all(std::exchange(handle_->headers, nullptr));
  handle_->headers = curl_slist_append(nullptr, "Content-Type: text/xml");
  if (!accepts_.empty())
    handle_->headers = curl_slist_append(handle_->headers, ("Accept: " + accepts_).c_str());
  if (authorized && login_) {
    const auto path = url.substr(origin_of(url).size());
    const auto field = "Authorization: " + login_->field(method, path.empty() ? "/" : path);
    handle_->headers = curl_slist_append(handle_->headers, field.c_str());
  }
  curl_easy_setopt(handle_->curl, CURLOPT_HTTPHEADER, handle_->headers);
}

http_answer http_client::perform(const sink& take) {
  auto* curl = handle_->curl;
  exchange e{curl, take, {}, {}};
  char reason[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &e);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &e);
  const auto result = curl_easy_perform(curl);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, nullptr);
  if (e.error)
    std::rethrow_exception(e.error);
  if (result != CURLE_OK) {
    const auto code = result == CURLE_OPERATION_TIMEDOUT ? exit_code::timeout : exit_code::failure;
    const auto text = url_ + ": " + (reason[0] ? reason : curl_easy_strerror(result));
    long sent = 0;
    curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &sent);
    if (sent > 0)
      throw unanswered(code, text);
    throw command_error(code, text);
  }
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &e.answer.status);
  return std::move(e.answer);
}

std::string refusal_of(const http_answer& answer) {
  if (answer.status == http_unauthorized)
    return "the server wants a user and a password, and not these";
  auto text = "the server answered with HTTP status " + std::to_string(answer.status);
  if (const auto reason = reason_in(answer.body); !reason.empty())
    text.append(": ").append(reason);
  if (!answer.retry_after.empty()) // a number of seconds, or a date (RFC 9110, 10.2.3)
    text += (is_digits(answer.retry_after) ? " Try again in " + answer.retry_after + " s"
                                           : " Try again after " + answer.retry_after);
  return text;
}

std::string origin_of(const std::string& url) {
  const auto scheme = url.find("://");
  const auto host = scheme == std::string::npos ? 0 : scheme + 3;
  return url.substr(0, url.find_first_of("/?#", host));
}

} // namespace rollcall::cli
