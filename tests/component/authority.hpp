#pragma once

#include "transport/net/tls.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <unistd.h>

namespace rollcall::testing {

/// A certificate authority in a folder that is removed at the end.
class authority {
public:
  authority()
      : folder_(std::filesystem::temp_directory_path()
                / ("rollcall-authority-" + std::to_string(getpid()) + '-' + std::to_string(++count()))),
        name_("authority " + std::to_string(count())),
        key_(EVP_EC_gen("P-256"), &EVP_PKEY_free) {
    std::filesystem::create_directories(folder_);
    const auto own = make(key_.get(), name_, "CA:TRUE");
    write(folder_ / "ca.crt", [&](std::FILE* out) { PEM_write_X509(out, own.get()); });
  }
  ~authority() { std::filesystem::remove_all(folder_); }
  authority(const authority&) = delete;
  authority& operator=(const authority&) = delete;

  /// A new certificate of this authority, and itself as the one to verify others by. `hosts` are those that
  /// it is for, "DNS:pbx,IP:127.0.0.1", and `seconds` how long it is good from now on.
  net::tls_files issue(const std::string& name, const std::string& hosts = {}, long seconds = 3600) const {
    const key_ptr key{EVP_EC_gen("P-256"), &EVP_PKEY_free};
    const auto issued = make(key.get(), name, "CA:FALSE", hosts, seconds);
    const net::tls_files files{folder_ / (name + ".crt"), folder_ / (name + ".key"), folder_ / "ca.crt"};
    write(files.certificate, [&](std::FILE* out) { PEM_write_X509(out, issued.get()); });
    write(files.key, [&](std::FILE* out) {
      PEM_write_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
    return files;
  }

private:
  using key_ptr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
  using certificate_ptr = std::unique_ptr<X509, decltype(&X509_free)>;

  static std::atomic<int>& count() {
    static std::atomic<int> made{0};
    return made;
  }

  certificate_ptr make(EVP_PKEY* of, const std::string& name, const char* constraint,
                       const std::string& hosts = {}, long seconds = 3600) const {
    certificate_ptr made{X509_new(), &X509_free};
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), ++count());
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), seconds);
    X509_set_pubkey(made.get(), of);
    const auto put = [](X509_NAME* into, const std::string& text) {
      X509_NAME_add_entry_by_txt(into, "CN", MBSTRING_ASC,
                                 reinterpret_cast<const unsigned char*>(text.c_str()), -1, -1, 0);
    };
    put(X509_get_subject_name(made.get()), name);
    X509_NAME* issuer = X509_NAME_new();
    put(issuer, name_);
    X509_set_issuer_name(made.get(), issuer);
    X509_NAME_free(issuer);
    extend(made.get(), NID_basic_constraints, constraint);
    if (!hosts.empty())
      extend(made.get(), NID_subject_alt_name, hosts.c_str());
    X509_sign(made.get(), key_.get(), EVP_sha256());
    return made;
  }

  static void extend(X509* certificate, int what, const char* value) {
    X509_EXTENSION* made = X509V3_EXT_conf_nid(nullptr, nullptr, what, value);
    X509_add_ext(certificate, made, -1);
    X509_EXTENSION_free(made);
  }

  template <class Write>
  static void write(const std::string& path, Write put) {
    auto* out = std::fopen(path.c_str(), "w");
    put(out);
    std::fclose(out);
  }

  std::filesystem::path folder_;
  std::string name_;
  key_ptr key_;
};

} // namespace rollcall::testing
