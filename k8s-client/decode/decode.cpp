#include "k8s-client/decode/decode.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "compiler/base/escape.h"
#include "k8s-client/decode/decode_object.h"
#include "k8s-client/decode/name_rules.h"

namespace portcullis::k8s {
namespace {

constexpr std::string_view kPolicyGroup = info(Kind::kNetworkPolicy).group;
constexpr std::string_view kList = "list";
constexpr std::string_view kKubernetes = "k8s.io";

// The type of an object, by its own fields or by the <Kind>List that contains it.
struct TypeMeta {
  std::string kind;
  std::string api_version;
};

std::string_view group_of(std::string_view api_version) {
  const auto slash = api_version.find('/');
  return slash == std::string_view::npos ? "" : api_version.substr(0, slash);
}

// The supported kind that `kind` is or was meant to be ("Networkpolicy", "pods").
std::optional<Kind> our_kind(std::string_view kind) {
  const auto word = lower_case_letters(kind);
  for (const auto& each : kKinds) {
    if (word == lower_case_letters(each.name) || word == each.resource) return each.kind;
  }
  return std::nullopt;
}

bool is_in(std::string_view group, std::string_view domain) {
  return group == domain || group.ends_with("." + std::string(domain));
}

// Other groups have kinds of the same name. A group of custom resources has a dot in its name; a
// policy group without one is ours, mistyped, or obsolete ("extensions"). Groups below
// k8s.io are reserved for Kubernetes, whose other policies are all below networking.k8s.io.
bool is_foreign(Kind kind, std::string_view api_version) {
  const auto group = group_of(api_version);
  if (kind != Kind::kNetworkPolicy) return !group.empty() && group != "core";
  const bool is_ours = is_at_most_one_typo_apart(group, kPolicyGroup) ||
                       (is_in(group, kKubernetes) && !is_in(group, kPolicyGroup));
  return !is_ours && group.find('.') != group.npos;
}

// Only a policy selects the pods that it is for like this.
bool has_subject(const Document& object) {
  const auto* spec = object.find("spec");
  return spec != nullptr &&
         (spec->find("podSelector") != nullptr || spec->find("policyTypes") != nullptr);
}

// Whether somebody may mistake it for a policy in force: one of another engine, or one of our
// group, misspelled.
bool is_other_policy(const TypeMeta& type) {
  static constexpr std::array<std::string_view, 5> kOurGroupHas = {
      "ingress", "ingressclass", "ipaddress", "servicecidr", "clustercidr"};
  const auto word = lower_case_letters(type.kind);
  if (group_of(type.api_version) != kPolicyGroup) {
    return word.find("networkpolic") != word.npos || word == "egressfirewall";
  }
  return std::ranges::find(kOurGroupHas, word) == kOurGroupHas.end();
}

bool is_core(const TypeMeta& type) { return group_of(type.api_version).empty(); }

bool is_list(std::string_view kind) { return lower_case_letters(kind).ends_with(kList); }

void check_kind(const std::string& own, const std::string& meant, const Field& field) {
  if (own == meant) return;
  field.defect((own.empty() ? "is missing or not a string" : in_quotes(own) + " is not a kind") +
               "; write kind: " + meant);
}

void check_api_version(const std::string& own, Kind kind, const Field& field) {
  const auto expected = api_version_of(kind);
  if (own == expected) return;
  std::string wrong = in_quotes(own) + " is not supported";
  if (own.empty()) wrong = "is missing or not a string";
  if (group_of(own) == "extensions") wrong += " any more";
  field.defect(wrong + "; write apiVersion: " + expected);
}

// Whether objects of the kind have no namespace. Engines name such policies after their scope:
// AdminNetworkPolicy, ClusterNetworkPolicy, GlobalNetworkPolicy, CiliumClusterwideNetworkPolicy.
bool is_of_cluster(const std::string& kind) {
  const auto word = lower_case_letters(kind);
  return word == "namespace" ||
         (word.find("networkpolic") != word.npos &&
          std::ranges::any_of(std::array{"admin", "cluster", "global"},
                              [&](const char* scope) { return word.find(scope) != word.npos; }));
}

// For messages: "NetworkPolicy default/api", as far as known.
std::string describe(const std::string& kind, const Document& object) {
  const auto* metadata = object.find("metadata");
  const auto text = [&](const char* key) {
    const auto* value = metadata == nullptr ? nullptr : metadata->find(key);
    return value == nullptr ? std::optional<std::string>("") : value->scalar_text();
  };
  const auto name = text("name").value_or("");
  if (name.empty()) return kind;
  if (is_of_cluster(kind)) return kind + ' ' + printable(name);
  const auto ns = text("namespace");
  if (!ns) return kind + ' ' + printable(name);
  return kind + ' ' + printable(ns->empty() ? "default" : *ns) + '/' + printable(name);
}

class Decoder {
 public:
  Decoder(const std::string& origin, UnknownFields unknown) : origin_(origin), unknown_(unknown) {}

  void decode_any(const Field& field, const TypeMeta& inherited);
  Decoded take() { return std::move(decoded_); }

 private:
  void decode_list(const Field& list, const TypeMeta& type);
  void decode_object(const Field& place, const TypeMeta& said, Kind kind);
  void decode_without_kind(const Field& place, const TypeMeta& said);
  void note_not_enforced(const Field& place, const TypeMeta& type);

  template <class T>
  void keep(std::shared_ptr<const T> object) {
    if (object != nullptr) decoded_.objects.push_back(to_event(std::move(object)));
  }

