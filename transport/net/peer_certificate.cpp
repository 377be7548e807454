#include "transport/net/peer_certificate.hpp"

#include <boost/asio/ssl/context.hpp>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <string_view>

namespace rollcall::net {

namespace {

using chain_type = STACK_OF(X509);

chain_type* as_chain(const std::shared_ptr<stack_st>& held) {
  return reinterpret_cast<chain_type*>(held.get());
}

std::string text_of(const ASN1_STRING* from) {
  unsigned char* utf8 = nullptr;
  const auto size = ASN1_STRING_to_UTF8(&utf8, from);
  if (size < 0)
    return {};
  std::string text{reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size)};
  OPENSSL_free(utf8);
  return text;
}

void add_common_names(X509* from, std::vector<std::string>& to) {
  auto* subject = X509_get_subject_name(from);
  for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0;)
    to.push_back(text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at))));
}

void add_alternative_names(X509* from, std::vector<std::string>& to) {
  auto* found = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(from, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(found); ++i) // -1 names when there are none
    if (const auto* each = sk_GENERAL_NAME_value(found, i); each->type == GEN_DNS)
      to.push_back(text_of(each->d.dNSName));
  GENERAL_NAMES_free(found);
}

} // namespace

peer_certificate::peer_certificate(const ssl_st* connection) {
  auto* own = SSL_get1_peer_certificate(connection);
  if (!own)
    return;
  auto* chain = sk_X509_new_null();
  sk_X509_push(chain, own);
  // Who was dialled has its own certificate in the chain as well; verification does not mind.
  const auto* sent = SSL_get_peer_cert_chain(connection);
  for (int i = 0; i < sk_X509_num(sent); ++i) {
    auto* each = sk_X509_value(sent, i);
    X509_up_ref(each);
    sk_X509_push(chain, each);
  }
  chain_.reset(reinterpret_cast<stack_st*>(chain),
               [](stack_st* held) { sk_X509_pop_free(reinterpret_cast<chain_type*>(held), X509_free); });
}

std::vector<std::string> peer_certificate::names() const {
  std::vector<std::string> all;
  if (!chain_)
    return all;
  auto* own = sk_X509_value(as_chain(chain_), 0);
  add_common_names(own, all);
  add_alternative_names(own, all);
  // A name with a zero byte is an attempt to look like another one.
  std::erase_if(all, [](const std::string& name) { return name.find('\0') != std::string::npos; });
  return all;
}

bool peer_certificate::is_trusted_by(const tls_context& identity) const {
  if (!chain_ || !identity)
    return false;
  const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> verification{X509_STORE_CTX_new(),
                                                                                     &X509_STORE_CTX_free};
  auto* authorities = SSL_CTX_get_cert_store(identity->native_handle());
  return verification
         && X509_STORE_CTX_init(verification.get(), authorities, sk_X509_value(as_chain(chain_), 0),
                                as_chain(chain_))
                == 1
         && X509_verify_cert(verification.get()) == 1;
}

} // namespace rollcall::net
