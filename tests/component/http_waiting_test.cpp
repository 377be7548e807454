#include "../unit/http_gunzip.hpp"
#include "http_client.hpp"
#include "http_fixture.hpp"
#include "tests/component/holds_soon.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

namespace rollcall::http::http_waiting_test {

namespace {

using namespace std::chrono_literals;

/// What is still to come of a body; the test brings it. Any thread.
class supply {
public:
  void bring(std::string piece) {
    change([&] { pieces_.push_back(std::move(piece)); });
  }
  void end() {
    change([this] { ended_ = true; });
  }
  void fail() {
    change([this] { failed_ = true; });
  }

  bool take(std::string& out) {
    const std::lock_guard lock{guard_};
    if (failed_)
      throw std::runtime_error("supply failed");
    if (pieces_.empty() && !ended_)
      ++vain_;
    if (!pieces_.empty()) {
      out += pieces_.front();
      pieces_.pop_front();
    }
    return !ended_ || !pieces_.empty();
  }

  bool wait(std::function<void()> ready) {
    const std::lock_guard lock{guard_};
    if (!pieces_.empty() || ended_ || failed_)
      return false;
    ready_ = std::move(ready);
    if (ready_)
      ++waits_;
    return true;
  }

  /// Calls whoever waits, or has waited, for nothing.
  void cry_wolf() {
    change([] {});
  }

  int vain() const { return vain_; }   ///< times that there was nothing to take
  int waits() const { return waits_; } ///< times that somebody waited

private:
  template <class F>
  void change(F f) {
    std::function<void()> ready;
    {
      const std::lock_guard lock{guard_};
      f();
      ready = ready_;
    }
    if (ready)
      ready();
  }

  std::mutex guard_;
  std::deque<std::string> pieces_;
  bool ended_ = false;
  bool failed_ = false;
  std::function<void()> ready_;
  std::atomic<int> vain_{0};
  std::atomic<int> waits_{0};
};

class supplied_body : public body_source {
public:
  explicit supplied_body(std::shared_ptr<supply> from) : from_(std::move(from)) {}
  bool next(std::string& out) override { return from_->take(out); }
  bool wait(std::function<void()> ready) override { return from_->wait(std::move(ready)); }

private:
  std::shared_ptr<supply> from_;
};

/// Answers /quick at once, everything else from `supplies`, one after the other.
struct waiting_server {
  explicit waiting_server(const limits& bounds = {})
      : running{[this](const request& asked, const reply_fn& reply) {
                  if (asked.path == "/quick")
                    return reply(text_response(200, "quick"));
                  response answer;
                  answer.content_type = "text/xml";
                  answer.body = std::make_unique<supplied_body>(supplies.at(asked_for++));
                  reply(std::move(answer));
                },
                bounds} {
    for (auto& each : supplies)
      each = std::make_shared<supply>();
  }

  supply& operator[](std::size_t i) { return *supplies.at(i); }

