#pragma once

#include <caf/delegated.hpp>

#include <utility>

namespace rollcall {

/// A handler of messages that nobody waits for an answer to. CAF 0.17.6 makes a response promise for every
/// handler that returns nothing, and throws it away: a twelfth of what an event costs. One that says it has
/// passed the request on is spared that. Who asks by request() would wait for ever.
///
///     one_way{[self](const record_ptr& record, seat where) { self->state.replace(record, where); }}
template <class F, class Signature = decltype(&F::operator())>
class one_way;

template <class F, class... Xs>
class one_way<F, void (F::*)(Xs...) const> : F {
public:
  explicit one_way(F handler) : F(std::move(handler)) {}

  caf::delegated<void> operator()(Xs... xs) const {
    F::operator()(std::forward<Xs>(xs)...);
    return {};
  }
};

template <class F>
one_way(F) -> one_way<F>;

} // namespace rollcall
