#include "actors/runtime/log.hpp"
#include "transport/cluster/mesh_impl.hpp"
#include "transport/cluster/runtime_id.hpp"

#include <utility>

namespace rollcall::cluster {

// Who is connected.

greeting mesh::impl::mine() {
  const std::lock_guard lock{mutex_};
  return say_mine();
}

greeting mesh::impl::say_mine() const {
  greeting said{self_, basp_->runtime(), {}, {}};
  said.of.peers = book_.addresses(hello_peers);
  return said;
}

std::vector<standing> mesh::impl::held() const {
  std::vector<standing> all;
  for (const auto& [connection, each] : members_)
    all.push_back({connection, each.claimed.theirs.of.node, each.claimed.theirs.of.incarnation,
                   each.claimed.theirs.runtime, each.claimed.address, each.claimed.dialled});
  return all;
}

admission_keys mesh::impl::keys() {
  const std::lock_guard lock{mutex_};
  return secrets_.keys(secret_book::clock::now());
}

std::variant<claim, refused> mesh::impl::admit(const greeting& theirs, bool dialled,
                                               const std::string& address, const identification& by) {
  const std::lock_guard lock{mutex_};
  if (stopped_)
    return refused{refusal::duplicate, "the node stops", self_.node};
  auto found = judge(theirs, dialled, address, by);
  if (const auto* unwanted = std::get_if<refused>(&found)) {
    const auto code = code_of(unwanted->why);
    const auto may_be_anybody = !dialled && by.shown.how == credentials::by::address;
    counters_->count_refusal(code);
    log_peer_line(
        is_error(unwanted->why),
        may_be_anybody ? about_stranger(by.peer, code) : peer_line{false, dialled ? address : by.peer, code},
        "refused " + name_of(theirs.of.node, address) + " (" + std::string{code} + "): " + unwanted->message);
    return *unwanted;
  }
  if (const auto other = std::get<taken>(found).instead_of)
    let_go(*other, "another connection to the node takes its place");
  claim claimed{++last_connection_, dialled, theirs, address, by.certificate};
  members_[claimed.connection].claimed = claimed;
  // Before the welcome is written: of two that come at once the second is told of the first.
  if (may_name_others(by.shown)) {
    learn(theirs.of.address, theirs.of.node);
    for (const auto& each : theirs.of.peers)
      learn(each, {});
  }
  dial_all();
  return claimed;
}

admission_decision mesh::impl::judge(const greeting& theirs, bool dialled, const std::string& address,
                                     const identification& by) const {
  if (!parse_runtime(theirs.runtime))
    return refused{refusal::bad_hello, "invalid runtime ID", self_.node};
  const auto by_words = dialled ? judge_welcome : judge_hello;
  auto found = by_words(say_mine(), theirs, address, held());
  if (std::holds_alternative<taken>(found))
    if (auto wrong = doubt(theirs, by.shown, address, peers_))
      return *std::move(wrong);
  return found;
}

void mesh::impl::carry(const claim& claimed, channel_ptr over) {
  const auto connection = claimed.connection;
  const auto begun = std::make_shared<node_connection>(
      claimed, std::move(over), basp_, with_.bounds, counters_,
      node_connection::events{[self = shared_from_this(), connection](const caf::strong_actor_ptr& published,
                                                                      std::function<void()> then) {
                                self->on_in_use(connection, published, std::move(then));
                              },
                              [self = shared_from_this(), connection](const std::string& why) {
                                self->release(connection, why);
                              }});
  const std::lock_guard lock{mutex_};
  const auto found = members_.find(connection);
  if (found == members_.end()) // let go meanwhile
    return begun->cut("not wanted any more");
  found->second.carrier = begun;
  begun->run();
}

void mesh::impl::give_up(const claim& claimed, const std::string& why) { release(claimed.connection, why); }

void mesh::impl::on_in_use(std::uint64_t connection, const caf::strong_actor_ptr& published,
                           std::function<void()> then) {
  const std::lock_guard lock{mutex_};
  const auto found = members_.find(connection);
  if (found == members_.end())
    return;
  found->second.in_use = true;
  ++counters_->connections;
  ++counters_->connected;
  const auto& claimed = found->second.claimed;
  const auto& theirs = claimed.theirs.of;
  book_.joined(theirs.node, system_now());
  log::info("cluster", "{} is connected; {} dialled", name_of(theirs.node, claimed.address),
            claimed.dialled ? "this node" : "it");
  tell([theirs, connection, dialled = claimed.dialled, published,
        then = std::move(then)](const cluster::events& to) {
    to.connected(theirs, connection, dialled, published);
    then();
  });
}

void mesh::impl::release(std::uint64_t connection, const std::string& why) {
  const std::lock_guard lock{mutex_};
  let_go(connection, why);
}

void mesh::impl::let_go(std::uint64_t connection, const std::string& why) {
  const auto found = members_.find(connection);
  if (found == members_.end())
    return;
  const auto gone = std::move(found->second);
  members_.erase(found);
  if (gone.carrier)
    gone.carrier->cut(why);
  const auto& theirs = gone.claimed.theirs.of;
  wake_diallers(theirs.node, gone.in_use);
  if (!gone.in_use) // one that has accepted is left like this whenever two dial each other
    return log_peer_line(!stopped_ && gone.claimed.dialled, {false, gone.claimed.address, "no connection"},
                         name_of(theirs.node, gone.claimed.address) + ": no connection: " + why);
  --counters_->connected;
  if (stopped_)
    log::info("cluster", "{} is disconnected: {}", name_of(theirs.node, gone.claimed.address), why);
  else
    log::warn("cluster", "{} is disconnected: {}", name_of(theirs.node, gone.claimed.address), why);
  book_.left(theirs.node, why, system_now());
  tell([node = theirs.node, incarnation = theirs.incarnation, connection, why](const cluster::events& to) {
    to.disconnected(node, incarnation, connection, why);
  });
}

} // namespace rollcall::cluster
