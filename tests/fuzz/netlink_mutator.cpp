#include "tests/fuzz/netlink_mutator.h"

#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>
#include <utility>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace portcullis {
namespace {

using Bytes = std::vector<std::uint8_t>;

struct Attribute {
  std::uint16_t type = 0;
  Bytes payload{};
  std::vector<Attribute> nested{};

  bool is_nest() const { return (type & NLA_F_NESTED) != 0; }
  int number() const { return type & NLA_TYPE_MASK; }
};

struct Message {
  Bytes head{};  // nlmsghdr and nfgenmsg
  std::vector<Attribute> attributes{};

  int kind() const {
    nlmsghdr header{};
    std::memcpy(&header, head.data(), sizeof header);
    return header.nlmsg_type & 0xff;
  }
};

constexpr int kNone = 0;  // no attribute has this number
constexpr std::size_t kHead = MNL_NLMSG_HDRLEN + sizeof(nfgenmsg);

std::vector<Attribute> read_attributes(const std::uint8_t* at, std::size_t size) {
  std::vector<Attribute> found;
  while (size >= sizeof(nlattr)) {
    nlattr header{};
    std::memcpy(&header, at, sizeof header);
    if (header.nla_len < sizeof header || header.nla_len > size) break;
    Attribute attribute{.type = header.nla_type};
    const auto* payload = at + sizeof header;
    const std::size_t length = header.nla_len - sizeof header;
    if (attribute.is_nest()) {
      attribute.nested = read_attributes(payload, length);
    } else {
      attribute.payload.assign(payload, payload + length);
    }
    found.push_back(std::move(attribute));
    const auto step = std::min<std::size_t>(MNL_ALIGN(header.nla_len), size);
    at += step;
    size -= step;
  }
  return found;
}

std::vector<Message> read_messages(const std::uint8_t* at, std::size_t size) {
  std::vector<Message> found;
  while (size >= kHead) {
    nlmsghdr header{};
    std::memcpy(&header, at, sizeof header);
    if (header.nlmsg_len < kHead || header.nlmsg_len > size) break;
    found.push_back({Bytes(at, at + kHead), read_attributes(at + kHead, header.nlmsg_len - kHead)});
    const auto step = std::min<std::size_t>(MNL_ALIGN(header.nlmsg_len), size);
    at += step;
    size -= step;
  }
  return found;
}

void write_attributes(Bytes& out, const std::vector<Attribute>& attributes) {
  for (const auto& attribute : attributes) {
    const auto begin = out.size();
    out.resize(begin + sizeof(nlattr));
    out.insert(out.end(), attribute.payload.begin(), attribute.payload.end());
    write_attributes(out, attribute.nested);
    const nlattr header{static_cast<std::uint16_t>(out.size() - begin), attribute.type};
    std::memcpy(out.data() + begin, &header, sizeof header);
    out.resize(MNL_ALIGN(out.size()));
  }
}

Bytes written(const std::vector<Message>& messages) {
  Bytes out;
  for (const auto& message : messages) {
    const auto begin = out.size();
    out.insert(out.end(), message.head.begin(), message.head.end());
    write_attributes(out, message.attributes);
    const auto length = static_cast<std::uint32_t>(out.size() - begin);
    std::memcpy(out.data() + begin + offsetof(nlmsghdr, nlmsg_len), &length, sizeof length);
  }
  return out;
}

class Mutation {
 public:
  Mutation(std::vector<Message>& messages, unsigned seed) : messages_(messages), random_(seed) {
    for (auto& message : messages_) {
      // It says how the kernel frames the data that follows.
      visit(message.attributes, message.kind() == NFT_MSG_NEWOBJ ? NFTA_OBJ_TYPE : kNone);
    }
  }

  void make() {
    const auto choice = any(10);
    if (choice < 6 && !values_.empty()) return change(*values_[any(values_.size())]);
    if (choice < 9 && !lists_.empty()) return rearrange(*lists_[any(lists_.size())]);
    rearrange(messages_);
  }

 private:
  std::size_t any(std::size_t below) { return random_() % below; }

  // `fixed` is the number of an attribute whose value stays, or kNone.
  void visit(std::vector<Attribute>& list, int fixed) {
    if (!list.empty()) lists_.push_back(&list);
    const bool expression = std::any_of(list.begin(), list.end(), [](const Attribute& attribute) {
      return attribute.is_nest() && attribute.number() == NFTA_EXPR_DATA;
    });
    for (auto& attribute : list) {
      if (attribute.is_nest()) {
        visit(attribute.nested, kNone);
      } else if (!attribute.payload.empty() && attribute.number() != fixed &&
                 !(expression && attribute.number() == NFTA_EXPR_NAME)) {
        values_.push_back(&attribute.payload);
      }
    }
  }

  static void change(Bytes& value) {
    const auto size = LLVMFuzzerMutate(value.data(), value.size(), value.size());
    std::fill(value.begin() + static_cast<std::ptrdiff_t>(size), value.end(), std::uint8_t{0});
  }

  template <class Part>
  void rearrange(std::vector<Part>& list) {
    if (list.empty()) return;
    const auto one = any(list.size());
    const auto other = any(list.size());
    switch (any(3)) {
      case 0:
        list.erase(list.begin() + static_cast<std::ptrdiff_t>(one));
        return;
      case 1: {
        auto copy = list[one];
        list.insert(list.begin() + static_cast<std::ptrdiff_t>(other), std::move(copy));
        return;
      }
      default:
        std::swap(list[one], list[other]);
    }
  }

  std::vector<Message>& messages_;
  std::minstd_rand random_;
  std::vector<Bytes*> values_;
  std::vector<std::vector<Attribute>*> lists_;
};

}  // namespace

std::size_t mutate_messages(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  auto messages = read_messages(data, size);
  Mutation(messages, seed).make();
  const Bytes out = written(messages);
  if (out.empty() || out.size() > most) return size;
  std::copy(out.begin(), out.end(), data);
  return out.size();
}

}  // namespace portcullis
