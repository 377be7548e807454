// The small vocabulary: ids, addresses, hexadecimal digits, commands.
#include "transport/net/http_url.hpp"
#include "transport/switches/kamailio/command.hpp"
#include "transport/switches/kamailio/dialog_id.hpp"
#include "transport/switches/kamailio/dump_file.hpp"
#include "transport/switches/kamailio/hex.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace rollcall::kamailio_words_test {

using namespace rollcall::kamailio;

TEST_CASE("an invalid dialog id is refused") {
  for (const auto* text : {"",
                           "-",
                           "--",
                           "1-2",
                           "1-2-",
                           "-2-3",
                           "1--3",
                           "1-2-3-",
                           "1-2-3-0",
                           "1-2-3-x",
                           "1-2-3-4-5",
                           "x-2-3",
                           "1-x-3",
                           "1-2-x",
                           "1-02-3",
                           "1-2-03",
                           "1-4294967296-3",
                           "1-2-99999999999",
                           "1 -2-3",
                           "1-2-3 ",
                           "+1-2-3",
                           "1-+2-3",
                           "1234567890123456-1-1"})
    CHECK_MESSAGE(!parse_dialog_id(text), text);
}

TEST_CASE("a dialog's id reads as it was written") {
  CHECK(parse_dialog_id("1795492667753-13748-4294967295") == dialog_id{"1795492667753", 13748, 4294967295});
  CHECK(parse_dialog_id("1-2-3-4") == dialog_id{"1", 2, 3, 4});
  CHECK(rc::check([](std::uint32_t entry, std::uint32_t number, std::uint32_t again) {
    const dialog_id id{"1795492667753", entry, number, again};
    RC_ASSERT(parse_dialog_id(to_string(id)) == id);
  }));
}

TEST_CASE("an address without host or port, or with more than that, is none") {
  for (const auto* text : {"", ":", "host", "host:", ":80", "host:x", "host:123456", "host:65536", "host:-1",
                           "host:+1", "::1:80", "[]:80", "a b:80", "http://a:80", "a/b:80"})
    CHECK_MESSAGE(!net::parse_host_port(text), text);
}

TEST_CASE("an address has a name, an IPv4 or an IPv6 address, and a port") {
  CHECK(net::parse_host_port("kam.example:8448") == net::host_port{"kam.example", "8448"});
  CHECK(net::parse_host_port("127.0.0.1:1") == net::host_port{"127.0.0.1", "1"});
  CHECK(net::parse_host_port("[::1]:8448") == net::host_port{"::1", "8448"});
}

TEST_CASE("an RPC address is plain HTTP, and may leave port and path out") {
  for (const auto* text :
       {"", "127.0.0.1:8081/RPC", "https://a/RPC", "http://", "http:///RPC", "http://a:b/RPC",
        "http://a/R PC", "http://a:80\r\nX: y/", "http://a@b/RPC", "http://a?b=c", "http://a#b",
        "http://a/\x01", "http://\xC3\xA4/", "http://a:65536/"})
    CHECK_MESSAGE(!net::parse_http_url(text), text);
  CHECK(net::parse_http_url("http://127.0.0.1:8081/RPC") == net::http_url{{"127.0.0.1", "8081"}, "/RPC"});
  CHECK(net::parse_http_url("http://kam") == net::http_url{{"kam", "80"}, "/"});
  CHECK(net::parse_http_url("http://[::1]/RPC") == net::http_url{{"::1", "80"}, "/RPC"});
  CHECK(net::parse_http_url("http://[::1]:8081/RPC") == net::http_url{{"::1", "8081"}, "/RPC"});
}

TEST_CASE("digits that are not hexadecimal, or an odd number of them, are refused") {
  for (std::string text : {"a", "0g", "g0", " 0", "0x41"})
    CHECK_MESSAGE(!decode_hex(text), text);
}

TEST_CASE("hexadecimal digits in either case become bytes") {
  std::string text = "636166E900";
  REQUIRE(decode_hex(text));
  CHECK(text == std::string{"caf\xe9\0", 5});
  text.clear();
  CHECK(decode_hex(text));
}

TEST_CASE("commands are the JSON-RPC requests that Kamailio was seen to understand") {
  CHECK(end_dialog_command(9, {"1", 16, 28058})
        == R"({"jsonrpc":"2.0","method":"dlg.end_dlg","params":[16,28058],"id":9})");
  CHECK(
      refuse_call_command(10, "31337:1234567890")
      == R"({"jsonrpc":"2.0","method":"tm.reply","params":[603,"Disconnected by operator","31337:1234567890","rollcall","",""],"id":10})");
  CHECK(list_command(1) == R"({"jsonrpc":"2.0","method":"dlg.list","id":1})");
  CHECK(dump_command(2, "/run/x")
        == R"({"jsonrpc":"2.0","method":"dlg.dump_file","params":["/run/x"],"id":2})");
  CHECK(count_command(3) == R"({"jsonrpc":"2.0","method":"dlg.stats_active","id":3})");
  CHECK(run_command(4) == R"({"jsonrpc":"2.0","method":"htable.get","params":["rollcall","run"],"id":4})");
}

TEST_CASE("a transaction is named by two numbers, and by nothing else") {
  for (const auto* text :
       {"", ":", "1", "1:", ":1", "1:2:3", " 1:2", "1:2 ", "-1:2", "1:4294967296", "01:2", "<null>:<null>"})
    CHECK_MESSAGE(!is_transaction_id(text), text);
  CHECK(is_transaction_id("0:0"));
  CHECK(is_transaction_id("65535:4294967295"));
}

TEST_CASE("a dump goes into a file of the switch's name and a number of its own, or nowhere") {
  settings to;
  to.name = switch_name{"kam-1"};
  CHECK(dump_file(to, 1).empty());
  to.dump_directory = "/run/shared";
  CHECK(dump_file(to, 0xabc) == "/run/shared/rollcall-kam-1-0000000000000abc.dialogs");
  CHECK(dump_file(to, ~0ULL) == "/run/shared/rollcall-kam-1-ffffffffffffffff.dialogs");
}

TEST_CASE("old dumps of a switch are removed, not young ones, nor those of another switch") {
  std::string folder = std::filesystem::temp_directory_path() / "rollcall-words-XXXXXX";
  REQUIRE(::mkdtemp(folder.data()));
  settings to;
  to.name = switch_name{"kam-1"};
  to.dump_directory = folder;
  auto other = to;
  other.name = switch_name{"kam-1-b"};
  const auto old = dump_file(to, 1);
  const auto young = dump_file(to, 2);
  const auto foreign = dump_file(other, 1);
  const auto now = std::filesystem::file_time_type::clock::now();
  for (const auto& each : {old, young, foreign}) {
    std::ofstream{each} << "x";
    std::filesystem::last_write_time(each, each == young ? now : now - std::chrono::hours{1});
  }
  remove_old_dumps(to, std::chrono::seconds{600});
  CHECK_FALSE(std::filesystem::exists(old));
  CHECK(std::filesystem::exists(young));
  CHECK(std::filesystem::exists(foreign));
  std::filesystem::remove_all(folder);
}

} // namespace rollcall::kamailio_words_test
