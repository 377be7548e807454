#include "transport/net/derived_key.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace rollcall::net {

derived_key derive_key(std::string_view secret, std::string_view purpose) {
  if (secret.empty())
    throw std::invalid_argument("no key is derived from an empty secret");
  const std::unique_ptr<EVP_KDF, decltype(&EVP_KDF_free)> hkdf{EVP_KDF_fetch(nullptr, "HKDF", nullptr),
                                                               &EVP_KDF_free};
  const std::unique_ptr<EVP_KDF_CTX, decltype(&EVP_KDF_CTX_free)> context{EVP_KDF_CTX_new(hkdf.get()),
                                                                          &EVP_KDF_CTX_free};
  std::string hash = "SHA256";
  std::string from{secret};
  std::string use{purpose};
  const std::array parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, hash.data(), hash.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, from.data(), from.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, use.data(), use.size()),
      OSSL_PARAM_construct_end()};
  derived_key key{};
  if (!context || EVP_KDF_derive(context.get(), key.data(), key.size(), parameters.data()) != 1)
    throw std::runtime_error("HKDF is not available");
  return key;
}

} // namespace rollcall::net
