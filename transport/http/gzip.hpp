#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace rollcall::http {

/// Compresses a body piece by piece (RFC 1952), fast rather than small: level 1 already makes call lists some
/// forty times smaller. Holds about 270 KiB. One thread.
class gzip_stream {
public:
  gzip_stream();
  ~gzip_stream();
  gzip_stream(const gzip_stream&) = delete;
  gzip_stream& operator=(const gzip_stream&) = delete;

  /// Takes the next piece, and appends to `out` what is ready: often nothing.
  void add(std::string_view piece, std::string& out);

  /// Appends all that was taken and is not out yet, at some cost in size.
  void flush(std::string& out);

  /// Appends the rest. Nothing may be added afterwards.
  void finish(std::string& out);

private:
  void run(std::string_view piece, int flush, std::string& out);

  struct state;
  std::unique_ptr<state> state_;
};

} // namespace rollcall::http
