#pragma once

namespace rollcall {

/// Has the heap lie in pages of 2 MiB where the kernel has them (transparent huge pages, `always` or
/// `madvise`). The calls lie anywhere in gigabytes: with pages of 4 KiB a quarter of the time of an event,
/// and nearly half of that of a list, goes into finding out where their pages are. At the start of main,
/// before anything big is allocated. MIMALLOC_LARGE_OS_PAGES=0 in the environment says no.
void use_large_pages();

} // namespace rollcall
