#include "daemon/netlink/rule/expression_codec.h"

namespace portcullis::nl {
namespace {

// Each expression is an element of NFTA_RULE_EXPRESSIONS:
//
//     +----------------+-----------------------+------------------------------+
//     | NFTA_LIST_ELEM | NFTA_EXPR_NAME "meta" | NFTA_EXPR_DATA { below }     |
//     +----------------+-----------------------+------------------------------+
//
// with numbers in network byte order and data (cmp, bitwise) as it lies in the register.
nftnl_expr* make(const char* name) { return allocated(nftnl_expr_alloc(name)); }

void set_bytes(nftnl_expr* expr, std::uint16_t attribute, const Bytes& bytes) {
  nftnl_expr_set(expr, attribute, bytes.data(), static_cast<std::uint32_t>(bytes.size()));
}

// | NFTA_META_KEY u32 | NFTA_META_DREG u32 |
nftnl_expr* encode(const LoadMeta& load) {
  nftnl_expr* expr = make("meta");
  nftnl_expr_set_u32(expr, NFTNL_EXPR_META_KEY, load.key);
  nftnl_expr_set_u32(expr, NFTNL_EXPR_META_DREG, load.reg);
  return expr;
}

// | NFTA_CT_KEY u32 | NFTA_CT_DREG u32 | NFTA_CT_DIRECTION u8, of addresses only |
nftnl_expr* encode(const LoadConntrack& load) {
  nftnl_expr* expr = make("ct");
  nftnl_expr_set_u32(expr, NFTNL_EXPR_CT_KEY, load.key);
  nftnl_expr_set_u32(expr, NFTNL_EXPR_CT_DREG, load.reg);
  if (load.direction) nftnl_expr_set_u8(expr, NFTNL_EXPR_CT_DIR, *load.direction);
  return expr;
}

// | NFTA_CT_KEY u32 | NFTA_CT_SREG u32 |
nftnl_expr* encode(const StoreConntrack& store) {
  nftnl_expr* expr = make("ct");
  nftnl_expr_set_u32(expr, NFTNL_EXPR_CT_KEY, store.key);
  nftnl_expr_set_u32(expr, NFTNL_EXPR_CT_SREG, store.reg);
  return expr;
}

// | NFTA_FIB_DREG u32 | NFTA_FIB_RESULT u32 | NFTA_FIB_FLAGS u32 |
nftnl_expr* encode(const LoadFib& load) {
  nftnl_expr* expr = make("fib");
  nftnl_expr_set_u32(expr, NFTNL_EXPR_FIB_FLAGS, load.flags);
  nftnl_expr_set_u32(expr, NFTNL_EXPR_FIB_RESULT, load.result);
  nftnl_expr_set_u32(expr, NFTNL_EXPR_FIB_DREG, load.reg);
  return expr;
}

// NFTA_PAYLOAD_DREG u32 | NFTA_PAYLOAD_BASE u32 | NFTA_PAYLOAD_OFFSET u32 | NFTA_PAYLOAD_LEN u32
nftnl_expr* encode(const LoadPayload& load) {
  nftnl_expr* expr = make("payload");
  nftnl_expr_set_u32(expr, NFTNL_EXPR_PAYLOAD_BASE, load.base);
  nftnl_expr_set_u32(expr, NFTNL_EXPR_PAYLOAD_OFFSET, load.offset);
  nftnl_expr_set_u32(expr, NFTNL_EXPR_PAYLOAD_LEN, load.length);
  nftnl_expr_set_u32(expr, NFTNL_EXPR_PAYLOAD_DREG, load.reg);
  return expr;
}

// | NFTA_BYTEORDER_SREG u32 | .._DREG u32 | .._OP u32 | .._LEN u32 | .._SIZE u32 |
nftnl_expr* encode(const SwapBytes& swap) {
  nftnl_expr* expr = make("byteorder");
  nftnl_expr_set_u32(expr, NFTNL_EXPR_BYTEORDER_SREG, swap.source);
  nftnl_expr_set_u32(expr, NFTNL_EXPR_BYTEORDER_DREG, swap.target);
  nftnl_expr_set_u32(expr, NFTNL_EXPR_BYTEORDER_OP, swap.operation);
  nftnl_expr_set_u32(expr, NFTNL_EXPR_BYTEORDER_LEN, swap.length);
  nftnl_expr_set_u32(expr, NFTNL_EXPR_BYTEORDER_SIZE, swap.size);
  return expr;
}

// | NFTA_BITWISE_SREG u32 | .._DREG u32 | .._LEN u32 | .._MASK { value } | .._XOR { value } |
nftnl_expr* encode(const MaskBits& bits) {
  nftnl_expr* expr = make("bitwise");
  nftnl_expr_set_u32(expr, NFTNL_EXPR_BITWISE_SREG, bits.source);
  nftnl_expr_set_u32(expr, NFTNL_EXPR_BITWISE_DREG, bits.target);
  nftnl_expr_set_u32(expr, NFTNL_EXPR_BITWISE_LEN, static_cast<std::uint32_t>(bits.mask.size()));
  set_bytes(expr, NFTNL_EXPR_BITWISE_MASK, bits.mask);
  set_bytes(expr, NFTNL_EXPR_BITWISE_XOR, bits.flip);
  return expr;
}

// | NFTA_CMP_SREG u32 | NFTA_CMP_OP u32 | NFTA_CMP_DATA { NFTA_DATA_VALUE bytes } |
nftnl_expr* encode(const Compare& compare) {
  nftnl_expr* expr = make("cmp");
  nftnl_expr_set_u32(expr, NFTNL_EXPR_CMP_SREG, compare.reg);
  nftnl_expr_set_u32(expr, NFTNL_EXPR_CMP_OP, compare.operation);
  set_bytes(expr, NFTNL_EXPR_CMP_DATA, compare.data);
  return expr;
}

// | NFTA_LOOKUP_SET name | NFTA_LOOKUP_SREG u32 | NFTA_LOOKUP_DREG u32, of maps only |
nftnl_expr* encode(const Lookup& lookup) {
  nftnl_expr* expr = make("lookup");
  nftnl_expr_set_u32(expr, NFTNL_EXPR_LOOKUP_SREG, lookup.source);
  if (lookup.target) nftnl_expr_set_u32(expr, NFTNL_EXPR_LOOKUP_DREG, *lookup.target);
  nftnl_expr_set_str(expr, NFTNL_EXPR_LOOKUP_SET, lookup.set.c_str());
  if (lookup.flags != 0) nftnl_expr_set_u32(expr, NFTNL_EXPR_LOOKUP_FLAGS, lookup.flags);
  return expr;
}

// | NFTA_COUNTER_BYTES u64 | NFTA_COUNTER_PACKETS u64 |, which start at zero when they are missing
nftnl_expr* encode(const Count&) { return make("counter"); }

// | NFTA_OBJREF_IMM_TYPE u32 | NFTA_OBJREF_IMM_NAME name |, which libnftnl writes without its
// terminator: see check_counter_name() in encode_batch.cpp.
nftnl_expr* encode(const CountBy& count) {
  nftnl_expr* expr = make("objref");
  nftnl_expr_set_u32(expr, NFTNL_EXPR_OBJREF_IMM_TYPE, NFT_OBJECT_COUNTER);
  nftnl_expr_set_str(expr, NFTNL_EXPR_OBJREF_IMM_NAME, count.counter.c_str());
  return expr;
}

// | NFTA_LOG_GROUP u16 | NFTA_LOG_PREFIX string |, which may be missing
nftnl_expr* encode(const LogTo& log) {
  nftnl_expr* expr = make("log");
  nftnl_expr_set_u16(expr, NFTNL_EXPR_LOG_GROUP, log.group);
  if (!log.prefix.empty()) nftnl_expr_set_str(expr, NFTNL_EXPR_LOG_PREFIX, log.prefix.c_str());
  return expr;
}

// | NFTA_LIMIT_RATE u64 | .._UNIT u64 | .._BURST u32 | .._TYPE u32 | .._FLAGS u32 |
nftnl_expr* encode(const LimitRate& limit) {
  nftnl_expr* expr = make("limit");
  nftnl_expr_set_u64(expr, NFTNL_EXPR_LIMIT_RATE, limit.rate);
  nftnl_expr_set_u64(expr, NFTNL_EXPR_LIMIT_UNIT, limit.unit);
  nftnl_expr_set_u32(expr, NFTNL_EXPR_LIMIT_BURST, limit.burst);
  nftnl_expr_set_u32(expr, NFTNL_EXPR_LIMIT_TYPE, limit.type);
  nftnl_expr_set_u32(expr, NFTNL_EXPR_LIMIT_FLAGS, limit.flags);
  return expr;
}

// | NFTA_IMMEDIATE_DREG u32: 0 | NFTA_IMMEDIATE_DATA { NFTA_DATA_VERDICT { code, chain } } |
//
// with NFTA_VERDICT_CODE s32, and NFTA_VERDICT_CHAIN, a name, of jumps only.
nftnl_expr* encode(const Decide& decide) {
  nftnl_expr* expr = make("immediate");
  nftnl_expr_set_u32(expr, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
  nftnl_expr_set_u32(expr, NFTNL_EXPR_IMM_VERDICT, static_cast<std::uint32_t>(decide.verdict));
  if (!decide.chain.empty()) {
    nftnl_expr_set_str(expr, NFTNL_EXPR_IMM_CHAIN, decide.chain.c_str());
  }
  return expr;
}

nftnl_expr* encode(const Unknown&) { std::abort(); }

}  // namespace

void encode_expression(const Expression& expression, nftnl_rule* rule) {
  nftnl_rule_add_expr(rule, std::visit([](const auto& kind) { return encode(kind); }, expression));
}

}  // namespace portcullis::nl
