#include "feed_fixture.hpp"
#include "transport/switches/common/session.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/strand.hpp>
#include <doctest/doctest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>

// What a session fetches for its driver, and when.

namespace rollcall::session_fetch_test {

using namespace std::chrono_literals;
using feed::testing::fake_link;
using switches::fetch_pace;

namespace {

/// Identifies itself with the first byte; then fetches what it is to fetch.
struct reader final : switches::driver {
  explicit reader(switches::session_actions& to) : out(to) {}
  std::span<char> space() override { return piece; }
  void received(std::size_t, switches::instant) override { out.identify({switch_name{"s"}}); }
  void attached(switches::instant) override {}
  void woken(switches::instant) override {}
  void hang_up(const std::string&, switches::instant) override {}
  void request_snapshot(switches::instant) override {}
  void fetched(const std::string& error, std::string_view text, switches::instant) override {
    got += text;
    whole = error.empty() && text.empty();
    failed = !error.empty();
    if (!text.empty() && tells)
      tell_something();
  }
  void tell_something() {
    switch_news news;
    news.emplace_back(snapshot_begin{});
    out.tell(std::move(news));
  }

  switches::session_actions& out;
  std::array<char, 16> piece{};
  std::string got;
  bool tells = false; ///< something of each piece
  bool whole = false;
  bool failed = false;
};

struct everybody final : switches::admission {
  std::optional<refusal> admit(switches::claim&) override { return std::nullopt; }
};

/// A session that is up, on one thread, whose link takes two deliveries at once.
struct fixture {
  fixture() {
    switches::session_limits bounds;
    bounds.window = 2;
    link.consumes = false;
    auto shared = std::make_shared<switches::session::shared>(
        "test", bounds, link.attach(), &system_now,
        [this](switches::session_actions& out) {
          auto made = std::make_unique<reader>(out);
          driver = made.get();
          return made;
        },
        std::make_shared<switches::session_metrics>());
    namespace asio = boost::asio;
    asio::ip::tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
    sw.emplace(acceptor.local_endpoint().port());
    net::channel::socket accepted{asio::make_strand(io)};
    acceptor.accept(accepted);
    opened = switches::session::make(std::move(accepted), nullptr, shared, std::make_unique<everybody>(),
                                     [](const auto&, const auto&) {});
    opened->run();
    sw->send("x");
    while (link.size() == 0)
      io.run_one();
    run();
  }
  ~fixture() {
    opened->cut("the test is over");
    opened.reset();
    link.let_go();
    io.restart();
    io.run();
  }
  fixture(const fixture&) = delete;
  fixture& operator=(const fixture&) = delete;

  /// Everything that can happen now.
  void run() {
    io.restart();
    io.poll();
  }

  fake_link link;
  boost::asio::io_context io;
  std::optional<feed::testing::client> sw;
  std::shared_ptr<switches::session> opened;
  reader* driver = nullptr;
};

constexpr std::size_t some = 300 * 1024; // two pieces

} // namespace

TEST_CASE_FIXTURE(fixture,
                  "a text comes in pieces, each when the link has room for what the one before has said") {
  driver->tells = true;
  driver->tell_something();
  driver->out.fetch(std::string(some, 'a'), fetch_pace::of_the_link);
  run();
  CHECK(driver->got.size() == switches::piece_bytes); // and with that the link is behind
  CHECK_FALSE(driver->whole);
  link.at().connection->consumed();
  run();
  CHECK(driver->got.size() == some);
  CHECK_FALSE(driver->whole);
  link.at().connection->consumed();
  run();
  CHECK(driver->whole);
}

TEST_CASE_FIXTURE(fixture, "what is wanted at once does not wait for the link") {
  driver->tell_something();
  driver->tell_something();
  driver->out.fetch(std::string(some, 'a'), fetch_pace::of_the_link);
  run();
  CHECK(driver->got.empty());
  driver->out.fetch(std::string(some, 'b'), fetch_pace::at_once);
  run();
  CHECK(driver->got == std::string(some, 'b')); // and the one before was let go
  CHECK(driver->whole);
}

TEST_CASE_FIXTURE(fixture, "a file is read and removed, and one that is not there is an error") {
  const auto path = std::filesystem::temp_directory_path() / ("rollcall-fetch-" + std::to_string(::getpid()));
  std::ofstream{path} << "text";
  driver->out.fetch(switches::file_once{path}, fetch_pace::at_once);
  run();
  CHECK(driver->got == "text");
  CHECK(driver->whole);
  CHECK_FALSE(std::filesystem::exists(path));
  driver->out.fetch(switches::file_once{path}, fetch_pace::at_once);
  run();
  CHECK(driver->failed);
}

TEST_CASE_FIXTURE(fixture, "what is not wanted any more does not come") {
  driver->out.fetch(std::string(some, 'a'), fetch_pace::at_once);
  driver->out.stop_fetch();
  run();
  CHECK(driver->got.empty());
}

} // namespace rollcall::session_fetch_test
