#include "transport/xmlrpc/body.hpp"

#include "transport/xmlrpc/writer.hpp"

#include <utility>

namespace rollcall::xmlrpc {

namespace {

http::body_source* source_in(const body& part) {
  const auto* source = std::get_if<std::unique_ptr<http::body_source>>(&part);
  return source ? source->get() : nullptr;
}

} // namespace

bool joined_body::next(std::string& out) {
  const auto enough = out.size() + piece_size;
  while (position_ < parts_.size() && out.size() < enough) {
    auto& part = parts_[position_];
    if (auto* const source = source_in(part)) {
      if (source->wait({}))
        return true;
      const auto before = out.size();
      if (source->next(out)) {
        if (out.size() == before)
          return true; // it has worked for its turn
        continue;
      }
    } else {
      out += std::get<std::string>(part);
    }
    part = std::string{}; // what is written needs no memory any more
    ++position_;
  }
  return position_ < parts_.size();
}

bool joined_body::wait(std::function<void()> ready) {
  for (auto at = position_; at < parts_.size(); ++at)
    if (auto* const source = source_in(parts_[at]))
      return source->wait(std::move(ready));
  return false;
}

body response_around(body value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    std::string whole;
    whole.reserve(response_head.size() + text->size() + response_foot.size());
    whole += response_head;
    whole += *text;
    whole += response_foot;
    return whole;
  }
  std::vector<body> parts;
  parts.emplace_back(std::string{response_head});
  parts.push_back(std::move(value));
  parts.emplace_back(std::string{response_foot});
  return std::make_unique<joined_body>(std::move(parts));
}

} // namespace rollcall::xmlrpc
