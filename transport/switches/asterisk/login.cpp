#include "transport/switches/asterisk/login.hpp"

#include "transport/switches/asterisk/action.hpp"
#include "transport/switches/common/quoted.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <utility>

namespace rollcall::asterisk {

namespace {

constexpr std::size_t refusal_bytes = 200;
constexpr std::size_t run_bytes = 100;

bool is_success(const ami_event& answer) { return answer.get("Response") == "Success"; }

} // namespace

std::string login_key(std::string_view challenge, std::string_view secret) {
  auto text = std::string{challenge}.append(secret);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_md5(), nullptr) != 1)
    return {};
  constexpr std::string_view digits = "0123456789abcdef";
  std::string key;
  for (unsigned int i = 0; i < size; ++i)
    key.append({digits[digest.at(i) >> 4U], digits[digest.at(i) & 15U]});
  return key;
}

login::login(std::string user, std::string secret, std::string action_id)
    : user_(std::move(user)), secret_(std::move(secret)), action_id_(std::move(action_id)) {}

/// Each step has its own, so that no answer is taken for that to another one.
std::string login::action_id() const {
  return action_id_ + "login-" + std::to_string(static_cast<unsigned>(step_));
}

std::string login::ask(step next, std::string_view action, std::string_view name, std::string_view value) {
  step_ = next;
  return name.empty() ? action_text(action, action_id()) : action_text(action, action_id(), {{name, value}});
}

std::string login::greeted(std::string_view banner) {
  if (!banner.starts_with("Asterisk Call Manager/"))
    return {};
  return ask(step::challenge, "Challenge", "AuthType", "MD5");
}

std::string login::take(const ami_event& message) {
  if (state_ != state::asking || message.get("ActionID") != action_id())
    return {};
  switch (step_) {
  case step::banner:
    return {};
  case step::challenge:
    return is_success(message) ? log_in(message.get("Challenge")) : refuse(message.get("Message"));
  case step::key:
    return is_success(message) ? ask(step::commands, "ListCommands") : refuse(message.get("Message"));
  case step::commands:
    // An Asterisk names those that this user may give. One that names none is asked, and says so itself.
    if (is_success(message))
      rights_ = {!message.get("CoreShowChannels").empty(), !message.get("Hangup").empty(),
                 !message.get("Getvar").empty(), !message.get("Setvar").empty()};
    return rights_.list && rights_.ask ? ask(step::status, "CoreStatus") : enter();
  case step::status:
    started_ = std::string{message.get("CoreStartupDate")}.append(" ").append(message.get("CoreStartupTime"));
    return is_success(message) ? ask(step::entity, "Getvar", "Variable", "ENTITYID") : enter();
  case step::entity:
    if (const auto entity = message.get("Value"); is_success(message) && !entity.empty())
      run_ = switches::one_line(std::string{entity} + ' ' + started_, run_bytes);
    return enter();
  }
  return {};
}

std::string login::log_in(std::string_view challenge) {
  if (challenge.empty()) // whoever asks so could look the secret up by its digest
    return refuse("its challenge is empty");
  const auto key = login_key(challenge, secret_);
  if (key.empty())
    return refuse("OpenSSL has no MD5 here");
  step_ = step::key;
  return action_text("Login", action_id(),
                     {{"AuthType", "MD5"}, {"Username", user_}, {"Key", key}, {"Events", "off"}});
}

std::string login::refuse(std::string_view why) {
  state_ = state::refused;
  refusal_ = switches::one_line(why, refusal_bytes);
  return {};
}

std::string login::enter() {
  state_ = state::in;
  return {};
}

} // namespace rollcall::asterisk
