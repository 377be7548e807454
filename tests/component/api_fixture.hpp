#pragma once

#include "actor_fixture.hpp"
#include "transport/api/endpoint.hpp"
#include "transport/http/authorization.hpp"
#include "transport/http/digest_hash.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::testing {

/// What the frontend is asked, and what it shall answer.
struct front_script {
  std::vector<list_request> lists;
  std::vector<stats_request> stats;
  std::vector<preview_request> previews;
  std::vector<disconnect_request> disconnects;
  std::vector<node_order> node_orders;
  std::vector<history_request> histories;
  std::vector<record_ptr> calls; ///< what lists show, of account 11
  cluster_stats_answer counts;
  history_answer history;
  cluster_preview_answer previewed;
  cluster_disconnect_answer disconnected;
  std::optional<caf::error> error;               ///< instead of any answer
  std::vector<caf::response_promise> unanswered; ///< of a frontend that keeps silent
  bool silent = false;

  template <class Reply>
  caf::result<Reply> reply(cluster_frontend_actor::pointer self, Reply answer) {
    if (error)
      return *error;
    if (!silent)
      return answer;
    auto promise = self->make_response_promise<Reply>();
    unanswered.push_back(promise);
    return promise;
  }
};

inline cluster_frontend_actor::behavior_type scripted_frontend(cluster_frontend_actor::pointer self,
                                                               std::shared_ptr<front_script> script) {
  return {
      [=](const list_request& r) -> caf::result<cluster_list_answer> {
        script->lists.push_back(r);
        list_part part;
        part.account = {environment_id{1}, account_id{11}};
        part.records.assign(script->calls.begin(), script->calls.end());
        std::vector<list_part> parts{std::move(part)};
        return script->reply(
            self, cluster_list_answer{std::make_shared<call_list>(r.query, r.directory, std::move(parts),
                                                                  actor_fixture::wall),
                                      actor_fixture::wall,
                                      {}});
      },
      [](const watch_request&) -> caf::result<cluster_watch_actor> { return caf::sec::unexpected_message; },
      [=](const stats_request& r) { return script->stats.push_back(r), script->reply(self, script->counts); },
      [=](const preview_request& r) {
        return script->previews.push_back(r), script->reply(self, script->previewed);
      },
      [=](const disconnect_request& r) {
        return script->disconnects.push_back(r), script->reply(self, script->disconnected);
      },
      [=](const node_order& r) {
        return script->node_orders.push_back(r), script->reply(self, node_order_answer{});
      },
      [=](const history_request& r) {
        return script->histories.push_back(r), script->reply(self, script->history);
      },
  };
}

/// An endpoint before a scripted frontend. Trusts 127.0.0.1; customer N logs in as `login-N` with `secret`.
struct api_fixture : actor_fixture {
  static constexpr std::string_view realm = "rollcall";

  std::shared_ptr<front_script> script = std::make_shared<front_script>();
  std::shared_ptr<http::authenticator> authenticator = std::make_shared<http::authenticator>(
      http::authenticator::settings{.realm = std::string{realm}, .keys = {http::nonce_key{}}});
  cluster_frontend_actor front = sys.spawn(scripted_frontend, script);
  audit_writes audited; ///< what the auditor was sent
  auditor_actor auditor = sys.spawn([this](auditor_actor::pointer) -> auditor_actor::behavior_type {
    return {[this](const audit_writes& writes) {
              context->audit.release(bytes_of(writes));
              audited.insert(audited.end(), writes.begin(), writes.end());
              return caf::ok_atom_v;
            },
            [](const audit_notes&) {}, [](caf::tick_atom) {}};
  });
  std::optional<api::endpoint> endpoint{std::in_place, sys, front, auditor, context, settings()};
  std::vector<http::response> answers; ///< in the order in which they came

