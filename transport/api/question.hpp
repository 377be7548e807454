#pragma once

namespace rollcall::api {

/// What a list or stats method is asked.
template <class Request>
struct question {
  Request request;
  bool envelope = false; ///< the answer is to say in itself what is missing from it (contract, 5.5)
};

} // namespace rollcall::api
