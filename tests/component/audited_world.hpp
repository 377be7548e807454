#pragma once

#include "actors/audit/auditor.hpp"
#include "tests/component/actor_fixture.hpp"

#include <algorithm>
#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::testing {

/// An audit log in memory. `broken`: nothing can be written.
struct fake_log : audit_sink {
  bool broken = false;
  bool refuses = false; ///< whatever is written, for what it is
  std::vector<std::string>
      lines; ///< `m: sbc-1:1 sbc-1:2` (sent), `m expired: sbc-1:3`, `m = OK`, `sbc-1:1 ended`
  std::optional<std::string> loss;

  void write(const audit_writes& writes) override {
    check();
    if (refuses)
      throw audit_refusal{"too large"};
    for (const auto& write : writes) {
      for (const auto& block : write.blocks) {
        auto& line = lines.emplace_back(write.request->method);
        if (block.outcome != disconnect_outcome::sent)
          line.append(" ").append(to_string(block.outcome));
        line += ':';
        for (const auto& call : block.calls)
          line.append(" ").append(call->id());
      }
      if (write.answer)
        lines.push_back(write.request->method + " = " + write.answer->text);
    }
  }
  void note(const audit_notes& notes) override {
    check();
    for (const auto& note : notes)
      lines.push_back(note.id + ' ' + note.text);
  }
  void check() override {
    if (broken)
      throw std::runtime_error{"disk full"};
  }
  std::optional<std::string> take_loss() override { return std::exchange(loss, std::nullopt); }
};

/// A world whose hang-ups are audited by `audited_by`.
struct audited_world : world {
  void audited_by(const auditor_actor& auditor) {
    caf::anon_send_exit(node, caf::exit_reason::user_shutdown);
    run();
    node = spawn_node(sys, context, auditor);
    front = spawn_cluster_frontend(sys, context, node, auditor);
    reload(dir);
    run();
  }

  static disconnect_request named(disconnect_request request, const std::string& method = "m") {
    request.audit.method = method;
    request.audit.when = wall;
    return request;
  }

  std::shared_ptr<std::optional<caf::expected<cluster_disconnect_answer>>>
  later(const disconnect_request& request) {
    return ask_later<cluster_disconnect_answer>(front, request);
  }

  static const cluster_disconnect_answer&
  answer_in(const std::shared_ptr<std::optional<caf::expected<cluster_disconnect_answer>>>& box) {
    REQUIRE(box->has_value());
    REQUIRE(**box);
    return ***box;
  }
};

/// With an auditor that answers when it is told to.
struct slow_log : audited_world {
  using reply = caf::typed_response_promise<caf::ok_atom>;
  struct held {
    std::deque<reply> waiting;
    std::vector<std::size_t> blocks; ///< calls of each message
    std::vector<std::size_t> bytes;  ///< of each message that waits
    std::size_t most_bytes = 0;      ///< that waited at once
    lines notes;
  };
  std::shared_ptr<held> log = std::make_shared<held>();
  auditor_actor auditor;

  slow_log() {
    auditor = sys.spawn(
        [log = log, context = context](auditor_actor::pointer writer) -> auditor_actor::behavior_type {
          return {[=](const audit_writes& writes) -> caf::result<caf::ok_atom> {
                    std::size_t calls = 0;
                    for (const auto& write : writes)
                      for (const auto& block : write.blocks)
                        calls += block.calls.size();
                    log->blocks.push_back(calls);
                    log->bytes.push_back(bytes_of(writes));
                    log->most_bytes =
                        std::max<std::size_t>(log->most_bytes, context->audit.status().waiting_bytes);
                    auto promise = writer->make_response_promise<caf::ok_atom>();
                    log->waiting.push_back(promise);
                    return promise;
                  },
                  [=](const audit_notes& notes) {
                    context->audit.release(bytes_of(notes));
                    for (const auto& note : notes)
                      log->notes.push_back(note.id + ' ' + note.text);
                  },
                  [=](caf::tick_atom) {
                    context->audit.release(log->bytes.front());
                    log->bytes.erase(log->bytes.begin());
                    auto next = std::move(log->waiting.front());
                    log->waiting.pop_front();
                    next.deliver(caf::ok_atom_v);
                  }};
        });
    audited_by(auditor);
  }
  ~slow_log() {
    log->waiting.clear();
    caf::anon_send_exit(auditor, caf::exit_reason::user_shutdown);
    run();
  }

  /// The oldest message is written.
  void write_one() {
    REQUIRE_FALSE(log->waiting.empty());
    self->send(auditor, caf::tick_atom_v);
    run();
  }
  void write_all() {
    while (!log->waiting.empty())
      write_one();
  }
};

/// With the real auditor and a log in memory.
struct kept_log : audited_world {
  std::shared_ptr<fake_log> log = std::make_shared<fake_log>();
  auditor_actor auditor = spawn_auditor(sys, context, log, false);

  kept_log() { audited_by(auditor); }
  ~kept_log() {
    caf::anon_send_exit(auditor, caf::exit_reason::user_shutdown);
    run();
  }
};

} // namespace rollcall::testing
