#pragma once

#include "apps/rollcalld/stored_directory.hpp"

#include <functional>
#include <memory>
#include <string>
#include <variant>

namespace rollcall {

/// Why a database has no directory for us.
struct directory_trouble {
  enum directory_source::state state; ///< never `current`
  std::string why;
};

using directory_news = std::variant<stored_directory, directory_trouble>;

/// Follows a directory in its database for the rest of the process, on a thread of its own that may wait for
/// disk and network: tells what is stored whenever it may have changed and after every absence of the
/// database, and each trouble, which it repeats with every look that meets it.
///
///     connect ──► listen ──► read, tell it ───► wait for news ─┐
///        ▲ ▲                        ▲            ▲             │
///        │ └── wait longer ◄─┐      │            `store`       │
///        │                   │      └───────── 200 ms ◄────────┤ changed
///        └───────────────────┴──── away ◄──────────────────────┘
///
/// `store` is the one that was read last, and may be null. `tell` is called on the thread, in the order of
/// what was found; what it refers to must outlive the process's last thread.
void follow_directory(const std::string& url, std::unique_ptr<watched_directory_store> store,
                      std::function<void(directory_news)> tell);

} // namespace rollcall
