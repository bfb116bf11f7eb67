#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "compiler/base/result.h"
#include "daemon/options/options.h"
#include "daemon/source/directory_source.h"
#include "daemon/source/source.h"
#include "k8s-client/access/cluster_access.h"

namespace portcullis {

k8s::Environment own_environment();

// How to reach the API server named by the options: by kubeconfig, else by the service account of
// this pod. Errors name the option or the file.
[[nodiscard]] Result<k8s::ClusterAccess> cluster_access(const Options& options,
                                                        const k8s::Environment& environment);

// How long a node delays its first requests to the API server: a fraction of `spread`, by its name.
std::chrono::milliseconds start_delay(const std::string& node_name, std::chrono::seconds spread);

// The source named by the options: a directory of manifests, with the known state `directory`, or
// the API server. Not started yet.
[[nodiscard]] Result<std::unique_ptr<Source>> open_source(boost::asio::io_context& io,
                                                          const Options& options, Source::Sink sink,
                                                          DirectorySettings directory = {});

}  // namespace portcullis
