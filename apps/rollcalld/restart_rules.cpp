#include "apps/rollcalld/restart_rules.hpp"

#include "apps/rollcalld/daemon.hpp"
#include "apps/rollcalld/settings.hpp"

#include <algorithm>
#include <string>

namespace rollcall {

void refuse_changes_that_need_a_restart(const config& now, const config& next) {
  const auto same = [](bool unchanged, const char* key) {
    if (!unchanged)
      throw unusable_config{key, "cannot be changed without a restart"};
  };
  same(next.node.id == now.node.id, "node.id");
  same(next.http.listen == now.http.listen, "http.listen");
  same(next.http.trusted_listen == now.http.trusted_listen, "http.trusted_listen");
  same(next.http.tls.has_value() == now.http.tls.has_value(), "http.tls");
  same(next.http.body_limit == now.http.body_limit, "http.body_limit");
  same(next.metrics.listen == now.metrics.listen, "metrics.listen");
  same(next.feed.listen == now.feed.listen, "feed.listen");
  same(next.feed.tls.has_value() == now.feed.tls.has_value(), "feed.tls");
  same(next.directory.url == now.directory.url, "directory.url");
  same(next.cluster.has_value() == now.cluster.has_value(), "cluster");
  if (next.cluster) {
    same(next.cluster->name == now.cluster->name, "cluster.name");
    same(next.cluster->listen == now.cluster->listen, "cluster.listen");
    same(next.cluster->certificate.empty() == now.cluster->certificate.empty(), "cluster.certificate");
  }
  same(state_folder_of(next) == state_folder_of(now), "node.state");
  same(audit_file_of(next) == audit_file_of(now), "audit.file");
  same(history_file_of(next) == history_file_of(now), "history.file");
}

void refuse_loss_of_homes(const std::vector<switch_settings>& switches, const config& next,
                          const directory& dir) {
  const auto homeless = switches_without_environment(next, dir);
  for (const auto& known : switches)
    if (std::find(homeless.begin(), homeless.end(), known.name) != homeless.end())
      throw unusable_config{"i_environment",
                            "of switch " + known.name.value()
                                + " is none of the directory's, and it has calls in another"};
}

void refuse_loss_of_environments(const std::vector<switch_settings>& switches, const directory& dir) {
  for (const auto& known : switches)
    if (!dir.root(known.environment))
      throw unusable_config{"directory.url", "has no environment " + std::to_string(known.environment.value())
                                                 + " any more, which the calls of switch "
                                                 + known.name.value() + " are of"};
}

} // namespace rollcall
