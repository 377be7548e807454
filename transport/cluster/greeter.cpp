#include "transport/cluster/greeter.hpp"

#include "transport/host_port.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include <utility>

namespace rollcall::cluster {

namespace asio = boost::asio;

greeter::greeter(http::channel::socket connected, http::tls_context tls, const limits& bounds,
                 std::shared_ptr<metrics> counters, registrar_ptr mesh)
    : talk_(std::make_shared<talk>(std::move(connected), std::move(tls), bounds, counters)),
      counters_(std::move(counters)),
      mesh_(std::move(mesh)) {
  ++counters_->strangers;
}

greeter::~greeter() { --counters_->strangers; }

void greeter::run() {
  asio::dispatch(talk_->executor(), [self = shared_from_this()] {
    self->talk_->begin(talk::side::server, [self](const std::string& error) { self->on_begun(error); });
  });
}

void greeter::stop() {
  asio::post(talk_->executor(), [self = shared_from_this()] { self->talk_->cut(); });
}

void greeter::on_begun(const std::string& error) {
  if (!error.empty()) {
    mesh_->failed(talk_->peer(), error);
    return talk_->leave();
  }
  talk_->hear([self = shared_from_this()](const std::string& failed, const std::string& line) {
    self->on_heard(failed, line);
  });
}

void greeter::on_heard(const std::string& error, const std::string& line) {
  if (!error.empty()) {
    mesh_->failed(talk_->peer(), error);
    return talk_->cut();
  }
  auto read = read_hello(line, mesh_->mine().of.protocol);
  if (const auto* wrong = std::get_if<refused>(&read)) {
    mesh_->turn_away(*wrong, talk_->peer());
    return refuse(*wrong);
  }
  auto& theirs = std::get<greeting>(read);
  if (theirs.of.address.starts_with(':'))
    theirs.of.address = to_string(host_port{talk_->peer(), theirs.of.address.substr(1)});
  auto admitted = mesh_->admit(theirs, false, theirs.of.address);
  if (const auto* unwanted = std::get_if<refused>(&admitted))
    return refuse(*unwanted);
  talk_->say(welcome_line(mesh_->mine()),
             [self = shared_from_this(), claimed = std::get<claim>(admitted)](const std::string& failed) {
               if (failed.empty())
                 return self->mesh_->carry(claimed, self->talk_->over());
               self->mesh_->give_up(claimed, failed);
               self->talk_->cut();
             });
}

void greeter::refuse(const refused& what) {
  auto told = what;
  told.node = mesh_->mine().of.node;
  talk_->say_goodbye(refused_line(told));
}

} // namespace rollcall::cluster
