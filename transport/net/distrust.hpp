#pragma once

#include <string>

struct x509_store_ctx_st; // OpenSSL's X509_STORE_CTX

namespace rollcall::net {

/// Why a certificate is not believed, for people, as a part of a sentence: "the certificate of 'pbx' is not
/// signed by ca". For use where verification has just refused it. What the certificate says is in it as it
/// was written.
std::string distrust_of(x509_store_ctx_st* verification);

} // namespace rollcall::net
