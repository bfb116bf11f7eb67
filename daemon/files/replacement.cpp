#include "daemon/files/replacement.h"

#include <algorithm>
#include <map>
#include <utility>

namespace portcullis {
namespace {

using Origins = std::map<std::string, std::string>;  // by name

Origins origins_of(const std::vector<ManifestFile>& files) {
  Origins origins;
  for (const auto& file : files) {
    for (const auto& object : file.objects) origins.emplace(name_of(object), origin_of(object));
  }
  return origins;
}

void remove_object(ManifestFile& file, std::size_t index, const std::string& name) {
  const auto document = file.documents[index];
  const auto offset = static_cast<std::ptrdiff_t>(index);
  file.objects.erase(file.objects.begin() + offset);
  file.documents.erase(file.documents.begin() + offset);
  std::erase_if(file.problems, [&](const Problem& problem) {
    return problem.document == document && problem.defect.object == name;
  });
}

}  // namespace

std::vector<std::string> replace_objects(std::vector<ManifestFile>& earlier,
                                         const std::vector<ManifestFile>& later) {
  const auto origins = origins_of(later);
  std::vector<std::string> lines;
  for (auto& file : earlier) {
    for (std::size_t i = file.objects.size(); i-- > 0;) {
      const auto name = name_of(file.objects[i]);
      const auto found = origins.find(name);
      if (found == origins.end()) continue;
      lines.push_back(name + ": " + found->second + " replaces " + origin_of(file.objects[i]));
      remove_object(file, i, name);
    }
  }
  std::ranges::sort(lines);
  return lines;
}

}  // namespace portcullis
