#include "transport/http/gzip.hpp"

#include <zlib.h>

#include <new>

namespace rollcall::http {
namespace {

constexpr int level = 1;
constexpr int window_bits = 15 + 16; ///< the largest window, in a gzip wrapping
constexpr int memory_level = 8;      ///< zlib's own default
constexpr std::size_t step_bytes = 32 * 1024;

} // namespace

struct gzip_stream::state {
  z_stream z{};
};

gzip_stream::gzip_stream() : state_(std::make_unique<state>()) {
  if (deflateInit2(&state_->z, level, Z_DEFLATED, window_bits, memory_level, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc(); // the only way it fails with constant parameters
}

gzip_stream::~gzip_stream() { deflateEnd(&state_->z); }

void gzip_stream::add(std::string_view piece, std::string& out) {
  if (!piece.empty())
    run(piece, Z_NO_FLUSH, out);
}

void gzip_stream::flush(std::string& out) { run({}, Z_SYNC_FLUSH, out); }

void gzip_stream::finish(std::string& out) { run({}, Z_FINISH, out); }

void gzip_stream::run(std::string_view piece, int flush, std::string& out) {
  auto& z = state_->z;
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data())); // zlib only reads it
  z.avail_in = static_cast<uInt>(piece.size());
  do {
    const auto before = out.size();
    out.resize(before + step_bytes);
    z.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    z.avail_out = step_bytes;
    deflate(&z, flush);
    out.resize(before + step_bytes - z.avail_out);
  } while (z.avail_out == 0);
}

} // namespace rollcall::http