  void keep(std::vector<Defect> defects) {
    for (auto& defect : defects) decoded_.defects.push_back(std::move(defect));
  }

  // The first reason that an object is lost is kept separately, the rest with the others.
  void lose(std::vector<Defect> defects) {
    if (!decoded_.lost && !defects.empty()) {
      decoded_.lost = std::move(defects.front());
      defects.erase(defects.begin());
    }
    keep(std::move(defects));
  }

  const std::string& origin_;
  UnknownFields unknown_;
  int object_count_ = 0;
  Decoded decoded_;
};

void Decoder::decode_any(const Field& place, const TypeMeta& inherited) {
  Report report{"", unknown_, {}};
  const Field field(place, report);
  TypeMeta type = inherited;
  const Field kind_field = field["kind"];
  const auto* own_kind = kind_field.string();
  if (!kind_field.missing()) type.kind = own_kind == nullptr ? "" : *own_kind;
  if (const auto* api_version = place.value()->find("apiVersion")) {
    type.api_version = api_version->string() == nullptr ? "" : *api_version->string();
  }
  const bool has_kind = report.clean() && !lower_case_letters(type.kind).empty();
  if (!has_kind) return decode_without_kind(place, type);
  if (is_list(type.kind)) return decode_list(place, type);
  if (const auto kind = our_kind(type.kind)) return decode_object(place, type, *kind);
  if (is_other_policy(type)) {
    const bool is_ours = group_of(type.api_version) == kPolicyGroup && has_subject(*place.value());
    return is_ours ? decode_object(place, type, Kind::kNetworkPolicy)
                   : note_not_enforced(place, type);
  }
  if (is_core(type) && field["items"].list_size() > 0) {
    kind_field.defect(in_quotes(type.kind) + " is not a kind of list; write kind: List");
    lose(report.take());
  }
}

// Skipping what may be a policy would open its pods.
void Decoder::decode_without_kind(const Field& place, const TypeMeta& said) {
  const bool may_be_policy = is_at_most_one_typo_apart(group_of(said.api_version), kPolicyGroup) ||
                             has_subject(*place.value());
  if (place.value()->map() != nullptr && may_be_policy) {
    return decode_object(place, {"", said.api_version}, Kind::kNetworkPolicy);
  }
  Report report{"", unknown_, {}};
  const Field root(place, report);
  if (root.require_map()) {
    const Field kind = root["kind"];
    if (report.clean()) {
      kind.defect("is missing or not a string; write the object's kind, such as NetworkPolicy");
    }
  }
  lose(report.take());
}

void Decoder::note_not_enforced(const Field& place, const TypeMeta& type) {
  const auto version = type.api_version.empty() ? "no apiVersion" : printable(type.api_version);
  decoded_.not_enforced.push_back({describe(printable(type.kind), *place.value()), "",
                                   "is not enforced by Portcullis (" + version + ")",
                                   place.value()->line});
}

// A List's items state their kind; those of a PodList need not.
void Decoder::decode_list(const Field& list, const TypeMeta& type) {
  auto item_word = lower_case_letters(type.kind);
  item_word.resize(item_word.size() - kList.size());
  const bool is_plain_list = item_word.empty();
  const auto kind = our_kind(item_word);
  const TypeMeta item_type{kind ? info(*kind).name : "", type.api_version};
  if (!is_plain_list && (!kind || is_foreign(*kind, type.api_version))) {
    if (is_other_policy({item_word, type.api_version})) note_not_enforced(list, type);
    return;
  }
  Report report{printable(type.kind), unknown_, {}};
  const Field root(list, report);
  check_kind(type.kind, item_type.kind + "List", root["kind"]);
  keep(report.take());
  root.allow_only({"apiVersion", "kind", "metadata", "items"});
  const Field items = root["items"];
  items.require_list();
  lose(report.take());
  if (items.list_size() == 0) return;
  items.each_item(
      [&](const Field& item) { decode_any(item, is_plain_list ? TypeMeta{} : item_type); });
  keep(report.take());
}

void Decoder::decode_object(const Field& place, const TypeMeta& said, Kind kind) {
  if (is_foreign(kind, said.api_version)) {
    if (kind == Kind::kNetworkPolicy) note_not_enforced(place, said);
    return;
  }
  const auto substitute_name = origin_ + '#' + std::to_string(++object_count_);
  Report report{describe(info(kind).name, *place.value()), unknown_, {}};
  const Field root(place, report);
  check_kind(said.kind, info(kind).name, root["kind"]);
  check_api_version(said.api_version, kind, root["apiVersion"]);
  const auto objects_before = decoded_.objects.size();
  switch (kind) {
    case Kind::kPod:
      keep(decode_pod(root, origin_, substitute_name));
      break;
    case Kind::kNamespace:
      keep(decode_namespace(root, origin_));
      break;
    case Kind::kNetworkPolicy:
      root.allow_only({"apiVersion", "kind", "metadata", "spec", "status"});
      keep(decode_policy(root, origin_, substitute_name));
      break;
  }
  const bool is_placed = decoded_.objects.size() > objects_before;
  is_placed ? keep(report.take()) : lose(report.take());
}

}  // namespace

Decoded decode(const Document& document, const std::string& origin, UnknownFields unknown) {
  if (document.is_null()) return {};
  Decoder decoder(origin, unknown);
  Report report;
  decoder.decode_any(Field(document, report), {});
  return decoder.take();
}

}  // namespace portcullis::k8s
