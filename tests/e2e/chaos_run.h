#pragma once

#include <cstdlib>
#include <iostream>
#include <random>

namespace portcullis::test {

// The settings of a random test: PORTCULLIS_CHAOS_SEED repeats a run, PORTCULLIS_CHAOS_ROUNDS makes
// it longer.
struct ChaosRun {
  static unsigned number_from(const char* variable, unsigned otherwise) {
    const char* text = std::getenv(variable);
    return text == nullptr ? otherwise : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
  }

  ChaosRun() { std::cout << "PORTCULLIS_CHAOS_SEED=" << seed << std::endl; }

  static unsigned rounds(unsigned otherwise) {
    return number_from("PORTCULLIS_CHAOS_ROUNDS", otherwise);
  }

  unsigned any(unsigned below) { return static_cast<unsigned>(random() % below); }

  const unsigned seed = number_from("PORTCULLIS_CHAOS_SEED", std::random_device{}());
  std::mt19937 random{seed};
};

}  // namespace portcullis::test
