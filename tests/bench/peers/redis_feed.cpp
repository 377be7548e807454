/// The peer of the feed: the same model of calls kept in Redis, from the same lines.
///
/// peer_redis_feed takes the lines that `rollcall sim` would send, reads them with our own parser, and has
/// Redis keep
///
///     call:<id>         a hash: the fields of the call
///     calls:<account>   a set: the ids of the account's calls
///     stats:<account>   a hash: total, connected
///
/// by pipelined HSET, SADD, SREM, HINCRBY and DEL. It never reads back: what a change means for the counts it
/// knows from a table of its own, which spares Redis one round trip for each event. Replies are counted by a
/// second thread.
///
/// With --hold it ends when all calls are connected; without, calls come and go, and what happens in
/// --seconds counts. Prints as JSON what Redis has acknowledged, in which time, and the processor time of
/// this program.

#include "tests/bench/peers/simulated_calls.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <initializer_list>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace {

using namespace rollcall;
using clock_type = std::chrono::steady_clock;
using boost::asio::ip::tcp;

/// A connection to Redis with many commands under way. One thread writes, one of its own counts the replies.
class pipeline {
public:
  static constexpr std::uint64_t window = 10'000; ///< commands without a reply

  explicit pipeline(std::uint16_t port) : socket_(io_) {
    socket_.connect({boost::asio::ip::address_v4::loopback(), port});
    socket_.set_option(tcp::no_delay(true));
    reader_ = std::thread{[this] { count_replies(); }};
  }

  ~pipeline() {
    socket_.shutdown(tcp::socket::shutdown_both);
    reader_.join();
  }

  pipeline(const pipeline&) = delete;
  pipeline& operator=(const pipeline&) = delete;

  /// Adds a command to what the next flush() sends.
  void command(std::span<const std::string_view> words) {
    append_size('*', words.size());
    for (const auto word : words) {
      append_size('$', word.size());
      unsent_ += word;
      unsent_ += "\r\n";
    }
    ++commands_;
  }

  void command(std::initializer_list<std::string_view> words) {
    command(std::span{words.begin(), words.size()});
  }

  void flush() {
    boost::asio::write(socket_, boost::asio::buffer(unsent_));
    unsent_.clear();
    wait_for_all_but(window);
  }

  void wait_for_all_but(std::uint64_t open) {
    for (auto seen = replies_.load(); commands_ > seen + open; seen = replies_.load())
      replies_.wait(seen);
  }

  std::uint64_t commands() const { return commands_; }

private:
  void append_size(char kind, std::size_t size) {
    char digits[20];
    unsent_ += kind;
    unsent_.append(digits, std::to_chars(digits, digits + sizeof digits, size).ptr);
    unsent_ += "\r\n";
  }

  // Every reply is a number on a line of its own, and none of these can be below zero: a `-` is an error.
  void count_replies() {
    std::vector<char> buffer(256 * 1024);
    boost::system::error_code ec;
    while (const auto size = socket_.read_some(boost::asio::buffer(buffer), ec)) {
      const std::string_view text{buffer.data(), size};
      if (const auto error = text.find('-'); error != text.npos) {
        std::fprintf(stderr, "Redis says: %.200s\n", std::string{text.substr(error)}.c_str());
        std::_Exit(1);
      }
      replies_ += static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
      replies_.notify_one();
    }
  }

  boost::asio::io_context io_;
  tcp::socket socket_;
  std::string unsent_;
  std::uint64_t commands_ = 0;
  std::atomic<std::uint64_t> replies_{0};
  std::thread reader_;
};

/// Turns what a switch says into commands.
class model_in_redis {
public:
  explicit model_in_redis(pipeline& redis) : redis_(redis) {}

  void take(const call_event& event) {
    auto& call = calls_[event.id];
    const auto before = call;
    call.state = event.state;
    if (event.account)
      call.account = std::to_string(event.account->value());
    key_ = "call:" + event.id;
    if (event.state == call_state::dead)
      redis_.command({"DEL", key_});
    else
      set_fields(event);
    if (!call.account.empty())
      keep_account(before, call, event.id);
    if (event.state == call_state::dead)
      calls_.erase(event.id);
  }

private:
  struct known {
    call_state state = call_state::idle;
    std::string account; ///< short enough to need no memory of its own
    bool counts() const { return !account.empty() && is_active(state); }
    bool connected() const { return !account.empty() && state == call_state::connected; }
  };

