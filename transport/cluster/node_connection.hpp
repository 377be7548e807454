#pragma once

#include "transport/cluster/basp_bridge.hpp"
#include "transport/cluster/basp_frames.hpp"
#include "transport/cluster/registrar.hpp"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace rollcall::cluster {

/// A connection to a node, from the welcome to its end: joins it with BASP.
///
///     other node ══ channel ── node_connection ── socketpair ── BASP
///
/// Each direction has one buffer and reads only when what it read last has been written: a slow reader slows
/// the writer, and nothing piles up here. What comes from the other node passes basp_frames first.
///
/// The one who accepted hands over nothing until the first bytes have come, which say that the other side has
/// kept the connection, nor until `in_use` has been told, so that no message overtakes that news. Both wait
/// until BASP has let go of an earlier connection to the same node.
///
/// Runs on the channel's strand; kept alive by what is under way.
class node_connection : public std::enable_shared_from_this<node_connection> {
public:
  struct events {
    /// The connection is in use; `then` is to be called when that was told. Null on the accepting side.
    std::function<void(const caf::strong_actor_ptr& published, std::function<void()> then)> in_use;

    /// It is over; called once, the last thing.
    std::function<void(const std::string& why)> over;
  };

  node_connection(claim what, channel_ptr over, std::shared_ptr<const basp_bridge> basp, const limits& bounds,
                  std::shared_ptr<metrics> counters, events tell);
  ~node_connection();

  node_connection(const node_connection&) = delete;
  node_connection& operator=(const node_connection&) = delete;

  /// Once.
  void run();

  /// Ends it. Any thread.
  void cut(const std::string& why);

private:
  using error_code = net::channel::error_code;
  using pair_end =
      boost::asio::basic_stream_socket<boost::asio::local::stream_protocol, net::channel::strand>;

  /// What CAF keeps of the connection. It keeps its callbacks for as long as it likes, perhaps longer than
  /// there is an io_context, so they must not own anything of that.
  struct gate {
    std::mutex mutex;
    node_connection* leads_to = nullptr;

    /// Has it done on the connection's strand, if there still is a connection.
    void pass(std::function<void(node_connection&)> what);
  };

  void on_first_bytes(const error_code& ec, std::size_t size);
  void do_wait_for_basp();
  void on_known(bool known);
  int open_pair();
  void do_accept();
  void do_dial();
  void on_dialled(const basp_bridge::dialled& got);
  void do_read_node();
  void on_read_node(const error_code& ec, std::size_t size);
  void do_write_basp(std::size_t size);
  void do_read_basp();
  void on_read_basp(const error_code& ec, std::size_t size);
  bool passes(std::size_t size);
  void end(const std::string& why);

  claim claim_;
  channel_ptr channel_;
  std::shared_ptr<const basp_bridge> basp_;
  limits bounds_;
  std::shared_ptr<metrics> counters_;
  events tell_;

  std::shared_ptr<gate> gate_ = std::make_shared<gate>();
  pair_end pair_;
  boost::asio::steady_timer pause_;
  basp_frames frames_;
  std::vector<char> inward_;
  std::vector<char> outward_;
  std::size_t first_bytes_ = 0; ///< that wait in inward_
  bool over_ = false;
};

} // namespace rollcall::cluster
