#pragma once

#include <string>

namespace portcullis::test::api {

// PEM.
struct KeyPair {
  std::string certificate;
  std::string key;
};

// An authority, and the certificates that it has signed: a server of 127.0.0.1 and a client; and a
// self-signed client.
struct Certificates {
  std::string authority;
  KeyPair server;
  KeyPair client;
  KeyPair stranger;
};

// Made with the openssl command; empty texts if that fails.
Certificates make_certificates();

}  // namespace portcullis::test::api
