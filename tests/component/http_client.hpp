#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rollcall::http {

/// A client that sends exactly the bytes it is told to. Blocking, gives up after ten seconds of silence.
class raw_client {
public:
  explicit raw_client(std::uint16_t port, const char* host = "127.0.0.1");
  ~raw_client();
  raw_client(const raw_client&) = delete;
  raw_client& operator=(const raw_client&) = delete;

  struct answer {
    unsigned status = 0;
    std::string head; ///< status line and fields
    std::string body; ///< without chunk framing
    bool whole = false;

    bool has(std::string_view line) const {
      return head.find("\r\n" + std::string{line} + "\r\n") != head.npos;
    }
  };

  void send(std::string_view bytes);

  /// Says that nothing follows, and still reads.
  void half_close();

  /// The next answer. Not whole when the connection ended before it did.
  answer read_answer(bool to_head = false);

  /// What comes next, as it comes; empty at the end of the connection.
  std::string read_some();

  /// Everything up to the end of the connection.
  std::string read_rest();

  /// True when the server closes without another byte, whether with a goodbye or a reset.
  bool closed();

  /// True when the connection ended with a reset.
  bool was_reset() const { return reset_; }

private:
  bool fill();
  std::optional<std::string> take_line();
  bool take(std::size_t count, std::string& out);

  int socket_ = -1;
  std::string received_;
  bool reset_ = false;
};

} // namespace rollcall::http
