#include "transport/api/order_words.hpp"

#include "domain/base/visible_text.hpp"

#include <algorithm>
#include <utility>

namespace rollcall::api {

asked_disconnect order_words::put_into(disconnect_request request, std::uint64_t confirm_above) && {
  request.limits.max_calls = max_calls;
  request.limits.above = confirm_above;
  request.audit.reason = std::move(reason);
  asked_disconnect asked{std::move(request)};
  asked.dry_run = dry_run;
  asked.confirm = std::move(confirm);
  return asked;
}

order_words read_order_words(param_reader& in) {
  order_words words;
  words.dry_run = in.boolean("dry_run").value_or(false);
  words.confirm = in.text("confirm").value_or(std::string{});
  if (words.dry_run && !words.confirm.empty())
    in.fail("Parameters dry_run and confirm exclude each other");
  words.max_calls = in.count("max_calls");
  words.reason = in.text("reason").value_or(std::string{});
  if (words.reason.size() > longest_reason)
    in.fail("Parameter reason must be at most " + std::to_string(longest_reason) + " bytes");
  else if (!is_reason(words.reason))
    in.fail("Parameter reason must not hold control characters, nor others that cannot be seen");
  return words;
}

bool is_order_word(std::string_view parameter) {
  return std::find(order_parameters.begin(), order_parameters.end(), parameter) != order_parameters.end();
}

bool is_reason(std::string_view text) { return text.size() <= longest_reason && visible_text(text) == text; }

} // namespace rollcall::api
