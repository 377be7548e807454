#include "mesh_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>
#include <utility>

namespace rollcall::cluster::mesh_fixture {

running_node::config::config() {
  set("scheduler.max-threads", 2);
  load<caf::io::middleman>();
}

running_node::running_node(node_options options)
    : system_(config_), work_(io_.get_executor()), incarnation_(std::random_device{}() + 1ULL) {
  echo_ = system_.spawn([id = options.id](echo_actor::pointer) -> echo_actor::behavior_type {
    return {[id](const std::string& text) { return id + ": " + text; }};
  });
  settings with;
  with.self = {options.cluster, options.protocol, node_id{options.id}, incarnation_, {}, {}};
  with.listen = "127.0.0.1:0";
  with.peers = std::move(options.peers);
  with.tls = std::move(options.tls);
  with.secret = std::move(options.secret);
  with.bounds = options.bounds;
  const auto note = [this](news what) {
    const std::lock_guard lock{mutex_};
    told_.push_back(std::move(what));
    changed_.notify_all();
  };
  mesh_ = std::make_unique<mesh>(
      io_, system_, std::move(with),
      published_actor{caf::actor_cast<caf::strong_actor_ptr>(echo_), system_.message_types(echo_)},
      events{[note](const node_hello& theirs, std::uint64_t connection, bool dialled,
                    const caf::strong_actor_ptr& published) {
               note({true, theirs.node, theirs.incarnation, connection, dialled, published, {}});
             },
             [note](const node_id& node, std::uint64_t incarnation, std::uint64_t connection,
                    const std::string& why) {
               note({false, node, incarnation, connection, false, nullptr, why});
             }});
  port_ = mesh_->listen();
  for (int i = 0; i < 2; ++i)
    threads_.emplace_back([this] { io_.run(); });
}

running_node::~running_node() {
  mesh_->stop();
  work_.reset(); // what is left ends by itself: a stop that leaves something running hangs here
  for (auto& thread : threads_)
    thread.join();
  CHECK(up(told()).empty());
  mesh_ = nullptr;
  told_.clear();
  caf::anon_send_exit(echo_, caf::exit_reason::user_shutdown);
  echo_ = nullptr;
}

std::vector<running_node::news> running_node::told() const {
  const std::lock_guard lock{mutex_};
  return told_;
}

bool running_node::wait(const std::function<bool(const std::vector<news>&)>& holds) const {
  std::unique_lock lock{mutex_};
  return changed_.wait_for(lock, patience, [&] { return holds(told_); });
}

std::vector<running_node::news> running_node::up(const std::vector<news>& told, const std::string& node) {
  std::vector<news> left;
  for (const auto& each : told)
    if (each.connected)
      left.push_back(each);
    else
      REQUIRE(std::erase_if(left, [&](const auto& one) { return one.connection == each.connection; }) == 1);
  if (!node.empty())
    std::erase_if(left, [&](const auto& one) { return one.node.value() != node; });
  return left;
}

std::optional<running_node::news> running_node::connected_to(const std::string& node) const {
  std::vector<news> found;
  wait([&](const auto& told) {
    found = up(told, node);
    return found.size() == 1;
  });
  return found.size() == 1 ? std::optional{found.front()} : std::nullopt;
}

bool running_node::fails(const std::string& how) {
  std::string last;
  for (int i = 0; i < 500; ++i) {
    const auto status = mesh_->status();
    last = status.empty() ? std::string{} : status.front().last_error;
    if (!status.empty() && last.find(how) != std::string::npos)
      return true;
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  MESSAGE(last);
  return false;
}

std::string running_node::ask(const caf::strong_actor_ptr& echo, const std::string& text) {
  caf::scoped_actor self{system_};
  std::string answer;
  self->request(caf::actor_cast<caf::actor>(echo), std::chrono::seconds{30}, text)
      .receive([&](std::string& said) { answer = std::move(said); },
               [&](const caf::error& e) { answer = "error: " + system_.render(e); });
  return answer;
}

} // namespace rollcall::cluster::mesh_fixture
