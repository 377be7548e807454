#pragma once

#include "transport/switches/common/dialler.hpp"
#include "transport/switches/common/driver_kind.hpp"
#include "transport/switches/common/switch_notes.hpp"

#include <memory>
#include <string>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace rollcall::switches {

/// The switches of one kind that a node dials. Each is connected to, and again when it is lost, and what it
/// says goes to its link. Runs on the threads that run the io_context, each switch on a strand of its own.
/// set() is for one thread at a time, the rest for any. The io_context must outlive what is under way in it,
/// as it does when it is stopped first.
class dialled_switches {
public:
  /// `attach` is called on threads of the io_context; `now` stamps the arrival of each event.
  dialled_switches(boost::asio::io_context& io, std::string kind, std::shared_ptr<drivers> of,
                   attach_fn attach, wall_clock now);

  /// Lets go of all.
  ~dialled_switches();

  dialled_switches(const dialled_switches&) = delete;
  dialled_switches& operator=(const dialled_switches&) = delete;

  /// Connects to these from now on. One that is there already, as it is configured now, is not disturbed; it
  /// may have other authorities, which are the ones to believe from now on.
  void set(std::vector<dialled> switches);

  /// What is to be known of them.
  const switch_notes& notes() const noexcept { return notes_; }

  const drivers& of() const noexcept { return *shared_->of; }

private:
  boost::asio::io_context& io_;
  const std::shared_ptr<dialler::shared> shared_;
  switch_notes notes_;
  std::vector<std::shared_ptr<dialler>> running_;
};

} // namespace rollcall::switches
