#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

// The kernel's nf_tables expressions that our rules are made of, as values
// (linux/netfilter/nf_tables.h). Registers are the kernel's numbers: 0 takes verdicts, 1 to 4 are
// 16 bytes wide, 8 (NFT_REG32_00) and on are 4 bytes wide and overlay them.
namespace portcullis::nl {

using Bytes = std::vector<std::uint8_t>;

struct LoadMeta {  // [ meta load l4proto => reg 1 ]
  std::uint32_t key = 0;
  std::uint32_t reg = 0;
  bool operator==(const LoadMeta&) const = default;
};

struct LoadConntrack {  // [ ct load state => reg 1 ], [ ct load src_ip => reg 9 , dir original ]
  std::uint32_t key = 0;
  std::uint32_t reg = 0;
  std::optional<std::uint8_t> direction{};  // IP_CT_DIR_ORIGINAL or IP_CT_DIR_REPLY
  bool operator==(const LoadConntrack&) const = default;
};

struct StoreConntrack {  // [ ct set mark with reg 1 ]
  std::uint32_t key = 0;
  std::uint32_t reg = 0;
  bool operator==(const StoreConntrack&) const = default;
};

struct LoadFib {  // [ fib saddr . iif oif present => reg 1 ]
  std::uint32_t flags = 0;
  std::uint32_t result = 0;
  std::uint32_t reg = 0;
  bool operator==(const LoadFib&) const = default;
};

struct LoadPayload {  // [ payload load 4b @ network header + 12 => reg 1 ]
  std::uint32_t base = 0;
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
  std::uint32_t reg = 0;
  bool operator==(const LoadPayload&) const = default;
};

struct SwapBytes {  // [ byteorder reg 1 = hton(reg 1, 2, 1) ]
  std::uint32_t operation = 0;
  std::uint32_t source = 0;
  std::uint32_t target = 0;
  std::uint32_t size = 0;
  std::uint32_t length = 0;
  bool operator==(const SwapBytes&) const = default;
};

struct MaskBits {  // [ bitwise reg 1 = ( reg 1 & 0x00000006 ) ^ 0x00000000 ]
  std::uint32_t source = 0;
  std::uint32_t target = 0;
  Bytes mask;
  Bytes flip;
  bool operator==(const MaskBits&) const = default;
};

struct Compare {  // [ cmp eq reg 1 0x00000002 ]
  std::uint32_t operation = 0;
  std::uint32_t reg = 0;
  Bytes data;
  bool operator==(const Compare&) const = default;
};

struct Lookup {  // [ lookup reg 1 set egress-v4 dreg 0 ]
  std::string set;
  std::uint32_t source = 0;
  std::optional<std::uint32_t> target;
  std::uint32_t flags = 0;
  bool operator==(const Lookup&) const = default;
};

struct Count {  // [ counter pkts 0 bytes 0 ], whatever its values
  bool operator==(const Count&) const = default;
};

struct CountBy {  // [ objref type 1 name denied-in-1f ]
  std::string counter;
  bool operator==(const CountBy&) const = default;
};

struct LogTo {  // [ log prefix denied group 5 snaplen 0 qthreshold 0 ]
  std::uint16_t group = 0;
  std::string prefix{};
  bool operator==(const LogTo&) const = default;
};

struct LimitRate {  // [ limit rate 10/second burst 20 type packets flags 0x0 ]
  std::uint64_t rate = 0;
  std::uint64_t unit = 0;  // seconds
  std::uint32_t burst = 0;
  std::uint32_t type = 0;
  std::uint32_t flags = 0;
  bool operator==(const LimitRate&) const = default;
};

struct Decide {  // [ immediate reg 0 drop ], [ immediate reg 0 jump -> icmp-error ]
  std::int32_t verdict = 0;
  std::string chain{};  // of NFT_JUMP and NFT_GOTO; else empty
  bool operator==(const Decide&) const = default;
};

struct Unknown {  // anything else
  bool operator==(const Unknown&) const { return false; }
};

using Expression =
    std::variant<LoadMeta, LoadConntrack, StoreConntrack, LoadFib, LoadPayload, SwapBytes, MaskBits,
                 Compare, Lookup, Count, CountBy, LogTo, LimitRate, Decide, Unknown>;

}  // namespace portcullis::nl
