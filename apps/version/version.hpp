#pragma once

namespace rollcall {

/// `0.1.0`, as SemVer has it.
const char* version();

/// With the commit that the program was built from: `0.1.0 (ec83b7d)`; without git and outside of an archive
/// of git's, `0.1.0 (unknown)`.
const char* version_with_revision();

} // namespace rollcall
