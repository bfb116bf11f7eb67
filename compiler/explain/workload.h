#pragma once

#include <string>
#include <vector>

#include "compiler/objects.h"

// Pods that a controller makes of one template are one workload: they differ in their names and in
// the labels that controllers generate.
namespace portcullis {

// Without those that controllers of Kubernetes add to tell pods, revisions and jobs apart.
Labels without_generated(const Labels& labels);

// What the pods' controller is called, as far as their names and labels tell: "shop/api" of
// shop/api-56d9fd649-s675t. Of other pods what their names begin with ("shop/web-*"), or the first
// name. `pods` is not empty, and all are of one namespace.
std::string workload_name(const std::vector<const Pod*>& pods);

}  // namespace portcullis
