#include "domain/lists/row_inbox.hpp"
#include "row_fixture.hpp"
#include "transport/xmlrpc/body.hpp"
#include "transport/xmlrpc/list_source.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::xmlrpc::xmlrpc_list_source_test {

namespace {

const timestamp now{std::chrono::seconds{1'732'320'000}};

std::shared_ptr<row_inbox> inbox() {
  return std::make_shared<row_inbox>(node_id{"node-b"}, row_inbox::events{});
}

std::string batch_of(const std::string& id) {
  call_event event;
  event.id = id;
  event.setup = now;
  return packed({{call_record::first(switch_of("sbc-1"), event), customer_id{1}}});
}

std::size_t count(const std::string& text, std::string_view what) {
  std::size_t found = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
    ++found;
  return found;
}

std::unique_ptr<list_source> list_of(std::shared_ptr<row_source> rows) {
  return std::make_unique<list_source>(std::move(rows), now, id_style::integers);
}

} // namespace

TEST_CASE("a list whose rows will not come fails, alone and as part of an answer") {
  const auto box = inbox();
  auto answer = response_around(list_of(box));
  auto& source = *std::get<std::unique_ptr<http::body_source>>(answer);
  CHECK(source.wait([] {}));
  box->fail("gone");
  CHECK_FALSE(source.wait([] {}));
  std::string out;
  CHECK_THROWS_AS(source.next(out), list_lost);
}

TEST_CASE("rows that are here are told while others are waited for") {
  const auto box = inbox();
  const auto list = list_of(box);
  int woken = 0;
  CHECK(list->wait([&woken] { ++woken; }));
  box->push(batch_of("1"));
  CHECK(woken == 1);
  std::string out;
  CHECK(list->next(out));
  CHECK(count(out, "<name>ID</name>") == 1);
  CHECK(list->wait([&woken] { ++woken; }));
  box->push(batch_of("2"));
  CHECK(woken == 2);
  CHECK(list->next(out));
  box->finish();
  CHECK_FALSE(list->wait([] {}));
  CHECK_FALSE(list->next(out));
  CHECK_FALSE(list->wait([] {}));
  CHECK(count(out, "<name>ID</name>") == 2);
  CHECK(out.ends_with("</data></array></value>\n"));
}

TEST_CASE("an answer of several lists waits for the one whose turn it is") {
  const auto first = inbox();
  const auto second = inbox();
  std::vector<body> lists;
  lists.emplace_back(std::string{"<1>"});
  lists.emplace_back(list_of(first));
  lists.emplace_back(std::string{"<2>"});
  lists.emplace_back(list_of(second));
  lists.emplace_back(std::string{"<3>"});
  std::vector<body> outer;
  outer.emplace_back(std::string{"<0>"});
  outer.emplace_back(std::make_unique<joined_body>(std::move(lists)));
  outer.emplace_back(std::string{"<4>"});
  joined_body all{std::move(outer)};

  int woken = 0;
  second->push(batch_of("3"));
  CHECK(all.wait([&woken] { ++woken; }));
  first->push(batch_of("1"));
  CHECK(woken == 1);
  std::string out;
  CHECK(all.next(out));
  CHECK(count(out, "<name>ID</name>") == 1);
  CHECK(all.wait([&woken] { ++woken; }));
  first->finish();
  CHECK(woken == 2);
  CHECK(all.next(out));
  CHECK(count(out, "<name>ID</name>") == 2);
  CHECK(all.wait([&woken] { ++woken; }));
  second->finish();
  CHECK_FALSE(all.wait([] {}));
  CHECK_FALSE(all.next(out));
  CHECK(out.starts_with("<0><1>"));
  CHECK(out.ends_with("<3><4>"));
  CHECK_FALSE(all.wait([] {}));
}

} // namespace rollcall::xmlrpc::xmlrpc_list_source_test
