#pragma once

#include <zlib.h>

#include <stdexcept>
#include <string>

namespace rollcall::http {

/// What was packed in the beginning of a gzip stream, as far as it has been flushed.
inline std::string gunzip_beginning(const std::string& packed) {
  z_stream z{};
  if (inflateInit2(&z, 15 + 16) != Z_OK)
    throw std::runtime_error("inflateInit2");
  std::string out(65536, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  z.avail_in = static_cast<uInt>(packed.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  inflate(&z, Z_SYNC_FLUSH);
  out.resize(out.size() - z.avail_out);
  inflateEnd(&z);
  return out;
}

/// What was packed. Throws when it is not one whole gzip stream, to its checksum.
inline std::string gunzip(const std::string& packed) {
  z_stream z{};
  if (inflateInit2(&z, 15 + 16) != Z_OK)
    throw std::runtime_error("inflateInit2");
  std::string out;
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  z.avail_in = static_cast<uInt>(packed.size());
  int result = Z_OK;
  while (result == Z_OK) {
    const auto before = out.size();
    out.resize(before + 65536);
    z.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    z.avail_out = 65536;
    result = inflate(&z, Z_NO_FLUSH);
    out.resize(before + 65536 - z.avail_out);
  }
  const bool whole = result == Z_STREAM_END && z.avail_in == 0;
  inflateEnd(&z);
  if (!whole)
    throw std::runtime_error("not one whole gzip stream");
  return out;
}

} // namespace rollcall::http
