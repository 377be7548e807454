#include "domain/calls/switch_identity.hpp"
#include "domain/directory/directory.hpp"
#include "domain/lists/call_list.hpp"
#include "domain/lists/merged_list.hpp"
#include "domain/lists/packed_rows.hpp"
#include "domain/lists/row_inbox.hpp"
#include "tests/bench/pieces/sample_call.hpp"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstdint>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

// What a row of another node costs: to pack it, to unpack it, and to merge it with those of other nodes.
// Records lie in memory where they do after some churn, which is anywhere.

namespace {

using namespace rollcall;

constexpr std::int64_t calls = 100'000;
constexpr std::size_t batch_bytes = 64 * 1024;

struct kept_row {
  record_ptr record;
  customer_id customer;
};

/// In the order of their setup times.
const std::vector<kept_row>& rows() {
  static const auto all = [] {
    const auto& from = *interned({switch_name{"sbc-1"}, node_id{"node-a"}, environment_id{1}});
    std::vector<std::int64_t> order(calls);
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), std::mt19937_64{1});
    std::vector<kept_row> made(calls);
    for (const auto n : order) {
      const auto event = bench::sample_call(n, account_id{1 + n % 1000});
      made[static_cast<std::size_t>(n)] = {call_record::first(from, event), customer_id{1}};
    }
    return made;
  }();
  return all;
}

/// Batches of every `step`th row from `first` on.
std::vector<std::string> batches_of(std::size_t first, std::size_t step) {
  std::vector<std::string> batches;
  row_packer packer;
  for (auto n = first; n < rows().size(); n += step) {
    packer.pack({rows()[n].record.get(), rows()[n].customer});
    if (packer.size() >= batch_bytes)
      batches.push_back(packer.take());
  }
  if (packer.size() > 0)
    batches.push_back(packer.take());
  return batches;
}

std::shared_ptr<row_source> inbox_with(const std::vector<std::string>& batches) {
  auto inbox = std::make_shared<row_inbox>(node_id{"node-a"}, row_inbox::events{});
  for (const auto& each : batches)
    inbox->push(each);
  inbox->finish();
  return inbox;
}

/// From a list, as a node does it: it asks for records before their turn comes.
void pack_list(benchmark::State& state) {
  directory_entries entries;
  entries.environments.push_back({environment_id{1}, "default"});
  customer root;
  root.id = customer_id{1};
  root.environment = environment_id{1};
  entries.customers.push_back(root);
  const auto dir = directory::link(std::move(entries));
  list_part part;
  part.account.environment = environment_id{1};
  for (const auto& each : rows())
    part.records.push_back(each.record);
  call_query query;
  query.scope = root.id;
  std::int64_t bytes = 0;
  for (auto _ : state) {
    call_list list{query, dir, {part}, *timestamp_from_seconds(1.7e9 + 3600)};
    row_packer packer;
    for (call_row row; list.next(row) == row_source::step::row;) {
      packer.pack(row);
      if (packer.size() >= batch_bytes)
        bytes += static_cast<std::int64_t>(packer.take().size());
    }
    bytes += static_cast<std::int64_t>(packer.take().size());
  }
  state.SetItemsProcessed(state.iterations() * calls);
  state.SetBytesProcessed(bytes);
}

void unpack_rows(benchmark::State& state) {
  const auto batches = batches_of(0, 1);
  row_unpacker unpacker;
  record_ptr record;
  customer_id customer;
  for (auto _ : state)
    for (const auto& each : batches) {
      unpacker.begin(each);
      while (unpacker.next(record, customer))
        benchmark::DoNotOptimize(record.get());
    }
  state.SetItemsProcessed(state.iterations() * calls);
}

/// As many nodes as the argument says, unpacked and merged; 0: one, not merged.
void merge_nodes(benchmark::State& state) {
  const auto nodes = static_cast<std::size_t>(std::max<std::int64_t>(state.range(0), 1));
  std::vector<std::vector<std::string>> batches;
  for (std::size_t n = 0; n < nodes; ++n)
    batches.push_back(batches_of(n, nodes));
  for (auto _ : state) {
    std::vector<merged_part> parts;
    for (const auto& each : batches)
      parts.push_back({inbox_with(each)});
    auto whole = parts.front().rows;
    if (state.range(0) > 0)
      whole = std::make_shared<merged_list>(call_query{}, *timestamp_from_seconds(1.7e9 + 3600),
                                            std::move(parts));
    parts.clear();
    call_row row;
    while (whole->next(row) == row_source::step::row)
      benchmark::DoNotOptimize(row.record);
  }
  state.SetItemsProcessed(state.iterations() * calls);
}

} // namespace

BENCHMARK(pack_list)->Unit(benchmark::kMillisecond);
BENCHMARK(unpack_rows)->Unit(benchmark::kMillisecond);
BENCHMARK(merge_nodes)->Arg(0)->Arg(1)->Arg(3)->Arg(30)->Unit(benchmark::kMillisecond);
BENCHMARK_MAIN();
