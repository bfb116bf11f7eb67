#include "tests/support/tls/certificate_authority.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <cctype>
#include <cstdio>
#include <cstdlib>

namespace portcullis::test {
namespace {

template <auto kFree>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using X509Pointer = std::unique_ptr<X509, Freed<X509_free>>;

void require(bool done) {
  if (done) return;
  ERR_print_errors_fp(stderr);
  std::abort();
}

Key make_key() {
  Key key(EVP_EC_gen("P-256"));
  require(key != nullptr);
  return key;
}

template <class Write>
std::string to_pem(Write write) {
  const std::unique_ptr<BIO, Freed<BIO_free_all>> out(BIO_new(BIO_s_mem()));
  require(write(out.get()) == 1);
  const char* bytes = nullptr;
  const long size = BIO_get_mem_data(out.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

std::string to_pem(X509* certificate) {
  return to_pem([&](BIO* out) { return PEM_write_bio_X509(out, certificate); });
}

std::string to_pem(EVP_PKEY* key) {
  return to_pem([&](BIO* out) {
    return PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
}

void add_extension(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str()));
  require(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1);
}

void add_name(X509* certificate, const char* field, const std::string& value) {
  require(X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), field, MBSTRING_UTF8,
                                     reinterpret_cast<const unsigned char*>(value.data()),
                                     static_cast<int>(value.size()), -1, 0) == 1);
}

bool is_address(const std::string& name) {
  return name.find(':') != std::string::npos ||
         (!name.empty() && std::isdigit(static_cast<unsigned char>(name.back())) != 0 &&
          name.find_first_not_of("0123456789.") == std::string::npos);
}

std::string alternative_names(const std::vector<std::string>& names) {
  std::string list;
  for (const auto& name : names) {
    list += (list.empty() ? "" : ",") + std::string(is_address(name) ? "IP:" : "DNS:") + name;
  }
  return list;
}

void set_serial(X509* certificate) {
  std::uint64_t serial = 0;
  require(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof(serial)) == 1);
  require(ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) == 1);
}

// Without extensions and signature.
X509Pointer draft(const CertificateSubject& subject, EVP_PKEY* key) {
  X509Pointer certificate(X509_new());
  require(certificate != nullptr && X509_set_version(certificate.get(), X509_VERSION_3) == 1);
  set_serial(certificate.get());
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), subject.begin.count());
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), subject.end.count());
  if (!subject.common_name.empty()) add_name(certificate.get(), "CN", subject.common_name);
  for (const auto& group : subject.organizations) add_name(certificate.get(), "O", group);
  require(X509_set_pubkey(certificate.get(), key) == 1);
  return certificate;
}

void sign(X509* certificate, X509* issuer, EVP_PKEY* key) {
  require(X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1);
  require(X509_sign(certificate, key, EVP_sha256()) > 0);
}

void describe_leaf(X509* certificate, X509* issuer, const CertificateSubject& subject) {
  add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(certificate, issuer, NID_ext_key_usage, "serverAuth,clientAuth");
  const auto names = alternative_names(subject.names);
  if (!names.empty()) add_extension(certificate, issuer, NID_subject_alt_name, names);
}

}  // namespace

struct CertificateAuthority::Signer {
  Key key;
  X509Pointer certificate;
};

CertificateAuthority::CertificateAuthority(const std::string& name)
    : signer_(std::make_unique<Signer>()) {
  signer_->key = make_key();
  CertificateSubject subject;
  subject.common_name = name;
  signer_->certificate = draft(subject, signer_->key.get());
  auto* certificate = signer_->certificate.get();
  add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(certificate, certificate, NID_subject_key_identifier, "hash");
  sign(certificate, certificate, signer_->key.get());
}

CertificateAuthority::CertificateAuthority(CertificateAuthority&&) noexcept = default;
CertificateAuthority::~CertificateAuthority() = default;

std::string CertificateAuthority::certificate() const { return to_pem(signer_->certificate.get()); }

Certificate CertificateAuthority::issue(const CertificateSubject& subject) const {
  const auto key = make_key();
  const auto certificate = draft(subject, key.get());
  describe_leaf(certificate.get(), signer_->certificate.get(), subject);
  sign(certificate.get(), signer_->certificate.get(), signer_->key.get());
  return {to_pem(certificate.get()), to_pem(key.get())};
}

Certificate self_signed(const CertificateSubject& subject) {
  const auto key = make_key();
  const auto certificate = draft(subject, key.get());
  describe_leaf(certificate.get(), certificate.get(), subject);
  sign(certificate.get(), certificate.get(), key.get());
  return {to_pem(certificate.get()), to_pem(key.get())};
}

}  // namespace portcullis::test
