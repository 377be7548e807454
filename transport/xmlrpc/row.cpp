#include "transport/xmlrpc/row.hpp"

#include "transport/xmlrpc/writer.hpp"

#include <array>
#include <string_view>

namespace rollcall::xmlrpc {

namespace {

using std::string_view;

/// Everything of a member that stands before its value, put together by the compiler.
template <std::size_t NameSize, std::size_t TypeSize>
class head {
public:
  consteval head(const char (&name)[NameSize], const char (&type)[TypeSize]) {
    std::size_t at = 0;
    for (const auto part : {string_view{"<member>\n<name>"}, string_view{name},
                            string_view{"</name>\n<value><"}, string_view{type}, string_view{">"}})
      for (const char c : part)
        text_[at++] = c;
  }

  constexpr string_view view() const noexcept { return {text_.data(), text_.size()}; }

private:
  // "<member>\n<name>", "</name>\n<value><" and ">"; the literals' final zeros are not copied.
  std::array<char, 15 + (NameSize - 1) + 16 + (TypeSize - 1) + 1> text_{};
};

constexpr head cli{"CLI", "string"};
constexpr head cld{"CLD", "string"};
constexpr head sip_call_id{"CALL_ID", "string"};
constexpr head state{"CC_STATE", "string"};
constexpr head id{"ID", "string"};
constexpr head caller_media_ip{"CALLER_MEDIA_IP", "string"};
constexpr head callee_media_ip{"CALLEE_MEDIA_IP", "string"};
constexpr head setup_time{"SETUP_TIME", "string"};
constexpr head direction{"DIRECTION", "string"};
constexpr head node{"NODE_ID", "string"};
constexpr head connection{"I_CONNECTION", "int"};
constexpr head account{"I_ACCOUNT", "int"};
constexpr head customer{"I_CUSTOMER", "int"};
constexpr head customer_text{"I_CUSTOMER", "string"};
constexpr head environment{"I_ENVIRONMENT", "int"};
constexpr head environment_text{"I_ENVIRONMENT", "string"};
constexpr head delay{"DELAY", "double"};
constexpr head duration{"DURATION", "double"};

constexpr string_view text_foot = "</string></value>\n</member>\n";
constexpr string_view int_foot = "</int></value>\n</member>\n";
constexpr string_view double_foot = "</double></value>\n</member>\n";

struct row_writer {
  std::string& out;

  void text(string_view before, string_view value) const {
    out += before;
    append_escaped(out, value);
    out += text_foot;
  }

  void integer(string_view before, std::int64_t value, string_view after = int_foot) const {
    out += before;
    append_integer(out, value);
    out += after;
  }

  void seconds(string_view before, std::chrono::microseconds value) const {
    out += before;
    append_seconds(out, value);
    out += double_foot;
  }
};

} // namespace

void append_row(std::string& out, const call_row& row, timestamp now, id_style ids) {
  using field = call_record::text;
  const auto& call = *row.record;
  const auto& source = call.source();
  const row_writer write{out};
  out += struct_head;
  write.text(cli.view(), call.get(field::cli));
  write.text(cld.view(), call.get(field::cld));
  write.text(sip_call_id.view(), call.get(field::sip_call_id));
  write.text(state.view(), to_string(call.state()));
  write.text(id.view(), call.id());
  write.text(caller_media_ip.view(), call.get(field::caller_media_ip));
  write.text(callee_media_ip.view(), call.get(field::callee_media_ip));
  write.text(setup_time.view(), format_api_time(call.setup()));
  write.text(direction.view(), call.get(field::direction));
  write.text(node.view(), source.node.value());
  write.integer(connection.view(), call.connection().value());
  write.integer(account.view(), call.account().value());
  if (ids == id_style::strings) {
    write.integer(customer_text.view(), row.customer.value(), text_foot);
    write.integer(environment_text.view(), source.environment.value(), text_foot);
  } else {
    write.integer(customer.view(), row.customer.value());
    write.integer(environment.view(), source.environment.value());
  }
  write.seconds(delay.view(), call.delay(now));
  write.seconds(duration.view(), call.duration(now));
  out += struct_foot;
}

} // namespace rollcall::xmlrpc
