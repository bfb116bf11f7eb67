#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/api_server/fault.h"
#include "tests/support/api_server/request.h"
#include "tests/support/api_server/resource.h"

namespace portcullis::test::api {

// How a watch from a compacted version is answered.
enum class ExpiredWatch {
  kErrorEvent,  // 200 and an ERROR event, as kube-apiserver does
  kHttpStatus,  // 410
};

// PEM texts.
struct Tls {
  std::string certificate;  // of the server, with its chain
  std::string key;
};

// As in RBAC; "*" is anything.
struct Access {
  std::string verb = "*";
  std::string resource = "*";
};

struct Setup {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;           // 0: any that is free
  std::optional<Tls> tls{};         // none: plain HTTP
  std::set<std::string> tokens{};   // bearer tokens; if there are any, others get 401
  std::string version = "v1.32.4";  // of /version
  std::size_t history = 10000;      // changes that can be watched from
  ExpiredWatch expired_watch = ExpiredWatch::kErrorEvent;
  bool ends_watches = true;  // after timeoutSeconds
};

// An in-process Kubernetes API server, with real connections, that misbehaves on request. It serves
// what Portcullis asks for: lists and watches of all pods, namespaces and networkpolicies, /version
// and SelfSubjectAccessReviews; a test writes objects with the functions below. It speaks HTTP/1.1
// and JSON, and follows https://kubernetes.io/docs/reference/using-api/api-concepts/; objects are
// neither validated nor defaulted, so malformed ones can be stored.
//
// It has its own thread, in the network namespace of the creating thread. Every function may be
// called from any thread and has taken effect when it returns: its output is then queued at each
// connection. Functions that read objects or report requests are meant for wait_until.
class Server {
 public:
  explicit Server(Setup setup = {});  // throws if it cannot listen, or not with this TLS
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();  // ends all connections

  std::uint16_t port() const { return port_; }
  std::string url() const;  // "https://127.0.0.1:6443"

  // The objects. put() creates or replaces, including status and malformed fields, and needs no
  // namespace; apply() does so for every document of a YAML or JSON text. They throw for an
  // unsupported kind or a missing name. A no-op makes no event. A new object keeps a given uid and
  // creationTimestamp. put() returns the new resourceVersion.
  std::uint64_t put(const nlohmann::json& object);
  void apply(std::string_view manifests);
  void erase(Resource resource, const std::string& ns, const std::string& name);
  std::vector<nlohmann::json> objects(Resource resource) const;  // by namespace and name
  std::uint64_t resource_version() const;

  // History. Running streams continue. compact(): every earlier version is 410 for new watches
  // and continue tokens. restore(): like etcd from a backup, with the contents and
  // resourceVersion of that time, without history, all connections reset; false if that version is
  // compacted.
  void compact();
  bool restore(std::uint64_t version);

  // Faults for future requests, in the given order, and for the running watch streams: returns the
  // number of those.
  void inject(Fault fault, Requests requests = {});
  std::size_t disturb(const Fault& fault, std::optional<Resource> resource = {});
  void clear_faults();  // those not yet applied

  // Connection faults. stop(): new ones are refused, open ones reset; start() listens on the same
  // port again, with the same objects and history. ignore_connections(): the kernel accepts new
  // ones, and nobody reads from them.
  void stop();
  void start();
  void ignore_connections(bool ignored);
  void drop_connections(fault::Ending ending = fault::Ending::kReset);

  // Streams. Bookmarks are sent when a test says so. end_watches(): normally, as after
  // timeoutSeconds.
  void send_bookmarks();
  void end_watches(std::optional<Resource> resource = {});

  // From the next request or connection on.
  void set_tokens(std::set<std::string> tokens);
  void set_tls(const Tls& tls);
  void set_expired_watch(ExpiredWatch expired_watch);
  void deny(const Access& access);  // 403, and false for SelfSubjectAccessReview
  void allow_all();

  // The requests, in order of arrival.
  std::vector<Request> requests() const;
  std::size_t count(Resource resource, Verb verb) const;
  void forget_requests();
  std::size_t watches(Resource resource) const;  // streams that are open
  std::size_t connections() const;               // that are open
  std::size_t bytes_sent() const;  // that sockets have taken; one write is counted when it is done

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
  std::string address_;
  std::uint16_t port_ = 0;
  bool tls_ = false;
};

}  // namespace portcullis::test::api
