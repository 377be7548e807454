#include "transport/api/multicall.hpp"

#include "transport/api/dispatch.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::api {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::string_view help =
    "Calls several methods, one after the other. Takes an array of structs with methodName and params. "
    "Returns an array with, for each, an array of its answer, or a struct with its faultCode and "
    "faultString.";

/// One part as the method call that it stands for.
xmlrpc::or_fault<invocation_ptr> part_of(const invocation& whole, const xmlrpc::value& part) {
  const auto* members = part.as<xmlrpc::structure>();
  const auto* name = members ? xmlrpc::find(*members, "methodName") : nullptr;
  if (!name || !name->as<std::string>())
    return xmlrpc::bad_parameter("Each part must be a struct with methodName and params");
  invocation call{whole.session, *name->as<std::string>(), {}, true};
  if (call.method == multicall.name)
    return xmlrpc::bad_parameter("A part must not be a " + std::string{multicall.name});
  if (const auto* params = xmlrpc::find(*members, "params")) {
    if (!params->as<xmlrpc::array>())
      return xmlrpc::bad_parameter("The params of a part must be an array");
    call.params = *params->as<xmlrpc::array>();
  }
  return std::make_shared<const invocation>(std::move(call));
}

/// Does the parts of one request in order: the next begins when the one before has answered. Lists are not
/// written before all parts have answered, and then stream like lists that come alone.
class sequence : public std::enable_shared_from_this<sequence> {
public:
  sequence(invocation_ptr whole, done_fn done) : whole_(std::move(whole)), done_(std::move(done)) {}

  /// Goes on with the next part. A part may answer at once or later, on another thread; only in the latter
  /// case the answer itself goes on, so that the stack does not grow with the number of parts.
  void go_on() {
    const auto& parts = *whole_->params.front().as<xmlrpc::array>();
    while (next_ < parts.size()) {
      answered_ = false;
      begin(parts[next_++]);
      if (!answered_.exchange(true))
        return; // the answer will find that it came later
    }
    add(xmlrpc::array_foot);
    done_(answer{std::make_unique<xmlrpc::joined_body>(std::move(pieces_)), std::move(covers_)});
  }

  void start() {
    add(xmlrpc::array_head);
    go_on();
  }

private:
  void begin(const xmlrpc::value& part) {
    const auto take = [self = shared_from_this()](outcome result) {
      self->add(std::move(result));
      if (self->answered_.exchange(true))
        self->go_on();
    };
    if (clock::now() - begun_ > multicall_deadline) {
      take(xmlrpc::fault{xmlrpc::fault_code::unavailable, "Not done: the parts before took too long"});
      return;
    }
    auto call = part_of(*whole_, part);
    if (call)
      dispatch(*call, take);
    else
      take(std::move(call.why()));
  }

  void add(outcome result) {
    if (!result) {
      std::string text;
      xmlrpc::writer{text}.fault_value(result.why());
      pieces_.emplace_back(std::move(text));
      return;
    }
    if (result->covers)
      note(*result->covers);
    add(xmlrpc::array_head);
    pieces_.push_back(std::move(result->value));
    add(xmlrpc::array_foot);
  }

  void note(const coverage& part) {
    const auto join = [](std::vector<std::string>& known, const std::vector<std::string>& more) {
      std::vector<std::string> all;
      std::set_union(known.begin(), known.end(), more.begin(), more.end(), std::back_inserter(all));
      known = std::move(all);
    };
    auto& whole = covers_ ? *covers_ : covers_.emplace();
    join(whole.unverified, part.unverified);
    join(whole.missing, part.missing);
  }

  void add(std::string_view text) { pieces_.emplace_back(std::string{text}); }

  invocation_ptr whole_;
  done_fn done_;
  clock::time_point begun_ = clock::now();
  std::size_t next_ = 0;
  std::vector<xmlrpc::body> pieces_;
  std::optional<coverage> covers_;    ///< of all parts together
  std::atomic<bool> answered_{false}; ///< set by whoever comes first: the answer, or go_on() after begin()
};

void run(const invocation_ptr& call, done_fn done) {
  if (call->params.size() != 1 || !call->params.front().as<xmlrpc::array>()) {
    done(xmlrpc::bad_parameter("system.multicall takes an array of method calls"));
    return;
  }
  std::make_shared<sequence>(call, std::move(done))->start();
}

} // namespace

const method multicall{
    .name = "system.multicall",
    .takes = {},
    .returns = "array",
    .takes_type = "array",
    .may_take_none = false,
    .help = help,
    .run = run,
};

} // namespace rollcall::api
