#pragma once

#include "apps/rollcalld/directory_status.hpp"
#include "apps/rollcalld/stored_directory.hpp"

#include <functional>
#include <string>

namespace rollcall {

/// Follows a directory in a database that tells of its changes, for the rest of the process, on a thread of
/// its own that may wait for the network: hands over what is stored whenever it may have changed, first of
/// all when it begins, and after every absence of the database. Those it reports to `status`, and what makes
/// no directory too. Does nothing for a database that does not tell: SQLite.
///
///     connect ──► listen ──► read, hand over ──► wait for news ─┐
///        ▲ ▲                        ▲                          │
///        │ └── wait longer ◄─┐      └───────── 200 ms ◄────────┤ changed
///        └───────────────────┴──── away ◄──────────────────────┘
///
/// `take` is called on that thread. It and `status` must outlive the process's last thread.
void follow_directory(const std::string& url, directory_status& status,
                      std::function<void(stored_directory)> take);

} // namespace rollcall