  std::array<std::shared_ptr<supply>, 3> supplies;
  std::atomic<std::size_t> asked_for{0};
  running_server running;
};

/// The bytes of those chunks that have come.
std::string unchunked(std::string_view body) {
  std::string out;
  for (auto end = body.find("\r\n"); end != body.npos; end = body.find("\r\n")) {
    const auto size = std::stoul(std::string{body.substr(0, end)}, nullptr, 16);
    body.remove_prefix(end + 2);
    out += body.substr(0, size);
    body.remove_prefix(std::min(body.size(), size + 2));
  }
  return out;
}

limits impatient() {
  limits bounds;
  bounds.write = 200ms;
  return bounds;
}

const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string get_1_0 = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
const std::string get_gzip = "GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n";
const std::string quick = "GET /quick HTTP/1.1\r\nHost: a\r\n\r\n";

} // namespace

TEST_CASE("a body that fails while it is waited for is a 500 before anything was sent, and the connection "
          "goes on") {
  waiting_server s;
  raw_client c{s.running.port()};
  c.send(get + quick);
  REQUIRE(testing::holds_soon([&] { return s[0].waits() > 0; }));
  s[0].fail();
  CHECK(c.read_answer().status == 500);
  CHECK(c.read_answer().body == "quick\n");
}

TEST_CASE("a body that fails while its rest is waited for is cut, on any version and coding") {
  waiting_server s;
  std::size_t i = 0;
  for (const auto& request : {get, get_1_0, get_gzip}) {
    raw_client c{s.running.port()};
    c.send(request);
    s[i].bring("beginning");
    CHECK(c.read_some().starts_with("HTTP/1.1 200"));
    s[i].fail();
    c.read_rest();
    CHECK(c.was_reset());
    CHECK(s[i].vain() == 0);
    ++i;
  }
  CHECK(s.running->counters().cut == 3);
}

TEST_CASE("a body that does not come in time is a 503 before anything was sent, and cut after that") {
  waiting_server s{impatient()};
  raw_client none{s.running.port()};
  none.send(get);
  const auto answer = none.read_answer();
  CHECK(answer.status == 503);
  CHECK(answer.has("Connection: close"));
  CHECK(s.supplies[0].use_count() == 1);
  s[0].bring("too late");
  CHECK(none.closed());

  raw_client some{s.running.port()};
  some.send(get);
  s[1].bring("beginning");
  CHECK(some.read_some().starts_with("HTTP/1.1 200"));
  some.read_rest();
  CHECK(some.was_reset());
  CHECK(testing::holds_soon([&] { return s.supplies[1].use_count() == 1; }));
  CHECK(s.running->counters().cut == 1);
  CHECK(testing::holds_soon([&] { return s.running->counters().open <= 1; }));
}

TEST_CASE("a late call for an answer that is over does not disturb the next one") {
  waiting_server s;
  raw_client c{s.running.port()};
  c.send(get + get);
  s[0].bring("one");
  REQUIRE(testing::holds_soon([&] { return s[0].waits() > 0; }));
  s[0].end();
  CHECK(c.read_answer().body == "one");
  REQUIRE(testing::holds_soon([&] { return s[1].waits() > 0; }));
  s[0].cry_wolf();
  s[1].bring("two");
  s[0].cry_wolf();
  s[1].cry_wolf();
  s[1].end();
  CHECK(c.read_answer().body == "two");
  CHECK(s[1].vain() == 0);
}

TEST_CASE("a waiting body is dropped when its client has gone, and its call goes nowhere") {
  waiting_server s{impatient()};
  {
    raw_client c{s.running.port()};
    c.send(get);
    s[0].bring("beginning");
    CHECK(c.read_some().starts_with("HTTP/1.1 200"));
  }
  CHECK(testing::holds_soon([&] { return s.supplies[0].use_count() == 1; }));
  s[0].cry_wolf();
  CHECK(testing::holds_soon([&] { return s.running->counters().open == 0; }));
}

TEST_CASE("a server that goes away while a body is waited for drops it") {
  const auto late = std::make_shared<supply>();
  {
    running_server s{[&late](const request&, const reply_fn& reply) {
      response answer;
      answer.body = std::make_unique<supplied_body>(late);
      reply(std::move(answer));
    }};
    raw_client c{s.port()};
    c.send(get);
    REQUIRE(testing::holds_soon([&] { return late->waits() > 0; }));
  }
  CHECK(late.use_count() == 1);
  late->bring("too late");
}

TEST_CASE("what has come of a body is sent while the rest is waited for") {
  waiting_server s;
  std::size_t i = 0;
  for (const auto& request : {get, get_1_0, get_gzip}) {
    raw_client c{s.running.port()};
    c.send(request);
    std::string received;
    std::string all;
    for (const auto* const piece : {"one", "two", "three"}) {
      const auto body_of = [&] {
        const auto begin = received.find("\r\n\r\n");
        return begin == std::string::npos ? std::string{} : received.substr(begin + 4);
      };
      all += piece;
      s[i].bring(piece);
      const auto arrived = [&] {
        if (request == get_gzip)
          return gunzip_beginning(unchunked(body_of())) == all;
        return body_of().find(piece) != std::string::npos;
      };
      while (!arrived()) {
        const auto more = c.read_some();
        REQUIRE_FALSE(more.empty());
        received += more;
      }
    }
    s[i].end();
    CHECK(s[i].vain() == 0);
    ++i;
  }
}

TEST_CASE("a body of one piece that is waited for goes out whole, as HTTP/1.0 and gzip have it") {
  waiting_server s;
  std::size_t i = 0;
  for (const auto& request : {get, get_1_0, get_gzip}) {
    raw_client c{s.running.port()};
    c.send(request);
    REQUIRE(testing::holds_soon([&] { return s[i].waits() > 0; }));
    s[i].bring("only");
    REQUIRE(testing::holds_soon([&] { return s[i].waits() > 1; }));
    s[i].end();
    const auto answer = c.read_answer();
    CHECK(answer.whole);
    CHECK((request == get_gzip ? gunzip(answer.body) : answer.body) == "only");
    ++i;
  }
}

TEST_CASE("HEAD waits for nothing") {
  waiting_server s;
  raw_client c{s.running.port()};
  c.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + quick);
  CHECK(c.read_answer(true).status == 200);
  CHECK(c.read_answer().body == "quick\n");
  CHECK(s[0].waits() == 0);
}

TEST_CASE("pieces that come while the server begins to wait are never missed") {
  waiting_server s;
  constexpr int pieces = 3000;
  std::string all;
  for (int i = 0; i < pieces; ++i)
    all += std::to_string(i) + ' ';
  std::size_t i = 0;
  for (const auto& request : {get, get_1_0, get_gzip}) {
    raw_client c{s.running.port()};
    c.send(request);
    std::thread producer{[&] {
      for (int n = 0; n < pieces; ++n)
        s[i].bring(std::to_string(n) + ' ');
      s[i].end();
    }};
    const auto answer = c.read_answer();
    producer.join();
    CHECK(answer.whole);
    CHECK((answer.has("Content-Encoding: gzip") ? gunzip(answer.body) : answer.body) == all);
    CHECK(s[i].vain() == 0);
    ++i;
  }
}

} // namespace rollcall::http::http_waiting_test
