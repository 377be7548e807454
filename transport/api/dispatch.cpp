#include "transport/api/dispatch.hpp"

#include "transport/api/failure.hpp"
#include "transport/api/methods.hpp"
#include "transport/api/permission.hpp"
#include "transport/api/refused_orders.hpp"
#include "transport/api/service.hpp"

#include <atomic>
#include <chrono>
#include <utility>

namespace rollcall::api {

namespace {

using clock = std::chrono::steady_clock;

/// Counts the outcome of a call and passes it on: the first one only, should a method that has answered fail.
class finish {
public:
  finish(invocation_ptr call, done_fn done) : state_(std::make_shared<state>()) {
    state_->call = std::move(call);
    state_->done = std::move(done);
  }

  void operator()(outcome result) const {
    if (state_->finished.exchange(true))
      return;
    const auto& call = *state_->call;
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(clock::now() - state_->begun);
    call.session->served_by->counters.count(call.method,
                                            result ? std::nullopt : std::optional{result.why().code}, took);
    state_->done(std::move(result));
  }

private:
  struct state {
    invocation_ptr call;
    done_fn done;
    clock::time_point begun = clock::now();
    std::atomic<bool> finished{false};
  };
  std::shared_ptr<state> state_;
};

} // namespace

void dispatch(const invocation_ptr& call, done_fn done) {
  const finish finished{call, std::move(done)};
  const auto* found = find_method(call->method);
  if (!found) {
    finished(xmlrpc::unknown_method(call->method));
    return;
  }
  try {
    if (auto why = missing_right(*call, *found))
      refuse_order(call, std::move(*why), finished);
    else
      found->run(call, finished);
  } catch (...) {
    finished(fault_of_exception(call->method));
  }
}

} // namespace rollcall::api
