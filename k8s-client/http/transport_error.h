#pragma once

#include <boost/system/error_code.hpp>
#include <string>
#include <system_error>

namespace portcullis::k8s {

// Why a connection failed, in words. `refusal` is the reason if a certificate was rejected (see
// tls.h): the TLS library's own error only says that it was.
std::string describe_failure(const boost::system::error_code& error, const std::string& refusal);

// The same for an error of cpprestsdk: `step` is its text, which says what failed; `code` has the
// error number, but not its category.
std::string describe_failure(const std::string& step, const std::error_code& code,
                             const std::string& refusal);

}  // namespace portcullis::k8s
