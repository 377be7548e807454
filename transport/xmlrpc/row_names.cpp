#include "transport/xmlrpc/row_names.hpp"

#include "domain/base/text.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace rollcall::xmlrpc {

row_names::row_names(directory_ptr of, customer_id scope, bool full_unicode, bool suspect)
    : directory_(std::move(of)), scope_(scope), full_unicode_(full_unicode), suspect_(suspect) {}

const std::string& row_names::of(const call_row& row) {
  members_.clear();
  if (directory_)
    write_names(row);
  if (suspect_)
    write("SUSPECT", to_string(row.shown_symptoms()));
  return members_;
}

void row_names::write_names(const call_row& row) {
  const auto& call = *row.record;
  const auto* const owner =
      directory_->covers(scope_, row.customer) ? directory_->find(row.customer) : nullptr;
  // An account of another environment is none of this one's: its number is told, and no name.
  const auto* const account = directory_->find(call.account());
  const auto is_its = owner && account && account->customer == row.customer;
  const auto* const connection = directory_->find(call.connection());
  write("CUSTOMER_NAME", owner ? owner->name : std::string_view{});
  write("ACCOUNT_NAME", is_its ? account->username : call.get(call_text::account_name));
  write("VENDOR_NAME", connection ? directory_->name_of(connection->vendor) : std::string_view{});
  write("CONNECTION_NAME", connection ? connection->name : std::string_view{});
  write("SWITCH", call.source().name.value());
}

void row_names::write(std::string_view member, std::string_view name) {
  writer to{members_, full_unicode_};
  to.begin_member(member).text(is_clean(name) ? name : cleaned(name)).end_member();
}

char* row_names::add(char* out) const {
  out = std::copy(members_.begin(), members_.end(), out - struct_foot.size());
  return std::copy(struct_foot.begin(), struct_foot.end(), out);
}

} // namespace rollcall::xmlrpc