  ~api_fixture() {
    // A promise that is dropped answers with an error, and must find its client alive.
    script->unanswered.clear();
    run();
    caf::anon_send_exit(front, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(auditor, caf::exit_reason::user_shutdown);
    run();
  }

  static directory_entries entries() {
    auto e = sample_entries();
    for (auto& one : e.customers) {
      one.web_login = "login-" + std::to_string(one.id.value());
      one.password.md5 = http::password_hash(http::digest_algorithm::md5, one.web_login, realm, "secret");
      one.password.sha256 =
          http::password_hash(http::digest_algorithm::sha256, one.web_login, realm, "secret");
      one.api_access = one.id != customer_id{4};
    }
    return e;
  }

  api::settings settings() const {
    api::settings by;
    by.directory = directory::link(entries());
    by.trusted_hosts = http::peer_list::parse({"127.0.0.1"});
    by.authenticator = authenticator;
    by.confirmations = std::make_shared<api::confirmations>(std::vector{net::derived_key{1}});
    by.node = node_id{"node-a"};
    return by;
  }

  static http::request request(std::string body, std::string peer = "127.0.0.1") {
    http::request r;
    r.method = "POST";
    r.target = r.path = "/xmlapi/xmlapi";
    r.fields = {{"Host", "127.0.0.1"}, {"Content-Type", "text/xml"}};
    r.body = std::move(body);
    r.peer = std::move(peer);
    r.door = http::door::trusted;
    return r;
  }

  /// A method call; `params` is what stands in its <params>.
  static std::string call_of(const std::string& method, const std::string& params = {}) {
    return "<?xml version='1.0'?><methodCall><methodName>" + method + "</methodName><params>" + params
           + "</params></methodCall>";
  }

  /// One struct of texts and integers, as params.
  static std::string structure(const std::vector<std::pair<std::string, std::string>>& members) {
    std::string xml = "<param><value><struct>";
    for (const auto& [name, value] : members)
      xml += "<member><name>" + name + "</name><value>" + value + "</value></member>";
    return xml + "</struct></value></param>";
  }

  /// Hands a request over. Its answer, when there is one, comes to `answers`.
  void send(http::request r) {
    (*endpoint)(std::move(r), [this](http::response a) { answers.push_back(std::move(a)); });
  }

  http::response answer_to(http::request r) {
    send(std::move(r));
    run();
    return taken();
  }

  http::response answer_to(std::string body) { return answer_to(request(std::move(body))); }

  /// An Authorization header for the nonce of `challenge`.
  static std::string authorization(const std::string& challenge, const std::string& login,
                                   const std::string& password) {
    constexpr auto md5 = http::digest_algorithm::md5;
    std::smatch found;
    REQUIRE(std::regex_search(challenge, found, std::regex{"nonce=\"([^\"]*)\""}));
    http::authorization as;
    as.nonce = found[1];
    as.uri = "/xmlapi/xmlapi";
    as.nc = "00000001";
    as.cnonce = "abc";
    as.qop = "auth";
    const auto response =
        http::expected_response(md5, http::password_hash(md5, login, realm, password), "POST", as);
    return "Digest username=\"" + login + "\", realm=\"rollcall\", nonce=\"" + as.nonce
           + "\", uri=\"/xmlapi/xmlapi\", qop=auth, nc=00000001, cnonce=\"abc\", response=\"" + response
           + "\"";
  }

  http::response log_in(const std::string& login, const std::string& password, std::string body) {
    const auto challenged = answer_to(request("", "192.0.2.9"));
    return with_header(authorization(header(challenged, "WWW-Authenticate"), login, password),
                       std::move(body));
  }

  http::response with_header(std::string value, std::string body = call_of("system.listMethods")) {
    auto r = request(std::move(body));
    r.fields.emplace_back("Authorization", std::move(value));
    return answer_to(std::move(r));
  }

  /// The one answer that there is.
  http::response taken() {
    REQUIRE(answers.size() == 1);
    auto one = std::move(answers.front());
    answers.clear();
    return one;
  }

  static std::string text_of(const http::response& answer) {
    if (const auto* whole = std::get_if<std::string>(&answer.body))
      return *whole;
    std::string out;
    while (std::get<std::unique_ptr<http::body_source>>(answer.body)->next(out)) {
    }
    return out;
  }

  static std::string header(const http::response& answer, std::string_view name) {
    const auto found = std::find_if(answer.headers.begin(), answer.headers.end(),
                                    [&](const http::field& f) { return f.first == name; });
    return found == answer.headers.end() ? std::string{} : found->second;
  }

  /// `code text` of the fault that an answer is; empty for another answer.
  static std::string fault_in(const http::response& answer) {
    const auto text = text_of(answer);
    const auto between = [&](std::string_view from, std::string_view to) {
      const auto begin = text.find(from) + from.size();
      return text.substr(begin, text.find(to, begin) - begin);
    };
    if (text.find("<fault>") == std::string::npos)
      return {};
    return between("<int>", "</int>") + ' ' + between("<string>", "</string>");
  }
};

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

} // namespace rollcall::testing
