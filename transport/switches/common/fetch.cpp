#include "transport/switches/common/fetch.hpp"

#include <boost/asio/post.hpp>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

namespace rollcall::switches {

namespace asio = boost::asio;
using strand = net::channel::strand;

namespace {

/// What is here already: a piece for each turn of the strand, so that events get theirs in between.
class fetch_here : public fetch, public std::enable_shared_from_this<fetch_here> {
public:
  explicit fetch_here(const strand& on) : on_(on) {}

  void next(handler done) override {
    done_ = std::move(done);
    asio::post(on_, [self = shared_from_this()] {
      if (const auto waits = std::exchange(self->done_, nullptr))
        self->read(waits);
    });
  }

  void cancel() override { done_ = nullptr; }

private:
  virtual void read(const handler& done) = 0;

  const strand on_;
  handler done_;
};

class fetch_file final : public fetch_here {
public:
  fetch_file(const strand& on, std::filesystem::path path)
      : fetch_here(on), path_(std::move(path)), piece_(piece_bytes) {}

private:
  void read(const handler& done) override {
    if (!file_.is_open()) {
      file_.open(path_, std::ios::binary);
      if (!file_)
        return done(path_.string() + ": " + std::error_code{errno, std::generic_category()}.message(), {});
      std::error_code left;
      std::filesystem::remove(path_, left);
    }
    file_.read(piece_.data(), static_cast<std::streamsize>(piece_.size()));
    if (file_.bad())
      return done("the file cannot be read", {});
    done({}, {piece_.data(), static_cast<std::size_t>(file_.gcount())});
  }

  const std::filesystem::path path_;
  std::ifstream file_;
  std::vector<char> piece_;
};

class fetch_text final : public fetch_here {
public:
  fetch_text(const strand& on, std::string text) : fetch_here(on), text_(std::move(text)) {}

private:
  void read(const handler& done) override {
    const auto piece = std::string_view{text_}.substr(given_, piece_bytes);
    given_ += piece.size();
    done({}, piece);
  }

  const std::string text_;
  std::size_t given_ = 0;
};

} // namespace

fetch_ptr make_fetch(const strand& on, fetch_source from, const fetch_limits& bounds) {
  if (auto* request = std::get_if<http_post>(&from))
    return fetch_http(on, std::move(*request), bounds);
  if (auto* file = std::get_if<file_once>(&from))
    return std::make_shared<fetch_file>(on, std::move(file->path));
  return std::make_shared<fetch_text>(on, std::move(std::get<std::string>(from)));
}

} // namespace rollcall::switches
