#pragma once

#include <boost/system/error_code.hpp>
#include <string>
#include <system_error>

namespace portcullis::k8s {

// Why a connection failed, in words. `refusal` says why a certificate was refused, where one was
// (see tls.h): the TLS library's own error only tells that.
std::string describe_failure(const boost::system::error_code& error, const std::string& refusal);

// The same of what cpprestsdk tells: `step` is its text, which says what it was about; `code` has
// the number of the error, but not the kind of number that it is.
std::string describe_failure(const std::string& step, const std::error_code& code,
                             const std::string& refusal);

}  // namespace portcullis::k8s
