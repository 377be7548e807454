#include "apps/rollcalld/crew.hpp"

#include "apps/rollcalld/priority.hpp"
#include "apps/rollcalld/turns.hpp"

namespace rollcall {

void crew::start(scheduler& actors) {
  for (unsigned i = 0; i < size(); ++i) {
    threads_.emplace_back([this, &actors] { take_turns(sockets_, actors); });
    threads_.emplace_back([this] {
      give_way();
      makers_.run();
    });
  }
}

void crew::stop() {
  sockets_.stop();
  makers_.stop();
  for (auto& thread : threads_)
    thread.join();
}

} // namespace rollcall
