#include "transport/cluster/attempt.hpp"

#include "transport/net/dead_peer.hpp"
#include "transport/net/host_port.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace rollcall::cluster {

namespace asio = boost::asio;

attempt::attempt(const strand& on, std::string address, net::tls_context tls, const limits& bounds,
                 std::shared_ptr<metrics> counters, registrar_ptr mesh, done_fn done)
    : strand_(on),
      address_(std::move(address)),
      tls_(std::move(tls)),
      bounds_(bounds),
      counters_(std::move(counters)),
      mesh_(std::move(mesh)),
      done_(std::move(done)),
      resolver_(on),
      timer_(on) {}

void attempt::run() {
  ++counters_->dialled;
  const auto at = net::parse_host_port(address_).value();
  error_code ec;
  if (const auto numeric = asio::ip::make_address(at.host, ec); !ec) {
    // Not through the resolver: it has one thread, which a slow name server may hold.
    const tcp::endpoint to{numeric, static_cast<std::uint16_t>(std::stoul(at.port))};
    found_ = tcp::resolver::results_type::create(to, at.host, at.port);
    next_ = found_.begin();
    return do_next();
  }
  set_deadline(bounds_.look_up);
  resolver_.async_resolve(at.host, at.port, tcp::resolver::numeric_service,
                          [self = shared_from_this()](const error_code& failed, const auto& found) {
                            self->on_resolve(failed, found);
                          });
}

void attempt::stop() {
  done_ = nullptr;
  timer_.cancel();
  resolver_.cancel();
  if (socket_) {
    error_code ignored;
    socket_->close(ignored);
  }
  if (handshake_)
    handshake_->cut();
}

void attempt::set_deadline(std::chrono::milliseconds in) {
  late_ = false;
  timer_.expires_after(in);
  timer_.async_wait([weak = weak_from_this()](const error_code& ec) {
    if (const auto self = weak.lock(); !ec && self)
      self->on_deadline();
  });
}

void attempt::on_deadline() {
  late_ = true;
  ++counters_->timeouts;
  resolver_.cancel();
  if (socket_) {
    error_code ignored;
    socket_->close(ignored);
  }
}

void attempt::on_resolve(const error_code& ec, const tcp::resolver::results_type& found) {
  timer_.cancel();
  if (!done_)
    return;
  if (ec)
    return finish({false, false, {}, late_ ? "look-up: no answer in time" : "look-up: " + ec.message()});
  found_ = found;
  next_ = found_.begin();
  do_next();
}

void attempt::do_next() {
  if (const auto in_vain = std::exchange(handshake_, nullptr))
    in_vain->cut();
  if (!done_)
    return;
  if (next_ == found_.end()) {
    outcome_.ours = others_ == 0;
    return finish(outcome_);
  }
  do_connect((next_++)->endpoint());
}

void attempt::do_connect(const tcp::endpoint& to) {
  socket_ = std::make_shared<net::channel::socket>(strand_);
  set_deadline(bounds_.connect);
  socket_->async_connect(to, [self = shared_from_this()](const error_code& ec) { self->on_connect(ec); });
}

void attempt::on_connect(const error_code& ec) {
  timer_.cancel();
  const auto connected = std::exchange(socket_, nullptr);
  if (!done_)
    return;
  if (ec || late_)
    return fail(late_ ? "connect: no answer in time" : "connect: " + ec.message());
  net::notice_dead_peer(connected->native_handle(), bounds_.dead_peer);
  handshake_ = std::make_shared<handshake>(std::move(*connected), tls_, bounds_, counters_);
  handshake_->begin(handshake::side::client,
                    [self = shared_from_this()](const std::string& error) { self->on_begun(error); });
}

void attempt::on_begun(const std::string& error) {
  if (!done_ || !error.empty())
    return fail(error);
  mine_ = mesh_->mine();
  keys_ = tls_ ? admission_keys{} : mesh_->keys();
  their_nonce_.clear();
  if (!keys_.empty())
    mine_.nonce = make_nonce();
  handshake_->say(hello_line(mine_),
                  [self = shared_from_this()](const std::string& failed) { self->on_said(failed); });
}

void attempt::on_said(const std::string& error) {
  if (!done_ || !error.empty())
    return fail(error);
  handshake_->read_line([self = shared_from_this()](const std::string& failed, const std::string& line) {
    self->on_answer(failed, line);
  });
}

void attempt::on_answer(const std::string& error, const std::string& line) {
  if (!done_ || !error.empty())
    return fail(error);
  auto read = read_answer(line, mine_.of.protocol);
  if (auto* theirs = std::get_if<greeting>(&read))
    return on_welcome(std::move(*theirs));
  if (const auto* wants = std::get_if<challenge>(&read))
    return on_challenge(*wants);
  const auto& what = std::get<refused>(read);
  mesh_->turned_away(what, address_);
  on_refused(what);
}

void attempt::on_challenge(const challenge& theirs) {
  if (keys_.empty() || !their_nonce_.empty()) {
    const refused what{refusal::wrong_secret,
                       keys_.empty() ? "it asks for the [cluster] secret, and this node has none"
                                     : "it asks twice for the [cluster] secret",
                       {}};
    mesh_->turn_away(what, address_, false);
    return on_refused(what);
  }
  their_nonce_ = theirs.nonce;
  std::vector<std::string> proofs;
  for (const auto& key : keys_)
    if (proofs.size() < proofs_at_once)
      proofs.push_back(prove(key, role::dialler, mine_.nonce, their_nonce_, mine_));
  handshake_->say(proof_line(proofs),
                  [self = shared_from_this()](const std::string& failed) { self->on_said(failed); });
}

/// True also where no proof is asked for.
bool attempt::is_proven(const greeting& theirs) const {
  return keys_.empty()
         || (!their_nonce_.empty()
             && proven(keys_, theirs.proof, role::acceptor, mine_.nonce, their_nonce_, theirs));
}

void attempt::on_welcome(greeting theirs) {
  if (!is_proven(theirs)) {
    const refused what{refusal::wrong_secret,
                       "'" + theirs.of.node.value() + "' does not show that it knows the [cluster] secret",
                       theirs.of.node};
    mesh_->turn_away(what, address_, false);
    return on_refused(what);
  }
  if (theirs.of.address.starts_with(':'))
    theirs.of.address =
        to_string(net::host_port{net::parse_host_port(address_).value().host, theirs.of.address.substr(1)});
  auto admitted = mesh_->admit(theirs, true, address_, handshake_->identified(!keys_.empty()));
  if (const auto* claimed = std::get_if<claim>(&admitted)) {
    mesh_->carry(*claimed, handshake_->over());
    return finish({true, false, theirs.of.node, {}});
  }
  auto what = std::get<refused>(admitted);
  what.node = theirs.of.node;
  on_refused(what);
}

void attempt::on_refused(const refused& what) {
  if (what.node.known())
    outcome_.node = what.node;
  if (what.why == refusal::self)
    return do_next();
  fail(std::string{code_of(what.why)} + ": " + what.message);
}

void attempt::fail(const std::string& why) {
  ++others_;
  if (!why.empty())
    outcome_.error = why;
  do_next();
}

void attempt::finish(const attempt_outcome& outcome) {
  if (const auto done = std::exchange(done_, nullptr))
    done(outcome);
}

} // namespace rollcall::cluster
