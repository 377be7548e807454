#pragma once

#include "transport/switches/common/switch_clock.hpp"
#include "transport/switches/common/switch_notes.hpp"
#include "transport/switches/kamailio/call_book.hpp"
#include "transport/switches/kamailio/limits.hpp"
#include "transport/switches/kamailio/metrics.hpp"
#include "transport/switches/kamailio/settings.hpp"

#include <memory>
#include <utility>

namespace rollcall::kamailio {

/// What is known of one configured Kamailio from one connection to the next. One strand, apart from what is
/// for any thread by itself.
struct memory {
  memory(settings configured, const limits& what_may_be, std::shared_ptr<metrics> counting,
         std::shared_ptr<switch_notes::sheet> noted)
      : to(std::move(configured)),
        bounds(what_may_be),
        counters(std::move(counting)),
        notes(std::move(noted)),
        faults(counters->faults.open(to.name.value(), notes)),
        book(bounds.remember, bounds.routing) {
    bounds.snapshot_interval = to.snapshot_interval;
  }

  const settings to;
  limits bounds;
  const std::shared_ptr<metrics> counters;
  const std::shared_ptr<switch_notes::sheet> notes;
  const std::shared_ptr<script_faults::sheet> faults;
  call_book book;
  switches::switch_clock clock{};
};

} // namespace rollcall::kamailio
