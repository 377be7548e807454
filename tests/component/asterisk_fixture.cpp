#include "asterisk_fixture.hpp"

#include "transport/switches/asterisk/login.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <sys/socket.h>
#include <utility>

namespace rollcall::asterisk::testing {

namespace {

const std::string challenge = "875673684";
const std::string end_of_message = "\r\n\r\n";

std::string header(const std::string& name, const std::string& value) { return name + ": " + value + "\r\n"; }

std::string success(const std::string& id, const std::string& headers) {
  return header("Response", "Success") + header("ActionID", id) + headers + "\r\n";
}

std::string error(const std::string& id, const std::string& message) {
  return header("Response", "Error") + header("ActionID", id) + header("Message", message) + "\r\n";
}

} // namespace

std::string channel_headers(const std::string& id, const std::string& account, int state,
                            const std::string& prefix) {
  const std::vector<std::pair<const char*, std::string>> all{
      {"Channel", "PJSIP/" + account + "-" + id.substr(id.find('.') + 1)},
      {"ChannelState", std::to_string(state)},
      {"ChannelStateDesc", "Up"},
      {"CallerIDNum", "4930"},
      {"CallerIDName", "<unknown>"},
      {"ConnectedLineNum", "<unknown>"},
      {"ConnectedLineName", "<unknown>"},
      {"Language", "en"},
      {"AccountCode", account},
      {"Context", "from-customer"},
      {"Exten", "4940"},
      {"Priority", "1"},
      {"Uniqueid", id},
      {"Linkedid", id}};
  std::string text;
  for (const auto& [name, value] : all)
    text += header(prefix + name, value);
  return text;
}

std::string event_text(const std::string& name, const std::string& headers) {
  return header("Event", name) + header("Privilege", "call,all") + header("Timestamp", "1796019616.000001")
         + headers + "\r\n";
}

manager::manager(kamailio::testing::descriptor socket, std::shared_ptr<ami_script> script,
                 std::mutex& scripting)
    : number_(socket.release()),
      socket_(feed::testing::client::connected{number_}),
      script_(std::move(script)),
      scripting_(scripting) {
  thread_ = std::thread{[this] { run(); }};
}

manager::~manager() {
  {
    const std::lock_guard lock{mutex_};
    leaving_ = true;
    changed_.notify_all();
  }
  ::shutdown(number_, SHUT_RDWR);
  thread_.join();
}

void manager::send(std::string_view bytes) {
  const std::lock_guard lock{mutex_};
  socket_.send(bytes);
  tail_ += bytes;
  tail_.erase(0, tail_.size() - end_of_message.size());
  changed_.notify_all();
}

std::optional<action> manager::told() {
  std::unique_lock lock{mutex_};
  changed_.wait_for(lock, patience, [&] { return !told_.empty() || closed_; });
  if (told_.empty())
    return std::nullopt;
  auto first = std::move(told_.front());
  told_.pop_front();
  return first;
}

bool manager::listed(int times) {
  std::unique_lock lock{mutex_};
  return changed_.wait_for(lock, patience, [&] { return listed_ >= times; });
}

bool manager::closed() {
  std::unique_lock lock{mutex_};
  return changed_.wait_for(lock, patience, [&] { return closed_; });
}

void manager::run() {
  {
    const std::lock_guard lock{mutex_};
    socket_.send("Asterisk Call Manager/11.0.0\r\n");
  }
  action now;
  while (auto line = socket_.line()) {
    if (line->ends_with('\r'))
      line->pop_back();
    if (line->empty()) {
      answer(std::exchange(now, {}));
      continue;
    }
    const auto colon = line->find(": ");
    if (colon != std::string::npos)
      now[line->substr(0, colon)] = line->substr(colon + 2);
  }
  const std::lock_guard lock{mutex_};
  closed_ = true;
  changed_.notify_all();
}

void manager::answer(const action& asked) {
  const auto text = answer_to(asked);
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [&] { return tail_ == end_of_message || leaving_; });
  if (leaving_)
    return;
  const auto& name = asked.at("Action");
  socket_.send(text);
  if (name == "CoreShowChannels")
    ++listed_;
  else if (name == "Hangup" || name == "Getvar" || name == "Setvar")
    told_.push_back(asked);
  changed_.notify_all();
}

