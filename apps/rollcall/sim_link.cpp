#include "apps/rollcall/sim_link.hpp"

#include "apps/simulator/lines.hpp"
#include "domain/base/wait_message.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

namespace rollcall::cli {

namespace {

// For a connection to come about where another address may be better: a host that is gone answers nothing.
constexpr std::chrono::milliseconds connect_deadline{1000};

// A refusal that will be the same next time.
bool is_final(std::string_view code, std::string_view message) {
  return (code == "auth_failed" && !asks_to_wait(message)) || code == "unknown_switch"
         || code == "bad_version";
}

// Another one with each process.
std::string name_of_this_run() {
  std::random_device source;
  return std::to_string(source()) + '-' + std::to_string(source());
}

} // namespace

sim_link::sim_link(boost::asio::io_context& io, sim_session_user& user, sim_link_options options)
    : io_(io),
      user_(user),
      options_(std::move(options)),
      run_(name_of_this_run()),
      retry_(io),
      backoff_(options_.seed) {}

sim_link::~sim_link() {
  if (session_)
    session_->close();
}

void sim_link::run() { do_connect(); }

void sim_link::do_connect() {
  const auto& to = options_.addresses[next_address_++ % options_.addresses.size()];
  peer_ = to.host + ':' + to.port;
  session_ = std::make_shared<sim_session>(io_, static_cast<sim_session_user&>(*this));
  session_->run(to, hello(), options_.addresses.size() > 1 ? std::optional{connect_deadline} : std::nullopt);
}

std::int64_t sim_link::next_epoch() {
  using namespace std::chrono;
  const auto now = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  const auto floor = epoch_ == 0 ? options_.epoch.value_or(now) : epoch_ + 1;
  return epoch_ = options_.epoch ? floor : std::max<std::int64_t>(floor, now);
}

std::string sim_link::hello() {
  std::string line = R"({"type":"hello","version":1,"switch":)";
  append_json_string(line, options_.name);
  line += R"(,"secret":)";
  append_json_string(line, options_.secret);
  line += R"(,"epoch":)" + std::to_string(next_epoch()) + R"(,"run":)";
  append_json_string(line, run_);
  line += R"(,"can":["ping"]})"
          "\n";
  return line;
}

void sim_link::cut(std::string_view why) {
  if (!welcome_)
    return;
  session_->close();
  lost(why);
}

void sim_link::stop() {
  stopped_ = true;
  retry_.cancel();
  if (welcome_)
    return session_->close_when_written();
  forget_session();
  user_.lost("stopped");
}

void sim_link::lost(std::string_view why) {
  forget_session();
  user_.lost(why);
  if (stopped_)
    return;
  retry_.expires_after(++failures_ % options_.addresses.size() == 0 ? backoff_.next() : backoff_.least());
  retry_.async_wait([this](boost::system::error_code ec) {
    if (!ec && !stopped_)
      do_connect();
  });
}

void sim_link::forget_session() {
  if (auto session = std::exchange(session_, nullptr)) {
    bytes_before_ += session->bytes_sent();
    session->close();
  }
  welcome_ = false;
}

void sim_link::welcomed(std::string_view node_id) {
  welcome_ = true;
  ++welcomes_;
  failures_ = 0;
  refusing_.clear();
  backoff_.reset();
  user_.welcomed(node_id);
}

std::uint64_t sim_link::bytes_sent() const noexcept {
  return bytes_before_ + (session_ ? session_->bytes_sent() : 0);
}

void sim_link::refused(std::string_view code, std::string_view message) {
  const auto place = (next_address_ - 1) % options_.addresses.size();
  if (is_final(code, message))
    refusing_.insert(place);
  else
    refusing_.erase(place);
  user_.refused(code, message);
}

void sim_link::warned(std::string_view message) { user_.warned(message); }
void sim_link::disconnect_asked(std::string_view call) { user_.disconnect_asked(call); }
void sim_link::resync_asked() { user_.resync_asked(); }
void sim_link::writable() { user_.writable(); }

} // namespace rollcall::cli
