#pragma once

#include <caf/actor_clock.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/group.hpp>
#include <caf/mailbox_element.hpp>

#include <absl/container/flat_hash_map.h>
#include <absl/container/inlined_vector.h>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

namespace rollcall {

/// The actors' timeouts and delayed messages. Almost all are deadlines of actors that end long before:
/// setting one wakes no thread unless it is the next to come, an actor that has none ends without a lock, and
/// one that has some takes them with it, as it does what it was to send to itself.
///
/// Any thread, but what concerns an actor's own timeouts comes from whoever runs it, as CAF does it.
class deadline_clock final : public caf::actor_clock {
public:
  /// Delivers what is due, until stop().
  void run();
  void stop();

  /// Delivers what is due at `by`: a step of run().
  void deliver_due(time_point by);

  void set_ordinary_timeout(time_point t, caf::abstract_actor* self, caf::atom_value type,
                            std::uint64_t id) override;
  void set_multi_timeout(time_point t, caf::abstract_actor* self, caf::atom_value type,
                         std::uint64_t id) override;
  void set_request_timeout(time_point t, caf::abstract_actor* self, caf::message_id id) override;
  void cancel_ordinary_timeout(caf::abstract_actor* self, caf::atom_value type) override;
  void cancel_request_timeout(caf::abstract_actor* self, caf::message_id id) override;
  void cancel_timeouts(caf::abstract_actor* self) override;
  void schedule_message(time_point t, caf::strong_actor_ptr receiver,
                        caf::mailbox_element_ptr content) override;
  void schedule_message(time_point t, caf::group target, caf::strong_actor_ptr sender,
                        caf::message content) override;
  void cancel_all() override;

  /// How many are to come.
  std::size_t size() const;

private:
  struct item {
    enum class kind : std::uint8_t { ordinary, multi, request, message, to_group };
    kind what;
    caf::strong_actor_ptr actor; ///< who gets it; of `to_group`, who sends it
    caf::message_id request = {};
    caf::atom_value type = {};
    std::uint64_t number = 0;
    caf::mailbox_element_ptr content = {};
    caf::group group = {};
    caf::message group_content = {};
  };
  using agenda = std::multimap<time_point, item>;
  using owned = absl::InlinedVector<agenda::iterator, 2>;

  void add(time_point t, item what, caf::abstract_actor* owner);
  template <class Predicate>
  void cancel_if(caf::abstract_actor* self, Predicate matches);
  void disown(agenda::iterator due); ///< under mutex_
  static void deliver(item& due);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  agenda agenda_;
  absl::flat_hash_map<caf::actor_id, owned> owners_; ///< whose items can be cancelled
  time_point asleep_until_ = time_point::max();
  bool stopped_ = false;
};

} // namespace rollcall
