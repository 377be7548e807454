#pragma once

#include "apps/rollcalld/directory_status.hpp"
#include "apps/rollcalld/stored_directory.hpp"

#include <functional>
#include <memory>
#include <string>

namespace rollcall {

/// Follows a directory in its database for the rest of the process, on a thread of its own that may wait for
/// disk and network: hands over what is stored whenever it may have changed, and after every absence of the
/// database. Those it reports to `status`, and what makes no directory too.
///
///     connect ──► listen ──► read, hand over ──► wait for news ─┐
///        ▲ ▲                        ▲            ▲             │
///        │ └── wait longer ◄─┐      │            `store`       │
///        │                   │      └───────── 200 ms ◄────────┤ changed
///        └───────────────────┴──── away ◄──────────────────────┘
///
/// `store` is the one that was read last, and may be null. `take` is called on the thread. It and `status`
/// must outlive the process's last thread.
void follow_directory(const std::string& url, std::unique_ptr<watched_directory_store> store,
                      directory_status& status, std::function<void(stored_directory)> take);

} // namespace rollcall
