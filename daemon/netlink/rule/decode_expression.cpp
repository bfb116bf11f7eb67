#include "daemon/netlink/rule/expression_codec.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace portcullis::nl {
namespace {

std::uint32_t u32(const nftnl_expr* expr, std::uint16_t attribute) {
  return nftnl_expr_get_u32(expr, attribute);
}

bool has(const nftnl_expr* expr, std::uint16_t attribute) {
  return nftnl_expr_is_set(expr, attribute);
}

Bytes bytes(const nftnl_expr* expr, std::uint16_t attribute) {
  std::uint32_t size = 0;
  const auto* data = static_cast<const std::uint8_t*>(nftnl_expr_get(expr, attribute, &size));
  return data == nullptr ? Bytes{} : Bytes(data, data + size);
}

Expression meta_of(const nftnl_expr* expr) {
  if (has(expr, NFTNL_EXPR_META_SREG)) return Unknown{};
  return LoadMeta{u32(expr, NFTNL_EXPR_META_KEY), u32(expr, NFTNL_EXPR_META_DREG)};
}

Expression conntrack_of(const nftnl_expr* expr) {
  if (has(expr, NFTNL_EXPR_CT_SREG)) {
    return StoreConntrack{u32(expr, NFTNL_EXPR_CT_KEY), u32(expr, NFTNL_EXPR_CT_SREG)};
  }
  LoadConntrack load{u32(expr, NFTNL_EXPR_CT_KEY), u32(expr, NFTNL_EXPR_CT_DREG)};
  if (has(expr, NFTNL_EXPR_CT_DIR)) load.direction = nftnl_expr_get_u8(expr, NFTNL_EXPR_CT_DIR);
  return load;
}

Expression fib_of(const nftnl_expr* expr) {
  return LoadFib{u32(expr, NFTNL_EXPR_FIB_FLAGS), u32(expr, NFTNL_EXPR_FIB_RESULT),
                 u32(expr, NFTNL_EXPR_FIB_DREG)};
}

Expression payload_of(const nftnl_expr* expr) {
  if (has(expr, NFTNL_EXPR_PAYLOAD_SREG)) return Unknown{};
  return LoadPayload{u32(expr, NFTNL_EXPR_PAYLOAD_BASE), u32(expr, NFTNL_EXPR_PAYLOAD_OFFSET),
                     u32(expr, NFTNL_EXPR_PAYLOAD_LEN), u32(expr, NFTNL_EXPR_PAYLOAD_DREG)};
}

Expression byteorder_of(const nftnl_expr* expr) {
  return SwapBytes{u32(expr, NFTNL_EXPR_BYTEORDER_OP), u32(expr, NFTNL_EXPR_BYTEORDER_SREG),
                   u32(expr, NFTNL_EXPR_BYTEORDER_DREG), u32(expr, NFTNL_EXPR_BYTEORDER_SIZE),
                   u32(expr, NFTNL_EXPR_BYTEORDER_LEN)};
}

Expression bitwise_of(const nftnl_expr* expr) {
  const bool shifts =
      has(expr, NFTNL_EXPR_BITWISE_OP) && u32(expr, NFTNL_EXPR_BITWISE_OP) != NFT_BITWISE_BOOL;
  if (shifts) return Unknown{};
  return MaskBits{u32(expr, NFTNL_EXPR_BITWISE_SREG), u32(expr, NFTNL_EXPR_BITWISE_DREG),
                  bytes(expr, NFTNL_EXPR_BITWISE_MASK), bytes(expr, NFTNL_EXPR_BITWISE_XOR)};
}

Expression compare_of(const nftnl_expr* expr) {
  return Compare{u32(expr, NFTNL_EXPR_CMP_OP), u32(expr, NFTNL_EXPR_CMP_SREG),
                 bytes(expr, NFTNL_EXPR_CMP_DATA)};
}

Expression lookup_of(const nftnl_expr* expr) {
  if (!has(expr, NFTNL_EXPR_LOOKUP_SET)) return Unknown{};
  Lookup lookup;
  lookup.set = nftnl_expr_get_str(expr, NFTNL_EXPR_LOOKUP_SET);
  lookup.source = u32(expr, NFTNL_EXPR_LOOKUP_SREG);
  if (has(expr, NFTNL_EXPR_LOOKUP_DREG)) lookup.target = u32(expr, NFTNL_EXPR_LOOKUP_DREG);
  if (has(expr, NFTNL_EXPR_LOOKUP_FLAGS)) lookup.flags = u32(expr, NFTNL_EXPR_LOOKUP_FLAGS);
  return lookup;
}

Expression counter_of(const nftnl_expr*) { return Count{}; }

Expression reference_of(const nftnl_expr* expr) {
  if (has(expr, NFTNL_EXPR_OBJREF_SET_SREG) || !has(expr, NFTNL_EXPR_OBJREF_IMM_NAME) ||
      u32(expr, NFTNL_EXPR_OBJREF_IMM_TYPE) != NFT_OBJECT_COUNTER) {
    return Unknown{};
  }
  return CountBy{nftnl_expr_get_str(expr, NFTNL_EXPR_OBJREF_IMM_NAME)};
}

Expression log_of(const nftnl_expr* expr) {
  for (const auto attribute : {NFTNL_EXPR_LOG_SNAPLEN, NFTNL_EXPR_LOG_QTHRESHOLD,
                               NFTNL_EXPR_LOG_LEVEL, NFTNL_EXPR_LOG_FLAGS}) {
    if (has(expr, attribute)) return Unknown{};
  }
  if (!has(expr, NFTNL_EXPR_LOG_GROUP)) return Unknown{};
  LogTo log{nftnl_expr_get_u16(expr, NFTNL_EXPR_LOG_GROUP)};
  if (has(expr, NFTNL_EXPR_LOG_PREFIX))
    log.prefix = nftnl_expr_get_str(expr, NFTNL_EXPR_LOG_PREFIX);
  return log;
}

Expression limit_of(const nftnl_expr* expr) {
  return LimitRate{nftnl_expr_get_u64(expr, NFTNL_EXPR_LIMIT_RATE),
                   nftnl_expr_get_u64(expr, NFTNL_EXPR_LIMIT_UNIT),
                   u32(expr, NFTNL_EXPR_LIMIT_BURST), u32(expr, NFTNL_EXPR_LIMIT_TYPE),
                   u32(expr, NFTNL_EXPR_LIMIT_FLAGS)};
}

Expression immediate_of(const nftnl_expr* expr) {
  if (!has(expr, NFTNL_EXPR_IMM_VERDICT)) return Unknown{};
  Decide decide{static_cast<std::int32_t>(u32(expr, NFTNL_EXPR_IMM_VERDICT))};
  if (has(expr, NFTNL_EXPR_IMM_CHAIN))
    decide.chain = nftnl_expr_get_str(expr, NFTNL_EXPR_IMM_CHAIN);
  return decide;
}

struct ExpressionDecoder {
  std::string_view name;
  Expression (*decode)(const nftnl_expr*);
};

constexpr std::array kDecoders = {
    ExpressionDecoder{"meta", meta_of},        ExpressionDecoder{"ct", conntrack_of},
    ExpressionDecoder{"payload", payload_of},  ExpressionDecoder{"byteorder", byteorder_of},
    ExpressionDecoder{"bitwise", bitwise_of},  ExpressionDecoder{"cmp", compare_of},
    ExpressionDecoder{"lookup", lookup_of},    ExpressionDecoder{"counter", counter_of},
    ExpressionDecoder{"objref", reference_of}, ExpressionDecoder{"immediate", immediate_of},
    ExpressionDecoder{"fib", fib_of},          ExpressionDecoder{"log", log_of},
    ExpressionDecoder{"limit", limit_of},
};

}  // namespace

Expression decode_expression(const nftnl_expr* expr) {
  const std::string_view name = nftnl_expr_get_str(expr, NFTNL_EXPR_NAME);
  const auto* decoder =
      std::find_if(kDecoders.begin(), kDecoders.end(),
                   [&](const ExpressionDecoder& known) { return known.name == name; });
  return decoder == kDecoders.end() ? Expression(Unknown{}) : decoder->decode(expr);
}

std::string to_string(const nftnl_expr* expr) {
  std::array<char, 1024> text{};
  nftnl_expr_snprintf(text.data(), text.size(), expr, NFTNL_OUTPUT_DEFAULT, 0);
  std::string line = std::string(nftnl_expr_get_str(expr, NFTNL_EXPR_NAME)) + ' ' + text.data();
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

}  // namespace portcullis::nl
