#include "actors/auditor.hpp"

#include "actors/failure.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <exception>
#include <utility>

namespace rollcall {

namespace {

struct auditor_state {
  static inline const char* name = "auditor";
};

auditor_actor::behavior_type auditor_behavior(auditor_actor::stateful_pointer<auditor_state> self,
                                              const context_ptr& context,
                                              const std::shared_ptr<audit_sink>& sink) {
  count_failures(self, context);
  return {
      [=](const audit_request& request) -> caf::result<std::int64_t> {
        try {
          return sink->begin(request);
        } catch (const std::exception& e) {
          return caf::make_error(ec::not_audited, std::string{e.what()});
        }
      },
      [=](std::int64_t entry, const std::string& answer,
          const std::vector<audit_call>& calls) -> caf::result<caf::ok_atom> {
        try {
          sink->finish(entry, context->now(), answer, calls);
          return caf::ok_atom_v;
        } catch (const std::exception& e) {
          return caf::make_error(ec::not_audited, std::string{e.what()});
        }
      },
      [=](const std::vector<audit_note>& notes) {
        try {
          sink->note(notes);
        } catch (const std::exception& e) {
          ++context->metrics.audit_failures;
          log::error("auditor", "call {} and {} more: notes were not written: {}", notes.front().id,
                     notes.size() - 1, e.what());
        }
      },
  };
}

} // namespace

auditor_actor spawn_auditor(caf::actor_system& system, context_ptr context,
                            std::shared_ptr<audit_sink> sink) {
  return system.spawn<caf::detached>(auditor_behavior, std::move(context), std::move(sink));
}

} // namespace rollcall
