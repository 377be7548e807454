#include "transport/cluster/greeter.hpp"

#include "transport/net/host_port.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <utility>

namespace rollcall::cluster {

namespace asio = boost::asio;

greeter::greeter(net::channel::socket connected, net::tls_context tls, const limits& bounds,
                 std::shared_ptr<metrics> counters, registrar_ptr mesh)
    : handshake_(std::make_shared<handshake>(std::move(connected), std::move(tls), bounds, counters)),
      counters_(std::move(counters)),
      mesh_(std::move(mesh)) {
  ++counters_->strangers;
}

greeter::~greeter() { --counters_->strangers; }

void greeter::run() {
  asio::dispatch(handshake_->executor(), [self = shared_from_this()] {
    self->handshake_->begin(handshake::side::server,
                            [self](const std::string& error) { self->on_begun(error); });
  });
}

void greeter::stop() {
  asio::post(handshake_->executor(), [self = shared_from_this()] {
    if (!self->admitted_)
      self->handshake_->cut();
  });
}

void greeter::on_begun(const std::string& error) {
  if (!error.empty()) {
    mesh_->failed(handshake_->peer(), error);
    return handshake_->leave();
  }
  handshake_->read_line([self = shared_from_this()](const std::string& failed, const std::string& line) {
    self->on_heard(failed, line);
  });
}

void greeter::on_heard(const std::string& error, const std::string& line) {
  if (!error.empty()) {
    mesh_->failed(handshake_->peer(), error);
    return handshake_->cut();
  }
  auto read = read_hello(line, mesh_->mine().of.protocol);
  if (const auto* wrong = std::get_if<refused>(&read))
    return turn_away(*wrong);
  theirs_ = std::get<greeting>(std::move(read));
  if (theirs_.of.address.starts_with(':'))
    theirs_.of.address = to_string(net::host_port{handshake_->peer(), theirs_.of.address.substr(1)});
  if (!handshake_->over()->is_tls())
    keys_ = mesh_->keys();
  if (keys_.empty())
    return do_admit(nullptr);
  do_challenge();
}

void greeter::do_challenge() {
  if (theirs_.nonce.empty())
    return turn_away(
        {refusal::wrong_secret, "'" + theirs_.of.node.value() + "' has no [cluster] secret", {}});
  nonce_ = make_nonce();
  handshake_->say(challenge_line({nonce_}),
                  [self = shared_from_this()](const std::string& failed) { self->on_challenged(failed); });
}

void greeter::on_challenged(const std::string& error) {
  if (!error.empty()) {
    mesh_->failed(handshake_->peer(), error);
    return handshake_->cut();
  }
  handshake_->read_line([self = shared_from_this()](const std::string& failed, const std::string& line) {
    self->on_proof(failed, line);
  });
}

void greeter::on_proof(const std::string& error, const std::string& line) {
  if (!error.empty()) {
    mesh_->failed(handshake_->peer(), error);
    return handshake_->cut();
  }
  const auto read = read_proof(line);
  if (const auto* wrong = std::get_if<refused>(&read))
    return turn_away(*wrong);
  const auto& node = theirs_.of.node.value();
  const auto now = std::chrono::steady_clock::now();
  // Who guesses is told nothing of this proof, also when it is right.
  if (mesh_->guessers().wait(handshake_->peer(), node, now)) {
    ++counters_->braked;
    return turn_away({refusal::wrong_secret,
                      "'" + node + "' has to wait: too many wrong secrets came from its address",
                      {}});
  }
  for (const auto& each : std::get<std::vector<std::string>>(read))
    if (const auto* key = proven(keys_, each, role::dialler, theirs_.nonce, nonce_, theirs_))
      return do_admit(key);
  mesh_->guessers().wrong(handshake_->peer(), node, now);
  counters_->guessing = mesh_->guessers().addresses();
  turn_away({refusal::wrong_secret, "'" + node + "' has another [cluster] secret", {}});
}

void greeter::do_admit(const admission_key* proven_by) {
  auto admitted =
      mesh_->admit(theirs_, false, theirs_.of.address, handshake_->identified(proven_by != nullptr));
  if (const auto* unwanted = std::get_if<refused>(&admitted))
    return refuse(*unwanted);
  admitted_ = true;
  place_.reset();
  auto mine = mesh_->mine();
  if (proven_by)
    mine.proof = prove(*proven_by, role::acceptor, theirs_.nonce, nonce_, mine);
  handshake_->say(welcome_line(mine), [self = shared_from_this(),
                                       claimed = std::get<claim>(admitted)](const std::string& failed) {
    if (failed.empty())
      return self->mesh_->carry(claimed, self->handshake_->over());
    self->mesh_->give_up(claimed, failed);
    self->handshake_->cut();
  });
}

void greeter::turn_away(const refused& what) {
  mesh_->turn_away(what, handshake_->peer(), !handshake_->over()->is_tls());
  refuse(what);
}

void greeter::refuse(const refused& what) {
  auto told = what;
  told.node = mesh_->mine().of.node;
  handshake_->say_goodbye(refused_line(told));
}

} // namespace rollcall::cluster
