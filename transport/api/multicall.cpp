#include "transport/api/multicall.hpp"

#include "transport/api/dispatch.hpp"
#include "transport/api/gaps.hpp"
#include "transport/api/params.hpp"
#include "transport/api/refused_orders.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace rollcall::api {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::string_view multicall_help =
    "Calls several methods, one after the other. Takes an array (none is an empty one) of structs with "
    "methodName (string) and params (array), 64 at most. "
    "Returns an array with, for each, an array of its answer, or a struct with its faultCode and "
    "faultString.";

/// The parts that were given; none where nothing was, or no struct.
const xmlrpc::array& parts_of(const invocation& whole) {
  static const xmlrpc::array none;
  const auto* const given = whole.params.empty() ? nullptr : whole.params.front().as<xmlrpc::array>();
  return given ? *given : none;
}

/// One part as the method call that it stands for.
xmlrpc::or_fault<invocation_ptr> part_of(const invocation& whole, const xmlrpc::value& part) {
  const auto* members = part.as<xmlrpc::structure>();
  if (const auto* const twice = members ? repeated(*members) : nullptr)
    return xmlrpc::bad_parameter("The part has two members " + *twice);
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

xmlrpc::fault not_done(const char* why) {
  return {xmlrpc::fault_code::unavailable, std::string{"Not done: "} + why};
}

/// Does the parts of one request in order: the next begins when the one before has answered. Lists are not
/// written before all parts have answered, and then stream like lists that come alone.
class sequence : public std::enable_shared_from_this<sequence> {
public:
  sequence(invocation_ptr whole, done_fn done) : whole_(std::move(whole)), done_(std::move(done)) {}

  /// Goes on with the next part. A part may answer at once or later, on another thread; only in the latter
  /// case the answer itself goes on, so that the stack does not grow with the number of parts.
  void go_on() {
    const auto& parts = parts_of(*whole_);
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
    auto call = part_of(*whole_, part);
    if (!call)
      refuse(part, std::move(call.why()), take);
    else if (clock::now() - begun_ > multicall_deadline)
      refuse_order(*call, not_done("the parts before took too long"), take);
    else if (bytes_ > multicall_most_bytes)
      refuse_order(*call, not_done("the answers before it are too long"), take);
    else
      dispatch(*call, take);
  }

  void refuse(const xmlrpc::value& part, xmlrpc::fault why, const done_fn& take) const {
    note_refused_part(*whole_, part, why);
    take(std::move(why));
  }

  void add(outcome result) {
    if (!result) {
      std::string text;
      xmlrpc::writer{text, whole_->settings().style.full_unicode}.fault_value(result.why());
      pieces_.emplace_back(std::move(text));
      return;
    }
    if (result->covers)
      join(covers_ ? *covers_ : covers_.emplace(), *result->covers);
    add(xmlrpc::array_head);
    if (const auto* text = std::get_if<std::string>(&result->value))
      bytes_ += text->size();
    pieces_.push_back(std::move(result->value));
    add(xmlrpc::array_foot);
  }

  void add(std::string_view text) { pieces_.emplace_back(std::string{text}); }

  invocation_ptr whole_;
  done_fn done_;
  clock::time_point begun_ = clock::now();
  std::size_t next_ = 0;
  std::vector<xmlrpc::body> pieces_;
  std::size_t bytes_ = 0;             ///< of answers among them that are here as a whole
  std::optional<coverage> covers_;    ///< of all parts together
  std::atomic<bool> answered_{false}; ///< set by whoever comes first: the answer, or go_on() after begin()
};

void run_multicall(const invocation_ptr& call, done_fn done) {
  const auto& given = call->params;
  const auto none = given.empty() || (given.size() == 1 && is_no_struct(given.front()));
  if (!none && (given.size() != 1 || !given.front().as<xmlrpc::array>())) {
    refuse_order(call, xmlrpc::bad_parameter("system.multicall takes an array of method calls"), done);
    return;
  }
  if (parts_of(*call).size() > multicall_most_parts) {
    refuse_order(call,
                 xmlrpc::bad_parameter("system.multicall takes at most "
                                       + std::to_string(multicall_most_parts) + " calls"),
                 done);
    return;
  }
  std::make_shared<sequence>(call, std::move(done))->start();
}

} // namespace

const method multicall{
    .name = "system.multicall",
    .takes = {},
    .needs = std::nullopt,
    .returns = "array",
    .takes_type = "array",
    .may_take_none = true,
    .help = multicall_help,
    .run = run_multicall,
};

} // namespace rollcall::api
