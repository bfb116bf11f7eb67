#include "k8s-client/http/proxy.h"

#include <gtest/gtest.h>

namespace portcullis::k8s {
namespace {

TEST(Proxy, TheVariableOfTheServersScheme) {
  const Environment both{{"HTTPS_PROXY", "http://s"}, {"HTTP_PROXY", "http://p"}};
  EXPECT_EQ(proxy_for("https://h", both), "http://s");
  EXPECT_EQ(proxy_for("http://h", both), "http://p");
  EXPECT_EQ(proxy_for("https://h", {{"HTTP_PROXY", "http://p"}}), "");
  EXPECT_EQ(proxy_for("https://h", {}), "");
}

TEST(Proxy, UpperCaseWinsUnlessItIsEmpty) {
  EXPECT_EQ(proxy_for("https://h", {{"https_proxy", "http://l"}}), "http://l");
  EXPECT_EQ(proxy_for("https://h", {{"https_proxy", "http://l"}, {"HTTPS_PROXY", "http://u"}}),
            "http://u");
  EXPECT_EQ(proxy_for("https://h", {{"https_proxy", "http://l"}, {"HTTPS_PROXY", ""}}), "http://l");
}

TEST(Proxy, WithoutASchemeItIsOneOfHttp) {
  EXPECT_EQ(proxy_for("https://h", {{"HTTPS_PROXY", "proxy:3128"}}), "http://proxy:3128");
  EXPECT_EQ(proxy_for("https://h", {{"HTTPS_PROXY", "socks5://p"}}), "socks5://p");
}

TEST(Proxy, NeverForThisHost) {
  const Environment environment{{"HTTPS_PROXY", "http://p"}};
  for (const auto* url :
       {"https://localhost:6443", "https://LOCALHOST", "https://127.0.0.1:6443",
        "https://127.255.1.1", "https://[::1]:6443", "https://[::ffff:127.0.0.1]"}) {
    EXPECT_EQ(proxy_for(url, environment), "") << url;
  }
  for (const auto* url : {"https://localhost.example", "https://128.0.0.1", "https://[::2]"}) {
    EXPECT_EQ(proxy_for(url, environment), "http://p") << url;
  }
}

struct ProxyCase {
  const char* no_proxy;
  const char* url;
  bool proxied;
};

TEST(Proxy, NoProxy) {
  const ProxyCase cases[] = {
      {"*", "https://a.b", false},
      {" x , * ", "https://1.2.3.4", false},
      {"b.c", "https://b.c", false},
      {"b.c", "https://a.b.c", false},
      {"B.C", "https://A.b.c:6443", false},
      {"b.c", "https://ab.c", true},
      {".b.c", "https://b.c", true},
      {".b.c", "https://a.b.c", false},
      {"*.b.c", "https://a.b.c", false},
      {"*.b.c", "https://b.c", true},
      {"b.c:443", "https://b.c", false},
      {"b.c:443", "https://b.c:6443", true},
      {"b.c:6443", "https://a.b.c:6443", false},
      {"1.2.3.4", "https://1.2.3.4:6443", false},
      {"1.2.3.4:443", "https://1.2.3.4:6443", true},
      {"1.2.3.4", "https://1.2.3.5", true},
      {"2.3.4", "https://1.2.3.4", false},  // a domain's end, as Go has it
      {"10.0.0.0/8", "https://10.96.0.1", false},
      {"10.0.0.0/8", "https://11.0.0.1", true},
      {"10.0.0.0/8", "https://ten.example", true},
      {"fd00::/8", "https://[fd00::1]:6443", false},
      {"fd00::1", "https://[fd00::1]:6443", false},
      {"fd00:0::1", "https://[fd00::1]:6443", false},
      {"[fd00::1]", "https://[fd00::1]:6443", false},
      {"[fd00::1]:6443", "https://[fd00::1]:6443", false},
      {"[fd00::1]:443", "https://[fd00::1]:6443", true},
      {"10.0.0.0/99,:80,[,[],/,,.", "https://a", true},
      {"", "https://a", true},
  };
  for (const auto& [no_proxy, url, proxied] : cases) {
    const Environment environment{{"HTTPS_PROXY", "http://p"}, {"no_proxy", no_proxy}};
    EXPECT_EQ(proxy_for(url, environment), proxied ? "http://p" : "")
        << '"' << no_proxy << "\" for " << url;
  }
}

}  // namespace
}  // namespace portcullis::k8s
