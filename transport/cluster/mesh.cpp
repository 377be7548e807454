#include "transport/cluster/mesh.hpp"

#include "transport/cluster/mesh_impl.hpp"

#include <utility>

namespace rollcall::cluster {

mesh::mesh(boost::asio::io_context& io, caf::actor_system& system, settings with, published_actor published,
           events tell)
    : impl_(std::make_shared<impl>(io, system, std::move(with), std::move(published), std::move(tell))) {}

mesh::~mesh() {
  impl_->stop();
  impl_->silence();
}

std::uint16_t mesh::listen() { return impl_->listen(); }

void mesh::drop(const node_id& node, std::uint64_t connection, const std::string& why) {
  impl_->drop(node, connection, why);
}

void mesh::set_peers(std::vector<std::string> peers) { impl_->set_peers(std::move(peers)); }

void mesh::set_tls(net::tls_context identity) { impl_->set_tls(std::move(identity)); }

void mesh::set_secret(const std::string& secret) { impl_->set_secret(secret); }

std::vector<peer_status> mesh::status() const { return impl_->status(); }

const metrics& mesh::counters() const noexcept { return impl_->counters(); }

void mesh::stop() { impl_->stop(); }

} // namespace rollcall::cluster