std::string manager::answer_to(const action& asked) {
  const std::lock_guard lock{scripting_};
  const auto& name = asked.at("Action");
  const auto& id = asked.at("ActionID");
  if (script_->silent)
    return {};
  if (script_->instead)
    if (const auto other = script_->instead(asked))
      return *other;
  if (name == "Challenge")
    return success(id, header("Challenge", challenge));
  if (name == "Login")
    return asked.at("Key") == login_key(challenge, script_->secret)
               ? success(id, header("Message", "Authentication accepted"))
               : error(id, "Authentication failed");
  if (name == "ListCommands") {
    std::string all = header("Ping", "Keepalive command.  (Priv: <none>)");
    for (const auto& each : script_->rights)
      all += header(each, "Something.  (Priv: call,all)");
    return success(id, all);
  }
  if (name == "CoreStatus")
    return success(id, header("CoreStartupDate", "2026-11-30") + header("CoreStartupTime", script_->started));
  if (name == "Ping")
    return success(id, header("Ping", "Pong"));
  if (name == "Events")
    return success(id, header("Events", "On"));
  if (name == "BridgeList")
    return list_of("BridgeList", {}, true, id);
  if (name == "CoreShowChannels")
    return list_of("CoreShowChannels", script_->channels, script_->whole, id);
  if (name == "Hangup")
    return success(id, header("Message", "Channel Hungup"));
  if (name == "Setvar")
    return success(id, header("Message", "Variable Set"));
  if (name == "Getvar" && asked.contains("Channel"))
    return error(id, "No such channel");
  return name == "Getvar" ? success(id, header("Variable", "ENTITYID") + header("Value", "02:fc:00:00:00:01"))
                          : error(id, "Invalid/unknown command");
}

std::string manager::list_of(const std::string& name, const std::vector<std::string>& items, bool whole,
                             const std::string& id) {
  auto text = success(id, header("EventList", "start"));
  for (const auto& each : items)
    text += header("Event", "CoreShowChannel") + header("ActionID", id) + each + "\r\n";
  return text
         + event_text(name + "Complete",
                      header("ActionID", id) + header("EventList", "Complete")
                          + header("ListItems", std::to_string(items.size() + (whole ? 0 : 1))));
}

limits node::quick() {
  limits bounds;
  bounds.tick = std::chrono::milliseconds{10};
  bounds.snapshot_pause = std::chrono::milliseconds{1};
  bounds.snapshot_again = std::chrono::milliseconds{300};
  bounds.snapshot_retry = std::chrono::milliseconds{300};
  bounds.behind = std::chrono::milliseconds{1};
  bounds.answer = std::chrono::milliseconds{2'000};
  bounds.others = std::chrono::milliseconds{50};
  return bounds;
}

node::node(fake_link& link, const limits& bounds)
    : link_(link),
      drivers_(std::make_shared<drivers>(bounds)),
      dialled_(std::make_unique<switches::dialled_switches>(io_, "asterisk", drivers_, link.attach(),
                                                            &system_now)) {
  to = {"asterisk", switch_name{"ast-1"}, {"127.0.0.1", std::to_string(listening_.port())}, {}};
  to.values.emplace("user", "rollcall");
  to.values.emplace("secret", "lab-secret");
  to.values.emplace("account", "accountcode");
  to.values.emplace("connections", switches::number_table{{"carrier-a", 7}});
  to.values.emplace("snapshot_interval", std::chrono::milliseconds{60'000});
  to.values.emplace("hang_ups_per_second", std::uint64_t{200});
  for (int i = 0; i < 2; ++i)
    threads_.emplace_back([this] { io_.run(); });
}

node::~node() {
  dialled_.reset();
  work_.reset();
  for (auto& each : threads_)
    each.join(); // everything that was under way has let go of itself
  link_.let_go();
}

std::unique_ptr<manager> node::next() {
  auto socket = listening_.accept();
  REQUIRE(socket);
  return std::make_unique<manager>(std::move(*socket), script_, scripting_);
}

bool node::noted(const std::string& text) const {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < deadline) {
    const auto lines = notes().lines();
    if (std::any_of(lines.begin(), lines.end(),
                    [&](const auto& each) { return each.find(text) != std::string::npos; }))
      return true;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  return false;
}

} // namespace rollcall::asterisk::testing
