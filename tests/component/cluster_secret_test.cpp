#include "cluster_world.hpp"

namespace rollcall::testing::cluster_secret_test {

namespace {

/// Says what the configuration of a node means for the others: nothing where a secret is configured.
void change(cluster_world& world, std::size_t i, const shared_secret& secret) {
  world.sites[i].secret = secret;
  world.self->send(world.sites[i].cluster, secret);
  world.run();
}

bool all_have(const cluster_world& world, const shared_secret& secret) {
  return std::all_of(world.sites.begin(), world.sites.end(),
                     [&](const auto& one) { return one.secret == secret; });
}

} // namespace

TEST_CASE_FIXTURE(cluster_world, "nodes that meet take the secret of the lowest id") {
  CHECK(all_have(*this, secret_of(0)));
}

TEST_CASE_FIXTURE(cluster_world, "nodes that meet in a chain come to one secret") {
  part(0, 2);
  run();
  const shared_secret older{name_of(0), 0, std::string(shared_secret::size, 'o')};
  change(*this, 0, older);
  CHECK(all_have(*this, older)); // node-c has it from node-b
}

TEST_CASE_FIXTURE(cluster_world,
                  "a node that was installed anew takes the secret that it had before from the others") {
  stop(sites[0]);
  for (const std::size_t other : {1, 2}) {
    part(0, other);
    run();
  }
  start(0, {}, {name_of(0), 99, std::string(shared_secret::size, 'A')}); // smaller, but younger
  for (const std::size_t other : {1, 2}) {
    cables[std::minmax<std::size_t>(0, other)] = std::make_shared<cable>();
    join(0, other);
  }
  run();
  CHECK(all_have(*this, secret_of(0)));
}

TEST_CASE_FIXTURE(cluster_world, "a node with a configured secret tells nothing and takes nothing") {
  change(*this, 0, {});
  heal(0, 1);
  heal(0, 2);
  const shared_secret older{name_of(0), 0, std::string(shared_secret::size, 'o')};
  change(*this, 1, older);
  CHECK_FALSE(sites[0].secret.known());
  CHECK(sites[1].secret == older);
  CHECK(sites[2].secret == older);
  change(*this, 0, secret_of(0, 5)); // its configuration has none any more
  CHECK(all_have(*this, older));
}

TEST_CASE_FIXTURE(cluster_world, "an invalid secret is taken by no node") {
  change(*this, 1, {"a", 0, "short"});
  CHECK(sites[0].secret == secret_of(0));
  CHECK(sites[2].secret == secret_of(0));
}

TEST_CASE_FIXTURE(cluster_world, "a secret that was replaced is not sent back") {
  const shared_secret better{name_of(0), 0, std::string(shared_secret::size, 'o')};
  change(*this, 0, better);
  REQUIRE(sites[2].secret == better);
  const auto taken = sites[2].secrets_taken;
  self->send(sites[2].cluster, secret_of(2)); // of before, by a thread that has not heard yet
  run();
  heal(0, 2);
  CHECK(sites[2].secrets_taken == taken); // it still has it
  CHECK(all_have(*this, better));
}

} // namespace rollcall::testing::cluster_secret_test
