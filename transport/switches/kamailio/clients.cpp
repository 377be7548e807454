#include "transport/switches/kamailio/clients.hpp"

#include "transport/switches/kamailio/client.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <utility>

namespace rollcall::kamailio {

class clients::impl {
public:
  impl(boost::asio::io_context& io, const limits& bounds, attach_fn attach, wall_clock now)
      : io_(io), bounds_(bounds), attach_(std::move(attach)), now_(now) {}

  ~impl() { set({}); }

  void set(std::vector<settings> switches) {
    std::vector<std::shared_ptr<client>> kept;
    for (auto& each : running_) {
      const auto same = std::find(switches.begin(), switches.end(), each->to());
      if (same == switches.end()) {
        each->stop();
        continue;
      }
      switches.erase(same);
      kept.push_back(std::move(each));
    }
    running_ = std::move(kept);
    for (auto& each : switches) {
      auto notes = notes_.open(each.name);
      auto faults = counters_->faults.open(each.name.value());
      running_
          .emplace_back(std::make_shared<client>(
              io_.get_executor(),
              connection::dependencies{std::move(each), bounds_, attach_, now_, nullptr, nullptr, counters_,
                                       runs_, std::move(notes), std::move(faults)}))
          ->start();
    }
  }

  const metrics& counters() const noexcept { return *counters_; }
  const switch_notes& notes() const noexcept { return notes_; }

private:
  boost::asio::io_context& io_;
  const limits bounds_;
  const attach_fn attach_;
  const wall_clock now_;
  const std::shared_ptr<metrics> counters_ = std::make_shared<metrics>();
  const std::shared_ptr<run_registry> runs_ = std::make_shared<run_registry>();
  switch_notes notes_;
  std::vector<std::shared_ptr<client>> running_;
};

clients::clients(boost::asio::io_context& io, const limits& bounds, attach_fn attach, wall_clock now)
    : impl_(std::make_unique<impl>(io, bounds, std::move(attach), now)) {}

clients::~clients() = default;

void clients::set(std::vector<settings> switches) { impl_->set(std::move(switches)); }

const metrics& clients::counters() const noexcept { return impl_->counters(); }

const switch_notes& clients::notes() const noexcept { return impl_->notes(); }

} // namespace rollcall::kamailio
