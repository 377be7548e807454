#include "transport/switches/common/line_parser.hpp"

#include <boost/json.hpp>

#include <array>
#include <benchmark/benchmark.h>
#include <string>

// How many lines of the feed one core reads, beside the time that Boost.JSON takes for its tree alone.

namespace {

using namespace rollcall;

constexpr std::string_view first_sight =
    R"({"type":"call","id":"18f3a2-960","state":"WaitRoute","call_id":"a84b4c76e66710@pc33.example.com",)"
    R"("cli":"442071234567","cld":"4930901820","caller_media_ip":"192.0.2.10","direction":"onnet_in",)"
    R"("i_account":801,"setup_time":1732320000.123456})";
constexpr std::string_view change =
    R"({"type":"call","id":"18f3a2-960","state":"Connected","connect_time":1732320004.5})";
constexpr std::string_view end = R"({"type":"end","id":"18f3a2-960","time":1732320184.25})";
constexpr std::array lines = {first_sight, change, end};

constexpr std::size_t lines_of_one_read = 300;

void parse_line(benchmark::State& state) {
  const auto line = lines[static_cast<std::size_t>(state.range(0))];
  switches::line_parser parser;
  const auto now = system_now();
  for (auto _ : state) {
    switch_news news;
    news.reserve(lines_of_one_read);
    for (std::size_t i = 0; i < lines_of_one_read; ++i)
      parser.parse(line, now, news);
    benchmark::DoNotOptimize(news.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(lines_of_one_read));
}

void boost_tree(benchmark::State& state) {
  const auto line = lines[static_cast<std::size_t>(state.range(0))];
  std::array<unsigned char, 16 * 1024> memory;
  boost::json::parse_options options;
  options.allow_invalid_utf8 = true;
  for (auto _ : state) {
    boost::json::monotonic_resource resource{memory.data(), memory.size()};
    benchmark::DoNotOptimize(boost::json::parse(line, &resource, options));
  }
  state.SetItemsProcessed(state.iterations());
}

} // namespace

BENCHMARK(parse_line)->Arg(0)->Arg(1)->Arg(2);
BENCHMARK(boost_tree)->Arg(0)->Arg(1)->Arg(2);
BENCHMARK_MAIN();
