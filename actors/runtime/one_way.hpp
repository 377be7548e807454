#pragma once

#include <caf/abstract_actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/delegated.hpp>
#include <caf/detail/implicit_conversions.hpp>
#include <caf/detail/type_list.hpp>
#include <caf/message_id.hpp>
#include <caf/response_type.hpp>
#include <caf/typed_actor.hpp>

#include <utility>

namespace rollcall {

/// A handler of messages that nobody waits for an answer to. CAF 0.17.6 makes a response promise for every
/// handler that returns nothing, and throws it away: a twelfth of what an event costs. One that says it has
/// passed the request on is spared that. Who asks by request() would wait for ever.
///
///     one_way{[self](const record_ptr& record, slot where) { self->state.replace(record, where); }}
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

/// Sends a message that nobody answers, without the name of its sender: with it, each message that is made or
/// done with would count references to the sender, and that counter would travel from core to core. Called by
/// the actor `self` as it runs. In CAF 0.17.6 `self->anon_send` names the sender all the same, and
/// caf::anon_send does not know who runs.
template <class Self, class Receiver, class... Xs>
void tell(Self* self, const Receiver& to, Xs&&... xs) {
  using message = caf::detail::type_list<caf::detail::strip_and_convert_t<Xs>...>;
  static_assert(caf::response_type_unbox<caf::signatures_of_t<Receiver>, message>::valid,
                "the receiver does not take such a message");
  if (to)
    caf::actor_cast<caf::abstract_actor*>(to)->eq_impl(caf::make_message_id(), nullptr, self->context(),
                                                       std::forward<Xs>(xs)...);
}

} // namespace rollcall
