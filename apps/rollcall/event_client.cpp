#include "apps/rollcall/event_client.hpp"

#include "apps/rollcall/exit_code.hpp"
#include "apps/rollcall/http_status.hpp"

#include <chrono>
#include <thread>
#include <utility>

namespace rollcall::cli {

namespace {

constexpr std::chrono::milliseconds first_pause{250};
constexpr std::chrono::milliseconds longest_pause{5000};

/// RFC 3986, 2.3.
bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.'
         || c == '_' || c == '~';
}

std::string encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text)
    if (is_unreserved(c))
      out += c;
    else
      out.append(
          {'%', digits[static_cast<unsigned char>(c) >> 4], digits[static_cast<unsigned char>(c) & 0xF]});
  return out;
}

std::string query_value(const boost::json::value& value) {
  if (const auto* text = value.if_string())
    return std::string{*text};
  return boost::json::serialize(value);
}

} // namespace

std::string events_path(const boost::json::object& filters, std::string_view since) {
  std::string query;
  const auto add = [&](std::string_view name, const std::string& value) {
    query.append(query.empty() ? "?" : "&").append(encoded(name)).append("=").append(encoded(value));
  };
  for (const auto& [name, value] : filters)
    if (const auto* all = value.if_array())
      for (const auto& each : *all)
        add(name, query_value(each));
    else
      add(name, query_value(value));
  if (!since.empty())
    add("since", std::string{since});
  return "/events" + query;
}

void line_reader::add(std::string_view bytes, const take_line& take) {
  for (auto end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
    rest_ += bytes.substr(0, end);
    const auto line = std::exchange(rest_, {});
    bytes.remove_prefix(end + 1);
    take(line);
  }
  rest_ += bytes;
  if (rest_.size() > longest_line)
    throw command_error(exit_code::failure, "the server sent a line of more than a mebibyte");
}

event_client::event_client(const server& to, boost::json::object filters, events tell)
    : to_(to), filters_(std::move(filters)), tell_(std::move(tell)) {}

void event_client::follow() {
  auto pause = first_pause;
  while (true) {
    std::string why = "the stream ended";
    try {
      http_client http(to_);
      line_reader lines;
      messages_ = 0;
      heard_ = std::chrono::steady_clock::now();
      const auto take = [&](std::string_view bytes) {
        lines.add(bytes, [this](std::string_view line) { read(line); });
      };
      const auto answer = http.follow(events_path(filters_, token_), take, [this] { look(); });
      // A token of a secret that was changed long ago, or of another cluster, is one for a stream from the
      // beginning.
      if (answer.status == http_bad_request && !token_.empty()) {
        token_.clear();
        tell_.lost("the server does not know any more where it was: everything begins anew");
        continue;
      }
      if (answer.status != http_ok && answer.status != http_too_many && answer.status < least_server_error)
        throw command_error(answer.status == http_unauthorized || answer.status == http_forbidden
                                ? exit_code::denied
                            : answer.status == http_not_found ? exit_code::not_found
                                                              : exit_code::failure,
                            refusal_of(answer));
      if (answer.status != http_ok)
        why = refusal_of(answer);
    } catch (const unanswered& e) {
      why = e.what();
    } catch (const command_error& e) {
      if (e.code() != exit_code::timeout && e.code() != exit_code::failure)
        throw;
      if (!worked_)
        throw;
      why = e.what();
    }
    pause = messages_ > 0 ? first_pause : std::min(2 * pause, longest_pause);
    tell_.lost(why);
    std::this_thread::sleep_for(pause);
  }
}

void event_client::read(std::string_view line) {
  heard_ = std::chrono::steady_clock::now();
  silent_ = false;
  if (tell_.heard)
    tell_.heard();
  if (line.empty())
    return; // a sign of life
  boost::system::error_code bad;
  const auto value = boost::json::parse({line.data(), line.size()}, bad);
  const auto* message = bad ? nullptr : value.if_object();
  if (!message)
    throw command_error(exit_code::failure, "the server sent what is no message of a stream");
  check(*message);
  tell_.message(*message, line);
}

void event_client::look() {
  if (tell_.silent && !silent_ && std::chrono::steady_clock::now() - heard_ >= late) {
    silent_ = true;
    tell_.silent();
  }
}

/// What lies between may have been lost on the way.
void event_client::check(const boost::json::object& message) {
  const auto* n = message.if_contains("n");
  if (!n || !n->is_number() || n->to_number<std::uint64_t>() != ++messages_)
    throw unanswered(exit_code::failure, "messages were lost on the way");
  worked_ = true;
  const auto* type = message.if_contains("type");
  const auto* resumed = message.if_contains("resumed");
  if ((type && *type == "reset") || (resumed && *resumed == false))
    token_.clear(); // it stands for a mirror that is given up
  const auto* token = message.if_contains("token");
  if (token && token->is_string() && !token->get_string().empty())
    token_ = std::string{token->get_string()};
}

} // namespace rollcall::cli
