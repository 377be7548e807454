#pragma once

#include "transport/http/response_writer.hpp"
#include "transport/http/service.hpp"
#include "transport/net/channel.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace rollcall::http {

/// Sends one answer to its client, piece by piece. Long bodies are made by the threads for that
/// (service::encoders): they keep neither the network's threads nor each other waiting.
///
/// A plain connection's pieces are sent by those threads as well, straight from the cache of the processor,
/// and many in a row: a round. In each step of it one piece is sent while another thread makes the next, and
/// whoever is ready last goes on. It ends when the client takes no more; what is left of a piece is then
/// written as all others are, from the strand.
///
///        ┌── wait: the body has nothing yet
///     make ──► made ──► write ──► make …           round ──► round …
///                 └─ one ahead ─┘                     └─► write: what is left ──► round …
///
/// Pieces grow while the client keeps up, for each costs two threads a hand-over; one that is slow or wants
/// little is not worth their memory. Those of a live body do not: there may be thousands whose clients have
/// stopped to read, each for as long as it has patience.
///
/// Runs on the channel's strand but for the making and the rounds, and under the channel's deadline: each
/// piece has limits::write to be there, and again to be taken.
class answer_sender : public std::enable_shared_from_this<answer_sender> {
public:
  /// Whose answer it is. Told one of these, once, and nothing after that.
  class user {
  public:
    virtual void answer_sent(bool keep_alive) = 0;
    virtual void answer_lost() = 0;                  ///< the client has gone
    virtual void answer_failed(const char* why) = 0; ///< the rest of the body cannot be made

  protected:
    ~user() = default;
  };

  answer_sender(net::channel& to, std::shared_ptr<service> shared, response answer, const answer_form& form);

  /// Lets go of a long body where it was made: a million rows take their time to go.
  ~answer_sender();

  /// Begins. `who` is kept by what is under way, but not while the body has nothing: one that is never ready
  /// must not keep the connection.
  void start(const std::shared_ptr<user>& who);

  /// When the deadline passes: true when it is the body that is late, false when the client is.
  bool body_is_late() const noexcept { return !writing_; }

  /// Some of the answer is on the wire.
  bool begun() const noexcept { return begun_; }

private:
  static constexpr std::size_t least_piece = 64 * 1024;
  static constexpr std::size_t most_piece = 1024 * 1024; ///< written from the strand
  /// Sent in rounds: less than a cache has, and yet enough that the client is not woken for each few rows.
  static constexpr std::size_t most_in_round = 512 * 1024;
  static constexpr std::chrono::seconds most_of_round{1}; ///< then the deadline is moved

  enum class ahead : std::uint8_t { nothing, waiting, making, made };
  using user_ptr = std::shared_ptr<user>;

  bool in_rounds() const noexcept { return !channel_.is_tls(); }
  std::size_t most() const noexcept { return live_ ? least_piece : in_rounds() ? most_in_round : most_piece; }
  void make_next(const user_ptr& who);
  bool must_wait(const user_ptr& who);
  void rest();
  void on_ready(const user_ptr& who, std::uint64_t wait);
  void on_made(const user_ptr& who);
  void go_on(const user_ptr& who);
  void on_written(const user_ptr& who, net::channel::error_code ec);
  void write_rest(const user_ptr& who);
  void pull(std::size_t enough) noexcept;
  void start_round(const user_ptr& who);
  void take_steps(const user_ptr& who);
  bool step_is_over(const user_ptr& who);
  void on_round(const user_ptr& who);

  net::channel& channel_;
  std::shared_ptr<service> service_;
  const bool live_;
  const std::chrono::milliseconds patience_; ///< for each piece
  std::unique_ptr<response_writer> writer_;
  std::string out_;     ///< being written, or sent in a round
  std::string made_;    ///< the piece after it
  std::string failure_; ///< why made_ is none
  ahead ahead_ = ahead::nothing;
  std::size_t enough_ = least_piece; ///< bytes of the piece that is made next
  bool more_ = true;                 ///< there may be pieces after made_
  std::size_t sent_ = 0;             ///< bytes of out_ that a round has sent
  std::size_t round_ = 0;            ///< bytes that the round under way has sent
  net::channel::clock::time_point round_ends_;
  std::atomic<int> at_work_ = 0; ///< threads in the step under way; its last sees to all that follows
  bool writing_ = false;
  bool begun_ = false;
  bool long_ = false;      ///< made_ is made elsewhere
  std::uint64_t wait_ = 0; ///< number of the last wait; tells late calls of its end apart
};

} // namespace rollcall::http
