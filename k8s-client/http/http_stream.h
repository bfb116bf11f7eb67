#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>

#include "k8s-client/http/http_exchange.h"
#include "k8s-client/http/tls.h"

namespace boost::asio::ssl {
class context;
}

namespace portcullis::k8s {

// Sends a request over a separate connection with Boost.Beast, and passes the body of the response
// on as it arrives, however it is framed or compressed. Redirects are not followed, as they would
// leak the credentials. Returns at once; everything happens on `executor`, which runs one handler
// at a time. Each step up to the head of the response has a limit.
//
//     connect -> [CONNECT, of a proxy] -> [TLS handshake] -> request -> head -> pieces -> end
//
// `tls` is set up for the server (see set_up_tls(), which reports to `refusal`); null: without TLS.
// `register_cancel` is called once, before anything else happens, with a function that ends it with
// an error; that may be called on any thread, repeatedly and after the end.
using Cancel = std::function<void()>;
void open_stream(const boost::asio::any_io_executor& executor, HttpRequest request,
                 std::shared_ptr<boost::asio::ssl::context> tls, std::shared_ptr<Refusal> refusal,
                 std::shared_ptr<HttpReceiver> receiver,
                 const std::function<void(Cancel)>& register_cancel);

}  // namespace portcullis::k8s
