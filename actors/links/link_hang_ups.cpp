#include "actors/links/link.hpp"
#include "actors/runtime/log.hpp"
#include "actors/runtime/one_way.hpp"
#include "actors/runtime/prefetch.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace rollcall {

namespace {

/// Some 25 MB: fewer, and the lines of a large disconnect wait for turns of the link.
constexpr std::uint32_t most_blocks_out = 100;

/// While the audit log has no room for them; some MB.
constexpr std::size_t most_notes_kept = 10 * defaults::notes_at_once;

const char* why_not(link_notice word) {
  switch (word) {
  case link_notice::expired:
    return "the order came too late";
  case link_notice::unmeant:
    return "the call began after the order";
  case link_notice::over:
    return "the call was over";
  default:
    return "the switch cannot be reached";
  }
}

} // namespace

// Hang-ups, seen from the link: no line leaves before the audit log has its call. Blocks of calls are written
// one after the other; the lines of one leave while the next is being written. While none is, a block begins
// with whatever has come, so that a single hang-up waits for nothing but its own block.
//
//   hang_up ──► ahead_ ──full, or none is being written──► auditor ──written, or 2 s are over──► line ──►
//   call: sent

void link_state::hang_up(record_ptr& call, disconnect_job_ptr& job) {
  const auto asked = job->request->when;
  order_hang_up(
      {std::move(call), std::move(job), caf::actor_cast<call_actor>(self->current_sender()), asked});
}

void link_state::order_hang_up(hang_up_order order) {
  if (!auditor || !connection_) {
    send_line(order, false);
    return;
  }
  order.since = self->clock().now();
  ahead_.push_back(std::move(order));
  write_ahead();
}

/// More than so many blocks wait here and not at the auditor: there they would fill the backlog, which is for
/// a log that cannot be written. While others have filled it each link still has one block under way, so that
/// a log that is written has every call, however many switches hang up at once.
void link_state::write_ahead() {
  const auto another = [this] {
    return blocks_out_ < most_blocks_out && ahead_.size() >= defaults::calls_ahead
           && (log_late_ || context->audit.has_room(audit_room::calls));
  };
  while (!ahead_.empty() && (blocks_out_ == 0 || another()))
    write_block();
  seal_resumed();
}

void link_state::write_block() {
  const auto block = take_block();
  if (block->empty())
    return;
  if (log_late_ && !context->audit.has_room(audit_room::calls)) {
    context->audit.count_dropped();
    send_lines(*block, false);
    return;
  }
  audit_writes writes;
  auto expires = boot_time::max();
  for (const auto& order : *block) {
    expires = std::min(expires, order.job->expires);
    if (writes.empty() || writes.back().entry != order.job->entry)
      writes.push_back({order.job->entry, order.job->request, {}, {}, false});
    auto& blocks = writes.back().blocks;
    if (blocks.empty() || blocks.back().asked != order.asked)
      blocks.push_back({disconnect_outcome::sent, order.asked, {}});
    auto& calls = blocks.back().calls;
    if (calls.empty())
      calls.reserve(block->size());
    calls.push_back(order.call);
  }
  context->audit.take_up(bytes_of(writes));
  ++blocks_out_;
  const auto written = [this, block](bool audited) {
    --blocks_out_;
    log_late_ = !audited;
    send_lines(*block, audited);
    write_ahead();
  };
  // Nobody waits longer than the deadline, also who came while another block was written; and nobody's order
  // expires for it.
  const auto waited = std::chrono::floor<boot_clock::duration>(self->clock().now() - block->front().since);
  const auto waits =
      std::min<boot_clock::duration>(defaults::audit_deadline - waited, (expires - context->boottime()) / 2);
  self->request<caf::message_priority::high>(
          auditor, caf::duration{std::max<boot_clock::duration>(waits, std::chrono::milliseconds{1})},
          std::move(writes))
      .then([written](caf::ok_atom) { written(true); },
            [this, written](const caf::error&) {
              context->audit.count_late();
              written(false);
            });
}

/// The next orders. What is refused already is not written as what may have been sent.
std::shared_ptr<link_state::hang_up_block> link_state::take_block() {
  const auto size = std::min(ahead_.size(), defaults::calls_ahead);
  const auto end = ahead_.begin() + static_cast<std::ptrdiff_t>(size);
  const auto block =
      std::make_shared<hang_up_block>(std::make_move_iterator(ahead_.begin()), std::make_move_iterator(end));
  ahead_.erase(ahead_.begin(), end);
  find_ahead(*block);
  std::erase_if(*block, [this](const auto& order) {
    const auto refused = refusal_of(order, find(order)).has_value();
    if (refused)
      send_line(order, false);
    return refused;
  });
  return block;
}

void link_state::send_lines(const hang_up_block& block, bool audited) {
  find_ahead(block);
  const disconnect_job* told = nullptr;
  for (const auto& order : block) {
    if (!audited && std::exchange(told, order.job.get()) != order.job.get() && order.job->worker)
      self->send(order.job->worker, atom::unaudited_v);
    send_line(order, true);
  }
  write_notes();
}

