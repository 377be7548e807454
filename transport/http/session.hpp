#pragma once

#include "transport/http/answer_sender.hpp"
#include "transport/http/eviction.hpp"
#include "transport/http/handshake_gate.hpp"
#include "transport/http/peer_table.hpp"
#include "transport/http/request_reader.hpp"
#include "transport/http/service.hpp"
#include "transport/net/channel.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace rollcall::http {

/// One client's connection, from the handshake to the close. One request at a time: pipelined ones wait their
/// turn in the reader.
///
///     handshake ─► idle ─► header ─► body ─► reply ─► write ─┬─► idle or header (kept alive)
///                   │        │        │        │       │     └─► finishing (last answer)
///       deadline:  close    408      408      503     cut
///
/// A body that has nothing to write yet is waited for in write, each time under the deadline of one piece:
/// 503 when nothing was sent before. A request that is refused goes from header or body straight to write,
/// and is the last. Each phase has its own absolute deadline. run() and what follows it are for any thread;
/// the rest runs on the channel's strand.
///
/// It is a stranger's until a POST was answered on it without a refusal: that is how somebody is let in, and
/// pages that anybody may read are no sign of it.
class session final : public std::enable_shared_from_this<session>, answer_sender::user {
public:
  session(net::channel::socket connected, net::tls_context tls, door entrance,
          std::shared_ptr<service> shared, peer_table::place place = {});
  ~session();

  void run();

  /// Notices that service::draining has been set: closes when idle, else after the answer under way.
  void drain();

  /// Closes now.
  void cut();

  /// Closes a connection that would not be let in under this identity, with the certificate that it has
  /// shown.
  void revise(const net::tls_context& identity);

  /// What it is while it is a stranger's that may be closed for a newcomer. Those of an exempt address may
  /// not, for they stand for many.
  std::optional<stranger> as_stranger() const;

  /// Has it close, once, for a newcomer: now, or after the answer under way. False when it is no stranger's.
  bool evict();

private:
  enum class phase : std::uint8_t { handshake, idle, header, body, reply, write, finishing };
  class pending_reply;

  void on_hello();
  void begin_handshake();
  void on_replaced();
  void leave_gate();
  void give_up_handshake(const char* why);
  void on_handshake(net::channel::error_code ec);
  void begin_request();
  void read_on();
  void do_read();
  void on_read(net::channel::error_code ec, std::size_t bytes);
  void do_continue();
  void hand_over();
  void on_reply(std::uint64_t number, response answer);
  void refuse(unsigned status, std::string reason);
  void start_answer(response answer, const answer_form& form);
  void answer_sent(bool keep_alive) override;
  void answer_lost() override;
  void answer_failed(const char* why) override;
  void on_deadline();
  void on_late_body();
  void tell_failure(const std::string& what);
  void enter(phase next, std::chrono::milliseconds within);
  void finish();

  net::channel channel_;
  std::shared_ptr<service> service_;
  request_reader reader_;
  std::shared_ptr<answer_sender> sender_; ///< of the answer being written
  peer_table::place place_;               ///< among the connections of its address
  std::string peer_;
  const net::address_key from_;
  const net::channel::clock::time_point accepted_ = net::channel::clock::now();
  std::atomic<bool> may_give_way_; ///< it is a stranger's
  door door_;
  answer_form form_;
  phase phase_ = phase::handshake;
  handshake_gate::ticket ticket_ = 0; ///< of the handshake under way, or waiting for its turn
  bool has_turn_ = false;             ///< the handshake is under way
  std::uint64_t number_ = 0;          ///< of the request being served; tells late replies apart
  bool posts_ = false;                ///< the request being served is a POST
  bool leaves_ = false;               ///< for a newcomer, after the answer under way
  bool expired_ = false;              ///< a read's deadline has passed and the read is being cancelled
};

} // namespace rollcall::http
