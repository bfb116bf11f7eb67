#include "tests/attack/attack.h"

#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sys/socket.h>

#include "tests/packet/semantics/cluster.h"
#include "tests/support/rig/file_descriptor.h"

namespace portcullis::test {

const std::string kNothing = policy("other/nothing", R"(
  podSelector: {}
)");

void Attack::expect_stopped(const std::string& policies, const std::function<bool()>& send,
                            const std::string& endpoint) {
  EXPECT_TRUE(arrives_if(true, policies, send, endpoint))
      << "the attack does not work without the binding";
  EXPECT_FALSE(arrives_if(false, policies, send, endpoint));
}

void Attack::expect_untouched(const std::string& policies, const std::function<bool()>& send) {
  EXPECT_TRUE(arrives_if(true, policies, send, "default/victim"));
  EXPECT_TRUE(arrives_if(false, policies, send, "default/victim"));
}

bool Attack::arrives_if(bool believed, const std::string& policies,
                        const std::function<bool()>& send, const std::string& endpoint) {
  believe_sources(believed);
  enforce({policies});
  return arrives(endpoint, send);
}

bool send_frame(const Endpoint& from, const Frame& frame) {
  Bytes bytes(frame.to.begin(), frame.to.end());
  bytes.insert(bytes.end(), frame.from.begin(), frame.from.end());
  bytes.insert(bytes.end(), frame.types.begin(), frame.types.end());
  bytes.insert(bytes.end(), frame.content.begin(), frame.content.end());
  bool sent = false;
  from.netns.run([&] {
    const FileDescriptor socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
    sockaddr_ll link{};
    link.sll_family = AF_PACKET;
    link.sll_ifindex = static_cast<int>(if_nametoindex("eth0"));
    sent = sendto(socket.get(), bytes.data(), bytes.size(), 0,
                  reinterpret_cast<const sockaddr*>(&link),
                  sizeof link) == static_cast<ssize_t>(bytes.size());
  });
  return sent;
}

}  // namespace portcullis::test
