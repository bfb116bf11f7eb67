#pragma once

#include "compiler/base/result.h"
#include "k8s-client/watch/api_client.h"

// What the end of a request means.
namespace portcullis::k8s {

inline bool is_good(const Result<ApiClient::Answer>& answer) { return answer && answer->good(); }

inline int code_of(const Result<ApiClient::Answer>& answer) { return answer ? answer->code : 0; }

inline bool is_silence(const Result<ApiClient::Answer>& answer) {
  return !answer && answer.error().code == ErrorCode::kTimeout;
}

// The server is currently unavailable, whatever the request. Except 504, with which it rejects a
// future version.
inline bool is_passing(const Result<ApiClient::Answer>& answer) {
  const int code = code_of(answer);
  return !answer || code == 401 || code == 403 || code == 429 || (code >= 500 && code != 504);
}

}  // namespace portcullis::k8s
