#pragma once

#include "transport/cluster/talk.hpp"

#include <memory>
#include <string>

namespace rollcall::cluster {

/// Listens to one who has connected: is it a node that we want? Kept alive by what is under way.
class greeter : public std::enable_shared_from_this<greeter> {
public:
  greeter(http::channel::socket connected, http::tls_context tls, const limits& bounds,
          std::shared_ptr<metrics> counters, registrar_ptr mesh);
  ~greeter();

  greeter(const greeter&) = delete;
  greeter& operator=(const greeter&) = delete;

  void run();

  /// Ends it. Any thread.
  void stop();

private:
  void on_begun(const std::string& error);
  void on_heard(const std::string& error, const std::string& line);
  void refuse(const refused& what);

  std::shared_ptr<talk> talk_;
  std::shared_ptr<metrics> counters_;
  registrar_ptr mesh_;
};

} // namespace rollcall::cluster
