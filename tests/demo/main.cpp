#include <unistd.h>

#include <iostream>

#include "tests/demo/demo.h"

namespace portcullis::demo {
namespace {

constexpr int kSkipped = 77;

int fail(const Error& error) {
  std::cerr << "portcullis-demo: " << error.message << "\n";
  return error.code == ErrorCode::kPermission ? kSkipped : 1;
}

int run() {
  std::cout
      << "A cluster of network namespaces: pods of four teams on one node, and machines outside.\n"
         "The daemon enforces one policy after another, and every pod tries to reach every\n"
         "other one. This takes about half a minute.\n";
  const auto playground = test::Playground::build(topology());
  if (!playground) return fail(playground.error());
  auto prober = test::Prober::open(*playground);
  if (!prober) return fail(prober.error());
  const auto colours = isatty(STDOUT_FILENO) ? test::Colours::kAnsi : test::Colours::kNone;
  Demo demo(*playground, *prober, colours);
  const bool told = demo.run();
  std::cout << demo.probes() << " probes, " << demo.surprises() << " not as expected\n";
  return told && demo.surprises() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace portcullis::demo

int main() { return portcullis::demo::run(); }
