#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace portcullis::test {

// A certificate and its private key, as PEM.
struct Certificate {
  std::string certificate;
  std::string key;
};

// The content of a certificate.
struct CertificateSubject {
  std::string common_name;                 // for a client: the user
  std::vector<std::string> organizations;  // for a client: the groups
  std::vector<std::string> names;          // DNS names and IP addresses that a server answers to
  // From now. A certificate whose end has passed is expired.
  std::chrono::seconds begin = -std::chrono::hours(1);
  std::chrono::seconds end = std::chrono::hours(1);
};

// An in-memory certificate authority. It issues any number of certificates, each with a new key (EC
// P-256), usable by servers and by clients. Not thread safe. Aborts on errors of the library.
class CertificateAuthority {
 public:
  explicit CertificateAuthority(const std::string& name = "Test CA");
  CertificateAuthority(CertificateAuthority&&) noexcept;
  ~CertificateAuthority();

  std::string certificate() const;  // PEM

  Certificate issue(const CertificateSubject& subject) const;

  // For a server of these DNS names and IP addresses.
  Certificate issue_server(const std::vector<std::string>& names) const {
    return issue({"server", {}, names});
  }
  // For a client, as Kubernetes reads it.
  Certificate issue_client(const std::string& user,
                           const std::vector<std::string>& groups = {}) const {
    return issue({user, groups, {}});
  }

 private:
  struct Signer;
  std::unique_ptr<Signer> signer_;
};

// A self-signed certificate.
Certificate self_signed(const CertificateSubject& subject);

}  // namespace portcullis::test
