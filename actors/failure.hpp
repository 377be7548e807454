#pragma once

#include "actors/context.hpp"
#include "actors/log.hpp"

#include <caf/error.hpp>
#include <caf/sec.hpp>

#include <exception>

namespace rollcall {

/// Has an exception that escapes a handler of `self` logged and counted; the actor ends. None should: what
/// can fail is caught where it is called.
template <class Self>
void count_failures(Self* self, const context_ptr& context) {
  self->set_exception_handler([self, metrics = &context->metrics](std::exception_ptr& thrown) -> caf::error {
    ++metrics->actor_failures;
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& e) {
      log::error(self->name(), "ended by an error: {}", e.what());
    } catch (...) {
      log::error(self->name(), "ended by an unknown error");
    }
    return caf::sec::runtime_error;
  });
}

} // namespace rollcall
