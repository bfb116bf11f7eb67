#pragma once

#include <string>
#include <vector>

#include "compiler/model/objects.h"

// Pods that a controller makes from one template are one workload: they differ in their names and
// in the labels that controllers generate.
namespace portcullis {

// Without the labels that Kubernetes controllers add to tell pods, revisions and jobs apart.
Labels without_generated(const Labels& labels);

// The name of the pods' controller, as far as their names and labels tell: "shop/api" for
// shop/api-56d9fd649-s675t. For other pods their common prefix ("shop/web-*"), or the first name.
// `pods` is not empty, and all are in one namespace.
std::string workload_name(const std::vector<const Pod*>& pods);

}  // namespace portcullis
