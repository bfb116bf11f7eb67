#pragma once

#include <string>

namespace portcullis::test::api {

// PEM.
struct KeyPair {
  std::string certificate;
  std::string key;
};

// An authority, and what it has signed: a server of 127.0.0.1 and a client; and a client that only
// its own key has signed.
struct Certificates {
  std::string authority;
  KeyPair server;
  KeyPair client;
  KeyPair stranger;
};

// By the openssl command; empty texts where that fails.
Certificates make_certificates();

}  // namespace portcullis::test::api
