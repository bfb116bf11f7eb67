#include "k8s-client/http/certificate_refusal.h"

#include <openssl/bio.h>
#include <openssl/x509v3.h>

#include <memory>

namespace portcullis::k8s {
namespace {

// What `print` writes to a BIO.
template <class Print>
std::string printed(Print print) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
  if (!bio) return "?";
  print(bio.get());
  char* text = nullptr;
  const auto size = BIO_get_mem_data(bio.get(), &text);
  return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : "?";
}

std::string name_text(const X509_NAME* name) {
  return printed([=](BIO* bio) { X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253); });
}

std::string time_text(const ASN1_TIME* time) {
  return printed([=](BIO* bio) { ASN1_TIME_print(bio, time); });
}

// "DNS:api.example, IP Address:10.0.0.1"
std::string names_of(X509* certificate) {
  auto* names = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  std::string text;
  for (int index = 0; index < sk_GENERAL_NAME_num(names); ++index) {
    if (index > 0) text += ", ";
    text +=
        printed([&](BIO* bio) { GENERAL_NAME_print(bio, sk_GENERAL_NAME_value(names, index)); });
  }
  GENERAL_NAMES_free(names);
  return text.empty() ? "nothing" : text;
}

std::string not_trusted(X509* certificate, const char* why) {
  const std::string issuer =
      certificate == nullptr ? "" : ": issuer " + name_text(X509_get_issuer_name(certificate));
  return "certificate not trusted" + issuer + why + "; is the certificate authority the server's?";
}

}  // namespace

std::string why_refused(int error, X509* blamed, X509* shown, const std::string& expected) {
  X509* const at_fault = blamed == nullptr ? shown : blamed;
  switch (error) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "certificate is for another name: it names " + names_of(shown) + ", not " + expected;
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "certificate expired on " + time_text(X509_get0_notAfter(at_fault));
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "certificate not valid before " + time_text(X509_get0_notBefore(at_fault)) +
             "; is the clock right?";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return not_trusted(at_fault, "");
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return not_trusted(at_fault, " (self-signed)");
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return not_trusted(at_fault, " (its signature does not match)");
    default:
      return std::string("certificate not accepted: ") + X509_verify_cert_error_string(error);
  }
}

}  // namespace portcullis::k8s
