#include "tests/component/authority.hpp"
#include "transport/cluster/mesh.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <caf/all.hpp>
#include <caf/io/all.hpp>
#include <spdlog/spdlog.h>

#include <benchmark/benchmark.h>
#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

// What the connections between two nodes carry: messages of 256 KB over both splices, over plain sockets and
// TLS. Both nodes are in one process, on one machine: what is measured is all work of both sides.

namespace {

using namespace rollcall;

/// Answers a request with that many bytes.
using source_actor = caf::typed_actor<caf::replies_to<std::uint32_t>::with<std::string>>;

class node {
public:
  node(const std::string& id, std::vector<std::string> peers, net::tls_context tls)
      : source_(system_.spawn([](source_actor::pointer) -> source_actor::behavior_type {
          return {[](std::uint32_t size) { return std::string(size, 'x'); }};
        })) {
    cluster::settings with;
    with.self = {"bench", 1, node_id{id}, std::hash<std::string>{}(id), {}, {}};
    with.listen = "127.0.0.1:0";
    with.peers = std::move(peers);
    with.tls = std::move(tls);
    mesh_ = std::make_unique<cluster::mesh>(
        io_, system_, std::move(with),
        cluster::published_actor{caf::actor_cast<caf::strong_actor_ptr>(source_),
                                 system_.message_types(source_)},
        cluster::events{[this](const node_hello&, std::uint64_t, bool, const caf::strong_actor_ptr& other) {
                          found.set_value(other);
                        },
                        [](const node_id&, std::uint64_t, std::uint64_t, const std::string&) {}});
    address = "127.0.0.1:" + std::to_string(mesh_->listen());
    thread_ = std::thread{[this] { io_.run(); }};
  }
  ~node() {
    mesh_->stop();
    work_.reset();
    thread_.join();
    mesh_ = nullptr;
    caf::anon_send_exit(source_, caf::exit_reason::user_shutdown);
  }
  caf::actor_system& system() { return system_; }

  std::string address;
  std::promise<caf::strong_actor_ptr> found;

private:
  struct config : caf::actor_system_config {
    config() {
      load<caf::io::middleman>();
      set("scheduler.max-threads", 2);
    }
  };
  config config_;
  caf::actor_system system_{config_};
  boost::asio::io_context io_{1};
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_{
      io_.get_executor()};
  source_actor source_;
  std::unique_ptr<cluster::mesh> mesh_;
  std::thread thread_;
};

void carry(benchmark::State& state, bool tls) {
  constexpr std::uint32_t message = 256 * 1024;
  constexpr int window = 4;
  spdlog::set_level(spdlog::level::err);
  const testing::authority ca;
  const auto identity = [&](const char* name) {
    return tls ? net::make_peer_tls_context(ca.issue(name)) : nullptr;
  };
  node a{"a", {}, identity("a")};
  node b{"b", {a.address}, identity("b")};
  const auto source = caf::actor_cast<caf::actor>(b.found.get_future().get());
  caf::scoped_actor self{b.system()};
  const auto ask = [&] { self->send(source, message); };
  for (int i = 0; i < window; ++i)
    ask();
  for (auto _ : state) {
    self->receive([](const std::string&) {});
    ask();
  }
  for (int i = 0; i < window; ++i)
    self->receive([](const std::string&) {});
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * message);
}

void plain(benchmark::State& state) { carry(state, false); }
void tls(benchmark::State& state) { carry(state, true); }

BENCHMARK(plain)->UseRealTime()->MinTime(3);
BENCHMARK(tls)->UseRealTime()->MinTime(3);

} // namespace

BENCHMARK_MAIN();
