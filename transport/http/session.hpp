#pragma once

#include "transport/http/answer_sender.hpp"
#include "transport/http/channel.hpp"
#include "transport/http/request_reader.hpp"
#include "transport/http/service.hpp"

#include <cstdint>
#include <memory>
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
/// and is the last. Each phase has its own absolute deadline. run(), drain() and cut() are for any thread;
/// the rest runs on the channel's strand.
class session final : public std::enable_shared_from_this<session>, answer_sender::user {
public:
  session(channel::socket connected, tls_context tls, std::shared_ptr<service> shared);
  ~session();

  void run();

  /// Notices that service::draining has been set: closes when idle, else after the answer under way.
  void drain();

  /// Closes now.
  void cut();

private:
  enum class phase : std::uint8_t { handshake, idle, header, body, reply, write, finishing };
  class pending_reply;

  void on_handshake(channel::error_code ec);
  void begin_request();
  void read_on();
  void do_read();
  void on_read(channel::error_code ec, std::size_t bytes);
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
  void enter(phase next, std::chrono::milliseconds within);
  void finish();

  channel channel_;
  std::shared_ptr<service> service_;
  request_reader reader_;
  std::shared_ptr<answer_sender> sender_; ///< of the answer being written
  std::string peer_;
  answer_form form_;
  phase phase_ = phase::handshake;
  std::uint64_t number_ = 0; ///< of the request being served; tells late replies apart
  bool expired_ = false;     ///< a read's deadline has passed and the read is being cancelled
};

} // namespace rollcall::http
