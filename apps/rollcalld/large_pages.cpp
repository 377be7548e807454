#include "apps/rollcalld/large_pages.hpp"

#ifdef ROLLCALL_MIMALLOC
#include <cstdlib>
#include <mimalloc.h>
#endif

namespace rollcall {

void use_large_pages() {
#ifdef ROLLCALL_MIMALLOC
  // The allocator has read its environment before main, and would be overruled.
  if (std::getenv("MIMALLOC_LARGE_OS_PAGES") == nullptr)
    mi_option_enable(mi_option_large_os_pages);
#endif
}

} // namespace rollcall
