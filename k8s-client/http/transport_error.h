#pragma once

#include <boost/system/error_code.hpp>
#include <string>

namespace portcullis::k8s {

// Why a connection to `peer` ("the server") failed, in words. `refusal` is the reason if a
// certificate was rejected (see tls.h): the TLS library's own error only says that it was.
std::string describe_failure(const boost::system::error_code& error, const std::string& peer,
                             const std::string& refusal);

}  // namespace portcullis::k8s
