#pragma once

#include "transport/api/method.hpp"

namespace rollcall::api {

extern const method list_methods;     ///< system.listMethods
extern const method method_help;      ///< system.methodHelp
extern const method method_signature; ///< system.methodSignature

} // namespace rollcall::api
