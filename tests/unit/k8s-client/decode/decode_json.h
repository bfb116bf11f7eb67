#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "k8s-client/decode/decode.h"
#include "k8s-client/document/json.h"

namespace portcullis::k8s {

inline Decoded decode_json(const std::string& text,
                           UnknownFields unknown = UnknownFields::kReject) {
  const auto documents = parse_json(text);
  EXPECT_TRUE(documents && documents->size() == 1) << text;
  if (!documents || documents->size() != 1) return {};
  return decode(documents->front(), "test.json, document 1", unknown);
}

// The one object in `decoded`, or null.
template <class T>
std::shared_ptr<const T> only(const Decoded& decoded) {
  EXPECT_EQ(decoded.objects.size(), 1U);
  if (decoded.objects.size() != 1) return nullptr;
  const auto* object = std::get_if<ObjectEvent<T>>(&decoded.objects.front());
  EXPECT_NE(object, nullptr);
  return object == nullptr ? nullptr : object->object;
}

// "line 3: Pod default/web: spec.hostNetwork: is ..."
inline std::vector<std::string> texts(const std::vector<Defect>& defects) {
  std::vector<std::string> result;
  for (const auto& defect : defects) {
    result.push_back("line " + std::to_string(defect.line) + ": " + defect.object + ": " +
                     defect.field + ": " + defect.message);
  }
  return result;
}

inline std::vector<std::string> fields(const Decoded& decoded) {
  std::vector<std::string> result;
  for (const auto& defect : decoded.defects) result.push_back(defect.field);
  return result;
}

// The defect for a lost object, "" if nothing is lost.
inline std::string lost(const Decoded& decoded) {
  return decoded.lost ? texts({*decoded.lost}).front() : "";
}

}  // namespace portcullis::k8s
