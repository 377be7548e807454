#include "apps/version/version.hpp"

namespace rollcall {

const char* version() { return ROLLCALL_VERSION; }

const char* version_with_revision() { return ROLLCALL_VERSION " (" ROLLCALL_REVISION ")"; }

} // namespace rollcall
