#include "tests/unit/support/api_server/certificates.h"

#include <vector>

#include "tests/support/process/child_process.h"
#include "tests/support/process/temporary_directory.h"

namespace portcullis::test::api {
namespace {

class Workshop {
 public:
  // Signed by the authority of this name; empty: by itself.
  KeyPair make(const std::string& name, const std::string& signer,
               const std::vector<std::string>& more = {}) const {
    std::vector<std::string> command = {"openssl",
                                        "req",
                                        "-x509",
                                        "-newkey",
                                        "ec",
                                        "-pkeyopt",
                                        "ec_paramgen_curve:P-256",
                                        "-nodes",
                                        "-days",
                                        "1",
                                        "-subj",
                                        "/CN=" + name,
                                        "-keyout",
                                        file(name, "key"),
                                        "-out",
                                        file(name, "pem")};
    if (!signer.empty()) {
      command.insert(command.end(), {"-CA", file(signer, "pem"), "-CAkey", file(signer, "key")});
    }
    command.insert(command.end(), more.begin(), more.end());
    run_to_end({command, {}, nullptr, ""});
    return {read_file(file(name, "pem")), read_file(file(name, "key"))};
  }

 private:
  std::string file(const std::string& name, const std::string& kind) const {
    return directory_ / (name + "." + kind);
  }

  TemporaryDirectory directory_;
};

}  // namespace

Certificates make_certificates() {
  const Workshop workshop;
  const KeyPair authority = workshop.make("authority", "");
  const std::vector<std::string> address = {"-addext", "subjectAltName=IP:127.0.0.1", "-addext",
                                            "basicConstraints=critical,CA:false"};
  return {authority.certificate, workshop.make("server", "authority", address),
          workshop.make("client", "authority"), workshop.make("stranger", "")};
}

}  // namespace portcullis::test::api
