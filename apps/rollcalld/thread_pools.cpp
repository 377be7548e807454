#include "apps/rollcalld/thread_pools.hpp"

#include "apps/rollcalld/lower_priority.hpp"
#include "apps/rollcalld/turns.hpp"

namespace rollcall {

void thread_pools::start(scheduler& actors) {
  for (unsigned i = 0; i < size(); ++i) {
    threads_.emplace_back([this, &actors] { take_turns(sockets_, actors); });
    threads_.emplace_back([this] {
      lower_priority();
      encoders_.run();
    });
  }
}

void thread_pools::stop() {
  sockets_.stop();
  encoders_.stop();
  for (auto& thread : threads_)
    thread.join();
}

} // namespace rollcall
