#pragma once

#include "actors/context.hpp"
#include "actors/runtime/log.hpp"

#include <caf/error.hpp>
#include <caf/sec.hpp>

#include <exception>

namespace rollcall {

/// Logs and counts an exception that escaped a handler of the actor `name`. None should: what can fail is
/// caught where it is called.
inline void note_failure(node_context& context, const char* name, const std::exception_ptr& thrown) {
  ++context.metrics.actor_failures;
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& e) {
    log::error(name, "ended by an error: {}", e.what());
  } catch (...) {
    log::error(name, "ended by an unknown error");
  }
}

/// For an actor that is there for one request: after an exception it ends, and the request fails. `context`
/// outlives it.
template <class Self>
void fails_alone(Self* self, const context_ptr& context) {
  self->set_exception_handler(
      [name = self->name(), of = context.get()](std::exception_ptr& thrown) -> caf::error {
        note_failure(*of, name, thrown);
        return caf::sec::runtime_error;
      });
}

/// For an actor that holds what answers are made of: after an exception the node ends, for without it, or
/// with what is left of its state, answers would be untrue and say that they are complete (decision 0130).
/// `name` is a literal, for the log.
template <class Self>
void fails_with_node(Self* self, const context_ptr& context, const char* name) {
  self->set_exception_handler([name, of = context.get()](std::exception_ptr& thrown) -> caf::error {
    note_failure(*of, name, thrown);
    of->broken();
    return caf::sec::runtime_error;
  });
}

/// The same for an actor that has a name.
template <class Self>
void fails_with_node(Self* self, const context_ptr& context) {
  fails_with_node(self, context, self->name());
}

} // namespace rollcall
