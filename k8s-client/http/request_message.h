#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include "k8s-client/http/http_exchange.h"
#include "k8s-client/http/route.h"

// Requests as HTTP/1.1 messages.
namespace portcullis::k8s {

using Message = boost::beast::http::request<boost::beast::http::string_body>;

// CONNECT, for the route's proxy.
Message tunnel_request(const Route& route);

// `tunnelled`: a proxy passes the bytes on, instead of the request.
Message message_for(const HttpRequest& request, bool tunnelled);

}  // namespace portcullis::k8s
