#include "transport/switches/kamailio/snapshot_source.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

namespace rollcall::kamailio {

namespace asio = boost::asio;

namespace {

class file_pieces final : public snapshot_source, public std::enable_shared_from_this<file_pieces> {
public:
  file_pieces(const executor& on, std::ifstream file)
      : on_(on), file_(std::move(file)), piece_(piece_bytes) {}

  void next(handler done) override {
    done_ = std::move(done);
    // One piece for each turn of the strand: events get theirs in between.
    asio::post(on_, [self = shared_from_this()] { self->read(); });
  }

  void cancel() override { done_ = nullptr; }

private:
  void read() {
    const auto done = std::exchange(done_, nullptr);
    if (!done)
      return;
    file_.read(piece_.data(), static_cast<std::streamsize>(piece_.size()));
    if (file_.bad())
      return done("the file cannot be read", {});
    done({}, {piece_.data(), static_cast<std::size_t>(file_.gcount())});
  }

  executor on_;
  std::ifstream file_;
  std::vector<char> piece_;
  handler done_;
};

class text_pieces final : public text_source, public std::enable_shared_from_this<text_pieces> {
public:
  text_pieces(const executor& on, const limits& bounds)
      : on_(on), deadline_(on), patience_(bounds.rpc_answer) {}

  void next(handler done) override {
    done_ = std::move(done);
    if (here_)
      return asio::post(on_, [self = shared_from_this()] { self->give(); });
    deadline_.expires_after(patience_);
    deadline_.async_wait([self = shared_from_this()](boost::system::error_code ec) {
      if (!ec && !self->here_)
        self->finish("no answer in time", {});
    });
  }

  void cancel() override {
    done_ = nullptr;
    deadline_.cancel();
  }

  void arrived(std::string text) override {
    text_ = std::move(text);
    here_ = true;
    deadline_.cancel();
    asio::post(on_, [self = shared_from_this()] { self->give(); });
  }

private:
  void give() {
    if (!done_)
      return;
    const auto piece = std::string_view{text_}.substr(given_, piece_bytes);
    given_ += piece.size();
    finish({}, piece);
  }

  void finish(const std::string& error, std::string_view piece) {
    if (const auto done = std::exchange(done_, nullptr))
      done(error, piece);
  }

  executor on_;
  asio::steady_timer deadline_;
  std::chrono::milliseconds patience_;
  std::string text_;
  std::size_t given_ = 0;
  bool here_ = false;
  handler done_;
};

} // namespace

snapshot_source_ptr file_source(const executor& on, const std::filesystem::path& file, std::string& error) {
  std::ifstream opened{file, std::ios::binary};
  if (!opened) {
    error = file.string() + ": " + std::error_code{errno, std::generic_category()}.message();
    return nullptr;
  }
  std::error_code left;
  std::filesystem::remove(file, left);
  return std::make_shared<file_pieces>(on, std::move(opened));
}

std::shared_ptr<text_source> awaited_text(const executor& on, const limits& bounds) {
  return std::make_shared<text_pieces>(on, bounds);
}

} // namespace rollcall::kamailio