/// The last moment at which an order can be too late: once the connection has its line, it is begun, and is
/// then repeated for as long as it takes. What was written ahead and is not sent after all is noted as such.
void link_state::send_line(const hang_up_order& order, bool ahead) {
  auto* call = find(order);
  auto word = refusal_of(order, call);
  const std::string id{order.call->local_id()};
  if (!word)
    word = put_on_its_way(*call, id, order.job->request) ? link_notice::sent : link_notice::unsent;
  tell(self, order.from, *word);
  if (word == link_notice::sent) {
    ++context->metrics.disconnects_sent;
    repeat_until_end(*call, order.asked, order.job->request);
    return;
  }
  if (word == link_notice::unsent && order.job->arrived == boot_time::max()) {
    repeat_until_end(*call, order.asked,
                     order.job->request); // nobody is told that it was not sent: it was, before a restart
    return;
  }
  context->metrics.disconnects_unreachable += word == link_notice::unsent;
  context->metrics.disconnects_expired += word == link_notice::expired;
  if (ahead)
    note(id, std::string{"not sent: "} + why_not(*word));
}

/// False when the switch cannot be told now.
bool link_state::put_on_its_way(const entry& call, const std::string& id, const audit_request_ptr& by) {
  if (!connection_ || !is_of_this_run(call))
    return false;
  return !by || by->reason.empty() ? connection_->hang_up(id) : connection_->hang_up_because(id, by->reason);
}

/// What the lines of a block need of their calls is in no cache any more: they wait for memory together.
void link_state::find_ahead(const hang_up_block& block) {
  std::vector<std::string_view> ids;
  ids.reserve(block.size());
  for (const auto& order : block)
    ids.push_back(order.call->local_id());
  calls_.find_ahead(ids, [](const call_actor& call) {
    prefetch_to_send(caf::actor_cast<caf::actor_control_block*>(call));
  });
}

/// The call that is meant; null when it is not here any more.
link_state::entry* link_state::find(const hang_up_order& order) {
  auto* found = calls_.find(order.call->local_id());
  return found && found->call == order.from ? found : nullptr;
}

/// Why an order is not begun. `call` is what find() says.
std::optional<link_notice> link_state::refusal_of(const hang_up_order& order, entry* call) {
  if (call)
    end_if_unseen(*call);
  if (!call || call->ended)
    return link_notice::over;
  if (!order.job->call && call->begun > order.job->arrived)
    return link_notice::unmeant;
  if (context->boottime() >= order.job->expires)
    return link_notice::expired;
  return std::nullopt;
}

void link_state::repeat_until_end(entry& call, timestamp asked, audit_request_ptr by) {
  if (++last_repeat_ == 0)
    ++last_repeat_;
  call.hung_up = true;
  call.repeat = last_repeat_;
  repeats_.push_back({self->clock().now() + context->disconnect_retry.load(), std::string{call.id()},
                      call.repeat, asked, std::move(by)});
  wake_up();
}

/// The call that is hung up; null when it is over, also when another one has its id by now.
link_state::entry* link_state::find_in(entries& calls, const repeat& one) {
  auto* found = calls.find(one.id);
  return found && !found->ended && found->repeat == one.number ? found : nullptr;
}

/// Some at a time; the rest follows at once.
void link_state::repeat_disconnects(moment now) {
  const auto next = now + context->disconnect_retry.load();
  for (auto n = context->calls_at_once.load(); n > 0 && !repeats_.empty() && repeats_.front().when <= now;
       --n) {
    auto one = std::move(repeats_.front());
    repeats_.pop_front();
    const auto* call = find(one);
    if (!call)
      continue;
    if (put_on_its_way(*call, one.id, one.by)) {
      ++context->metrics.disconnects_repeated;
      warn("call {}: still up; disconnect resent", one.id);
    }
    one.when = next;
    repeats_.push_back(std::move(one));
  }
}

void link_state::note(const std::string& id, std::string text) {
  if (!auditor)
    return;
  notes_.push_back({context->now(), log_name() + ':' + id, std::move(text)});
  if (notes_.size() % defaults::notes_at_once == 0)
    write_notes();
}

/// Notes that the log has no room for stay here until the next call. Without the note that nothing was sent,
/// a restart would hang the call up.
void link_state::write_notes() {
  while (!notes_.empty()) {
    const auto rest =
        notes_.begin() + static_cast<std::ptrdiff_t>(std::min(notes_.size(), defaults::notes_at_once));
    audit_notes some{notes_.begin(), rest};
    if (!context->audit.admit(bytes_of(some), audit_room::calls))
      break;
    notes_.erase(notes_.begin(), rest);
    self->send(auditor, std::move(some));
  }
  if (notes_.size() > most_notes_kept)
    drop_notes();
}

/// Of a call that has ended the next snapshot tells the same again.
void link_state::drop_notes() {
  const auto before = notes_.size();
  std::erase_if(notes_, [](const audit_note& one) { return !one.text.starts_with("not sent"); });
  if (notes_.size() > most_notes_kept)
    notes_.erase(notes_.begin(), notes_.end() - static_cast<std::ptrdiff_t>(most_notes_kept));
  log::error(log_name(), "{} notes on hang-ups are lost: the audit log has had no room for them",
             before - notes_.size());
  context->audit.count_dropped();
}

} // namespace rollcall
