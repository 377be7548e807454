#include "apps/rollcalld/members_file.hpp"

#include "actors/runtime/log.hpp"
#include "apps/rollcalld/state_file.hpp"

#include <boost/json.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <utility>

namespace rollcall {

namespace {

constexpr std::size_t longest_file = 1024 * 1024; // bytes; a full memory is a fifth of that

} // namespace

known_members members_file::read() const {
  try {
    const auto text = read_state_file(file_, longest_file);
    if (!text)
      return {};
    known_members members;
    const auto content = boost::json::parse(*text);
    for (const auto& one : content.at("members").as_array())
      members.push_back({std::string{one.at("node").as_string()}, std::string{one.at("address").as_string()},
                         one.at("seen").to_number<std::int64_t>(),
                         one.at("forgotten").to_number<std::int64_t>()});
    return members;
  } catch (const std::exception& e) {
    log::error("cluster", "{} cannot be read, members from before the start are not known: {}",
               file_.string(), e.what());
    return {};
  }
}

void members_file::write(const known_members& members) {
  boost::json::array all;
  for (const auto& one : members)
    all.push_back(
        {{"node", one.node}, {"address", one.address}, {"seen", one.seen}, {"forgotten", one.forgotten}});
  try {
    replace_state_file(file_,
                       boost::json::serialize(boost::json::object{{"members", std::move(all)}}) + '\n');
    if (std::exchange(failed_, false))
      log::info("cluster", "{} is written again", file_.string());
  } catch (const std::exception& e) {
    if (!std::exchange(failed_, true))
      log::error("cluster", "{} cannot be written, a restart will not know the members: {}", file_.string(),
                 e.what());
  }
}

} // namespace rollcall