  void set_fields(const call_event& event) {
    words_ = {"HSET", key_, "state", to_string(event.state)};
    const auto add = [&](std::string_view name, const auto& value) {
      if (value)
        words_.insert(words_.end(), {name, *value});
    };
    const auto number = [](const auto& id) {
      return id ? std::optional{std::to_string(id->value())} : std::nullopt;
    };
    const auto time = [](const auto& moment) {
      return moment ? std::optional{std::to_string(moment->time_since_epoch().count())} : std::nullopt;
    };
    const auto account = number(event.account);
    const auto connection = number(event.connection);
    const auto setup = time(event.setup);
    const auto connect = time(event.connect);
    add("setup_time", setup);
    add("connect_time", connect);
    constexpr std::array<std::string_view, call_text_count> names{
        "id", "call_id", "cli", "cld", "caller_media_ip", "callee_media_ip", "direction", "account"};
    event.texts.each([&](call_text which, std::string_view value) {
      words_.insert(words_.end(), {names[static_cast<std::size_t>(which)], value});
    });
    add("i_account", account);
    add("i_connection", connection);
    redis_.command(words_);
  }

  void keep_account(const known& before, const known& call, std::string_view id) {
    key_ = "calls:" + call.account;
    if (call.state == call_state::dead)
      redis_.command({"SREM", key_, id});
    else if (before.account.empty())
      redis_.command({"SADD", key_, id});
    key_ = "stats:" + call.account;
    count("total", before.counts(), call.counts());
    count("connected", before.connected(), call.connected());
  }

  void count(std::string_view what, bool before, bool now) {
    if (before != now)
      redis_.command({"HINCRBY", key_, what, now ? "1" : "-1"});
  }

  pipeline& redis_;
  std::unordered_map<std::string, known> calls_;
  std::string key_;                     ///< of the command that is being written
  std::vector<std::string_view> words_; ///< the same
};

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

struct options {
  std::uint16_t port = 6379;
  std::uint32_t calls = 1000;
  bool hold = false;
  double seconds = 5;
};

/// What has been sent when.
struct mark {
  clock_type::time_point at = clock_type::now();
  double cpu = cpu_seconds();
  std::uint64_t events = 0;
  std::uint64_t commands = 0;
};

void run(const options& chosen) {
  constexpr std::size_t chunk = 64 * 1024;
  constexpr std::uint64_t events_of_a_call = 6;
  sim_switch source{bench::plan_of(chosen.calls, chosen.hold)};
  pipeline redis{chosen.port};
  model_in_redis model{redis};
  switches::line_parser parser;
  switch_news news;
  std::string lines;

  const auto marked = [&] { return mark{.events = source.totals().events, .commands = redis.commands()}; };
  const std::uint64_t warm_up =
      chosen.hold ? 0 : events_of_a_call * chosen.calls; // the first may be new calls
  bool warm = chosen.hold;
  auto begin = marked();
  for (bool more = true; more;) {
    lines.clear();
    more = !source.advance(std::chrono::microseconds::max(), system_now(), &lines, chunk);
    news.clear();
    bench::for_each_line(lines, [&](std::string_view line) { parser.parse(line, system_now(), news); });
    for (const auto& item : news)
      model.take(std::get<call_event>(item));
    redis.flush();
    if (!warm && source.totals().events >= warm_up) {
      warm = true;
      redis.wait_for_all_but(0);
      begin = marked();
    }
    if (!chosen.hold && warm && clock_type::now() - begin.at > std::chrono::duration<double>(chosen.seconds))
      break;
  }
  redis.wait_for_all_but(0);

  const auto end = marked();
  std::printf("{\"calls\": %u, \"events\": %lu, \"commands\": %lu, \"seconds\": %.3f, \"cpu\": %.3f}\n",
              chosen.calls, end.events - begin.events, end.commands - begin.commands,
              std::chrono::duration<double>(end.at - begin.at).count(), end.cpu - begin.cpu);
}

} // namespace

int main(int argc, char** argv) {
  options chosen;
  CLI::App app{"Keeps the calls of a simulated switch in Redis"};
  app.add_option("--port", chosen.port, "Of Redis, on this host")->capture_default_str();
  app.add_option("--calls", chosen.calls, "Live calls")->capture_default_str();
  app.add_flag("--hold", chosen.hold, "Calls stay; ends when all are connected");
  app.add_option("--seconds", chosen.seconds, "How long to measure calls that come and go")
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  run(chosen);
}
