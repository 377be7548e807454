#pragma once

#include "actors/context.hpp"
#include "actors/log.hpp"

#include <caf/error.hpp>
#include <caf/sec.hpp>

#include <exception>

namespace rollcall {

/// Has an exception that escapes a handler of `self` logged and counted; the actor ends. None should: what
/// can fail is caught where it is called. `name` is a literal, for the log.
template <class Self>
void count_failures(Self* self, const context_ptr& context, const char* name) {
  self->set_exception_handler([name, metrics = &context->metrics](std::exception_ptr& thrown) -> caf::error {
    ++metrics->actor_failures;
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& e) {
      log::error(name, "ended by an error: {}", e.what());
    } catch (...) {
      log::error(name, "ended by an unknown error");
    }
    return caf::sec::runtime_error;
  });
}

/// The same for an actor that has a name.
template <class Self>
void count_failures(Self* self, const context_ptr& context) {
  count_failures(self, context, self->name());
}

} // namespace rollcall
