#include "apps/rollcalld/cluster_part.hpp"

#include "actors/cluster/cluster.hpp"
#include "actors/cluster/member.hpp"
#include "actors/cluster/node_orders.hpp"
#include "actors/runtime/log.hpp"
#include "apps/rollcalld/daemon.hpp"
#include "apps/rollcalld/usable_identity.hpp"
#include "transport/cluster/mesh.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include <memory>
#include <random>
#include <utility>
#include <vector>

namespace rollcall {

namespace {

std::uint64_t random_incarnation() {
  std::random_device random;
  std::uint64_t value = 0;
  while (value == 0)
    value = (std::uint64_t{random()} << 32) | random();
  return value;
}

std::vector<std::string> addresses_of(const std::vector<socket_address>& peers) {
  std::vector<std::string> addresses;
  for (const auto& peer : peers)
    addresses.push_back(to_string(peer));
  return addresses;
}

/// Where switches of other nodes may connect to this one: not to any free port, nor to this machine alone
/// where the others are on other ones.
std::vector<std::string> feeds_of(const config& config) {
  std::vector<std::string> feeds;
  for (auto each : config.feed.listen) {
    if (each.host == "0.0.0.0" || each.host == "::")
      each.host = config.cluster->listen.host;
    if (each.port != 0 && (!is_loopback(each) || is_loopback(config.cluster->listen))
        && feeds.size() < defaults::most_feeds)
      feeds.push_back(to_string(each));
  }
  return feeds;
}

/// What requests see that come before the cluster actor has looked round: every peer is missing.
cluster_view_ptr nobody_met_yet(const node_mesh& mesh, bool missing_is_fault) {
  auto view = std::make_shared<cluster_view>();
  view->missing_is_fault = missing_is_fault;
  view->joining = true;
  for (const auto& peer : mesh.status()) {
    member_state expected;
    expected.name = expected.address = peer.address;
    expected.since = peer.since;
    view->members.push_back(std::move(expected));
  }
  return view;
}

} // namespace

cluster_part::cluster_part(dependencies at, const config& config)
    : at_(std::move(at)),
      incarnation_(random_incarnation()),
      members_(std::make_shared<members_file>(state_folder_of(config))) {
  const auto is_clustered = config.cluster.has_value();
  member_ = spawn_member(at_.system, at_.context, at_.node, at_.auditor, is_clustered, at_.history);
  cluster_settings settings;
  settings.incarnation = incarnation_;
  settings.secret = at_.secret;
  settings.missing_is_fault = is_clustered && config.cluster->missing_node == missing_node::fault;
  settings.clustered = is_clustered;
  settings.own_thread = is_clustered;
  settings.on_secret_taken = at_.on_secret_taken;
  settings.on_view = at_.on_view;
  settings.on_drain = at_.on_drain;
  settings.on_drained = at_.on_drained;
  if (is_clustered) {
    settings.feeds = feeds_of(config);
    settings.members = members_->read();
    settings.on_members = [file = members_, post = at_.post](known_members members) {
      post([file, members = std::move(members)] { file->write(members); });
    };
  }
  cluster_ =
      spawn_cluster(at_.system, at_.context, std::move(settings), at_.node, wire::member_actor{member_});
  caf::anon_send(member_, cluster_);
}

cluster_part::~cluster_part() = default;

attach_actor cluster_part::attach() const { return attach_actor{cluster_}; }

void cluster_part::set_directory(directory_ptr dir) { caf::anon_send(member_, std::move(dir)); }

void cluster_part::set_secret(const shared_secret& secret) { caf::anon_send(cluster_, secret); }

void cluster_part::listen(const config& config) {
  if (!config.cluster)
    return;
  cluster::settings with;
  with.self.cluster = config.cluster->name;
  with.self.protocol = wire::protocol_version;
  with.self.node = at_.context->node;
  with.self.incarnation = incarnation_;
  with.listen = to_string(config.cluster->listen);
  with.peers = addresses_of(config.cluster->peers);
  with.tls = usable_identity("cluster", *config.cluster);
  with.secret = config.cluster->secret;
  cluster::events tell;
  tell.connected = [to = cluster_](const node_hello& theirs, std::uint64_t connection, bool,
                                   const caf::strong_actor_ptr& published) {
    caf::anon_send(to, atom::joined_v, theirs, connection, published);
  };
  tell.disconnected = [to = cluster_](const node_id& node, std::uint64_t, std::uint64_t connection,
                                      const std::string& why) {
    caf::anon_send(to, atom::left_v, node, connection, why);
  };
  const cluster::published_actor published{caf::actor_cast<caf::strong_actor_ptr>(member_),
                                           at_.system.message_types<wire::member_actor>()};
  mesh_ = std::make_shared<cluster::mesh>(at_.io, at_.system, std::move(with), published, std::move(tell));
  at_.context->cluster.publish(nobody_met_yet(*mesh_, config.cluster->missing_node == missing_node::fault));
  caf::anon_send(cluster_, node_mesh_ptr{mesh_});
  const auto port = mesh_->listen();
  log::info("rollcalld", "cluster {} on {} (port {})", config.cluster->name,
            to_string(config.cluster->listen), port);
}

std::function<void()> cluster_part::prepare(const config& next) {
  if (!mesh_ || !next.cluster)
    return [] {};
  return
      [this, identity = usable_identity("cluster", *next.cluster), secret = next.cluster->secret,
       peers = addresses_of(next.cluster->peers), fault = next.cluster->missing_node == missing_node::fault] {
        mesh_->set_tls(identity);
        mesh_->set_secret(secret);
        mesh_->set_peers(peers);
        caf::anon_send(cluster_, atom::forget_v, fault);
      };
}

void cluster_part::leave(std::function<void()> done) {
  at_.system.spawn([cluster = cluster_, done = std::move(done)](caf::event_based_actor* self) {
    const auto give_up = [done](const caf::error&) { done(); };
    self->request(cluster, caf::duration{defaults::drain_limit + defaults::leave_deadline}, atom::drain_v,
                  false)
        .then(
            [self, cluster, done, give_up](caf::ok_atom) {
              self->request(cluster, caf::duration{2 * defaults::leave_deadline}, atom::left_v)
                  .then([done](caf::ok_atom) { done(); }, give_up);
            },
            give_up);
  });
}

node_orders_actor cluster_part::orders() const {
  return spawn_node_orders(at_.system, at_.context, cluster_, at_.auditor);
}

void cluster_part::stop() {
  if (mesh_)
    mesh_->stop();
}

const cluster::metrics* cluster_part::counters() const noexcept {
  return mesh_ ? &mesh_->counters() : nullptr;
}

} // namespace rollcall
