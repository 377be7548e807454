#pragma once

#include "transport/cluster/mesh.hpp"

#include <caf/actor.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace rollcall::cluster {

/// The one place that hands connections to BASP. Any thread; nothing blocks. Callbacks come on threads of
/// CAF and must not block. Ends before the actor system, which must have loaded io::middleman.
class basp_bridge {
public:
  basp_bridge(caf::actor_system& system, published_actor published);

  /// The name by which the CAF of other nodes knows this one.
  std::string runtime() const;

  /// Tells whether BASP still holds a connection to the node of this runtime. A second one must wait for
  /// that: the side that dialled would take it for redundant and close it, and the other would use it without
  /// having told anybody that the actors behind the first are gone.
  void ask_whether_known(const std::string& runtime, std::function<void(bool known)> answer) const;

  /// Gives BASP the descriptor of a stream on which another node speaks first. It is BASP's from now on; BASP
  /// closes it when it wants no more.
  void accept(int descriptor) const;

  /// What became of dial(): what the other side publishes, or what went wrong.
  struct dialled {
    caf::strong_actor_ptr published;
    std::string error;
  };

  /// As accept(), but BASP speaks first.
  void dial(int descriptor, const std::string& runtime, std::chrono::milliseconds within,
            std::function<void(dialled)> answer) const;

private:
  caf::actor_system& system_;
  caf::actor broker_;
  published_actor published_;
};

} // namespace rollcall::cluster
