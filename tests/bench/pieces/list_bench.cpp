#include "domain/calls/switch_identity.hpp"
#include "domain/lists/call_list.hpp"
#include "tests/bench/pieces/sample_call.hpp"
#include "transport/xmlrpc/list_source.hpp"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

// What a row of a list costs, from the accounts' records to the bytes of its XML: calls over 1000 accounts,
// in memory where they lie after some churn, which is anywhere.

namespace {

using namespace rollcall;

constexpr std::int64_t accounts = 1000;

directory_ptr make_directory() {
  directory_entries entries;
  entries.environments.push_back({environment_id{1}, "default"});
  customer root;
  root.id = customer_id{1};
  root.environment = environment_id{1};
  root.name = "root";
  entries.customers.push_back(root);
  for (std::int64_t n = 1; n <= accounts; ++n)
    entries.accounts.push_back({account_id{n}, customer_id{1}, "u" + std::to_string(n)});
  return directory::link(std::move(entries));
}

std::vector<list_part> make_parts(std::int64_t calls) {
  const auto& from = *interned({switch_name{"sbc-1"}, node_id{"node-a"}, environment_id{1}});
  std::vector<list_part> parts(accounts);
  for (std::int64_t n = 0; n < accounts; ++n)
    parts[static_cast<std::size_t>(n)].account = {environment_id{1}, account_id{n + 1}};
  std::vector<std::int64_t> order(static_cast<std::size_t>(calls));
  for (std::int64_t n = 0; n < calls; ++n)
    order[static_cast<std::size_t>(n)] = n;
  std::mt19937_64 random{1};
  std::shuffle(order.begin(), order.end(), random);
  for (const auto n : order) {
    const auto account = static_cast<std::size_t>(random() % accounts);
    const auto event = bench::sample_call(n, account_id{1 + static_cast<std::int64_t>(account)});
    parts[account].records.push_back(call_record::first(from, event));
  }
  for (auto& part : parts)
    std::sort(part.records.begin(), part.records.end(),
              [](const auto& a, const auto& b) { return by_setup{}(a.record, b.record); });
  return parts;
}

call_query query_of(call_order order) {
  call_query query;
  query.scope = customer_id{1};
  query.order = order;
  return query;
}

void write_list(benchmark::State& state) {
  const auto calls = state.range(0);
  const auto dir = make_directory();
  const auto parts = make_parts(calls);
  const auto now = *timestamp_from_seconds(1.7e9 + 3600);
  std::string piece;
  std::int64_t bytes = 0;
  for (auto _ : state) {
    xmlrpc::list_source source{
        std::make_shared<call_list>(query_of(static_cast<call_order>(state.range(1))), dir, parts, now), now,
        xmlrpc::id_style::integers};
    for (bool more = true; more;) {
      piece.clear();
      more = source.next(piece);
      benchmark::DoNotOptimize(piece.data());
      bytes += static_cast<std::int64_t>(piece.size());
    }
  }
  state.SetItemsProcessed(state.iterations() * calls);
  state.SetBytesProcessed(bytes);
}

void merge_list(benchmark::State& state) {
  const auto calls = state.range(0);
  const auto dir = make_directory();
  const auto parts = make_parts(calls);
  const auto now = *timestamp_from_seconds(1.7e9 + 3600);
  for (auto _ : state) {
    call_list list{query_of(static_cast<call_order>(state.range(1))), dir, parts, now};
    call_row row;
    while (list.next(row) == row_source::step::row)
      benchmark::DoNotOptimize(row.record);
  }
  state.SetItemsProcessed(state.iterations() * calls);
}

constexpr auto oldest_first = static_cast<std::int64_t>(call_order::oldest_first);
constexpr auto longest_first = static_cast<std::int64_t>(call_order::longest_first);

} // namespace

BENCHMARK(write_list)
    ->Args({100'000, oldest_first})
    ->Args({100'000, longest_first})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(merge_list)
    ->Args({100'000, oldest_first})
    ->Args({100'000, longest_first})
    ->Unit(benchmark::kMillisecond);
BENCHMARK_MAIN();
