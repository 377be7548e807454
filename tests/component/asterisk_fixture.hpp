#pragma once

#include "feed_fixture.hpp"
#include "kamailio_fixture.hpp"
#include "transport/switches/asterisk/drivers.hpp"
#include "transport/switches/common/dialled_switches.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <variant>
#include <vector>

namespace rollcall::asterisk::testing {

using feed::testing::fake_link;
using feed::testing::patience;

/// An action by its headers, `Action` among them.
using action = std::map<std::string, std::string>;

/// What the manager interface of an Asterisk answers. It changes while connections are there.
struct ami_script {
  std::string secret = "lab-secret";
  std::vector<std::string> rights{"CoreShowChannels", "Hangup", "Getvar"};
  std::vector<std::string> channels = {}; ///< their headers, each with its line end
  bool whole = true;                      ///< lists end with the number of their items
  std::string started = "06:08:35";
  bool silent = false; ///< answers nothing any more

  /// When set, is asked first: an answer's headers behind the ActionID, or none.
  std::function<std::optional<std::string>(const action&)> instead = {};
};

/// One connection to that interface, seen from Asterisk's side. It answers by itself, but never within a
/// message that send() has begun.
class manager {
public:
  manager(kamailio::testing::descriptor socket, std::shared_ptr<ami_script> script, std::mutex& scripting);
  ~manager();
  manager(const manager&) = delete;
  manager& operator=(const manager&) = delete;

  /// As if Asterisk said so.
  void send(std::string_view bytes);

  /// The next action that is neither of the login nor a list nor a ping; none when the node closes, or
  /// nothing comes in time.
  std::optional<action> told();

  /// Waits until the lists have been asked for and answered so often.
  bool listed(int times);

  /// Waits until the node has closed the connection.
  bool closed();

private:
  void run();
  void answer(const action& asked);
  std::string answer_to(const action& asked);
  std::string list_of(const std::string& name, const std::vector<std::string>& items, bool whole,
                      const std::string& id);

  int number_;
  feed::testing::client socket_;
  const std::shared_ptr<ami_script> script_;
  std::mutex& scripting_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string tail_{"\r\n\r\n"}; ///< the last that send() has sent
  std::deque<action> told_;
  int listed_ = 0;
  bool closed_ = false;
  bool leaving_ = false;
  std::thread thread_;
};

/// The Asterisks of a node under test, and the manager interface that they connect to.
class node {
public:
  explicit node(fake_link& link, const limits& bounds = quick());
  ~node();
  node(const node&) = delete;
  node& operator=(const node&) = delete;

  /// Waits less than an operator's.
  static limits quick();

  switches::dialled to; ///< ast-1; connect() takes it
  void connect() { connect_to({to}); }
  void connect_to(std::vector<switches::dialled> all) { dialled_->set(std::move(all)); }

  std::unique_ptr<manager> next();

  void script(const std::function<void(ami_script&)>& change) {
    const std::lock_guard lock{scripting_};
    change(*script_);
  }

  const metrics& counters() const { return drivers_->counted(); }
  const switch_notes& notes() const { return dialled_->notes(); }

  /// Waits until one of the notes holds this.
  bool noted(const std::string& text) const;

private:
  fake_link& link_;
  kamailio::testing::listening listening_;
  std::mutex scripting_;
  const std::shared_ptr<ami_script> script_ = std::make_shared<ami_script>();
  boost::asio::io_context io_{2};
  const std::shared_ptr<drivers> drivers_;
  std::unique_ptr<switches::dialled_switches> dialled_;
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_{
      io_.get_executor()};
  std::vector<std::thread> threads_;
};

/// A channel's headers, as events and lists have them.
std::string channel_headers(const std::string& id, const std::string& account = "801", int state = 6,
                            const std::string& prefix = {});

/// An event, whole.
std::string event_text(const std::string& name, const std::string& headers);

// --- what a link was told, and events of one channel

using attachment = fake_link::attachment;

/// The last that was told of a call.
inline std::optional<call_event> last_of(const attachment& it, const std::string& id) {
  for (auto at = it.news.rbegin(); at != it.news.rend(); ++at)
    if (const auto* call = std::get_if<call_event>(&*at); call && call->id == id)
      return *call;
  return std::nullopt;
}

inline bool is_told(const attachment& it, const std::string& id) { return last_of(it, id).has_value(); }

inline bool is_over(const attachment& it, const std::string& id) {
  const auto last = last_of(it, id);
  return last && last->state == call_state::dead;
}

template <class Item>
std::ptrdiff_t count(const attachment& it) {
  return std::count_if(it.news.begin(), it.news.end(),
                       [](const auto& each) { return std::holds_alternative<Item>(each); });
}

inline bool is_settled(const attachment& it) { return count<snapshot_end>(it) > 0; }

inline std::string came(const std::string& id, const std::string& account = "801", int state = 4) {
  return event_text("Newchannel", channel_headers(id, account, state));
}

inline std::string went(const std::string& id) { return event_text("Hangup", channel_headers(id)); }

inline std::string dialled(const std::string& id, const std::string& of, const std::string& endpoint) {
  return event_text("DialBegin", channel_headers(of, "801", 4) + channel_headers(id, endpoint, 5, "Dest")
                                     + "DialString: 4940@" + endpoint + "\r\n");
}

} // namespace rollcall::asterisk::testing
