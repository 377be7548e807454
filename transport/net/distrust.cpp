#include "transport/net/distrust.hpp"

#include <boost/asio/ip/address.hpp>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>

namespace rollcall::net {

namespace {

std::string raw_text(const ASN1_STRING* from) {
  const auto* data = ASN1_STRING_get0_data(from);
  return {reinterpret_cast<const char*>(data), static_cast<std::size_t>(ASN1_STRING_length(from))};
}

std::string host_address(const ASN1_STRING* from) {
  const auto* data = ASN1_STRING_get0_data(from);
  if (boost::asio::ip::address_v4::bytes_type v4{}; ASN1_STRING_length(from) == static_cast<int>(v4.size())) {
    std::copy_n(data, v4.size(), v4.begin());
    return boost::asio::ip::address_v4{v4}.to_string();
  }
  boost::asio::ip::address_v6::bytes_type v6{};
  std::copy_n(data, std::min(v6.size(), static_cast<std::size_t>(ASN1_STRING_length(from))), v6.begin());
  return boost::asio::ip::address_v6{v6}.to_string();
}

/// The common name of its subject, or all of it.
std::string subject_of(const X509* certificate) {
  const auto* subject = X509_get_subject_name(certificate);
  const auto at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at >= 0)
    return raw_text(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
  const std::unique_ptr<char, void (*)(char*)> all{X509_NAME_oneline(subject, nullptr, 0),
                                                   [](char* text) { OPENSSL_free(text); }};
  return all ? all.get() : std::string{};
}

/// The hosts that it is for.
std::string hosts_of(const X509* certificate) {
  std::string hosts;
  auto* found =
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(found); ++i) { // -1 names when there are none
    const auto* each = sk_GENERAL_NAME_value(found, i);
    if (each->type != GEN_DNS && each->type != GEN_IPADD)
      continue;
    hosts += hosts.empty() ? "" : ", ";
    hosts += each->type == GEN_DNS ? raw_text(each->d.dNSName) : host_address(each->d.iPAddress);
  }
  GENERAL_NAMES_free(found);
  return hosts;
}

std::string expected_host(X509_STORE_CTX* verification) {
  auto* rules = X509_STORE_CTX_get0_param(verification);
  if (const auto* host = X509_VERIFY_PARAM_get0_host(rules, 0))
    return host;
  const std::unique_ptr<char, void (*)(char*)> address{X509_VERIFY_PARAM_get1_ip_asc(rules),
                                                       [](char* text) { OPENSSL_free(text); }};
  return address ? address.get() : std::string{};
}

} // namespace

std::string distrust_of(x509_store_ctx_st* verification) {
  const auto* current = X509_STORE_CTX_get_current_cert(verification);
  const auto of = "the certificate of '" + (current ? subject_of(current) : std::string{}) + '\'';
  const auto error = X509_STORE_CTX_get_error(verification);
  switch (error) {
  case X509_V_ERR_HOSTNAME_MISMATCH:
  case X509_V_ERR_IP_ADDRESS_MISMATCH: {
    const auto hosts = current ? hosts_of(current) : std::string{};
    return of + " is for " + (hosts.empty() ? "no host (subjectAltName)" : "another host: " + hosts)
           + ", not for " + expected_host(verification);
  }
  case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
  case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
  case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
  case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    return of + " is not signed by ca";
  case X509_V_ERR_CERT_HAS_EXPIRED:
    return of + " has expired";
  case X509_V_ERR_CERT_NOT_YET_VALID:
    return of + " is not good yet";
  default:
    return of + " is not believed: " + X509_verify_cert_error_string(error);
  }
}

} // namespace rollcall::net
