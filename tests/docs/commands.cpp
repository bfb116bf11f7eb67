#include "tests/docs/commands.h"

#include <algorithm>
#include <set>

namespace portcullis::test {
namespace {

constexpr const char* kDenied = "--from default/frontend --to default/api:80";
constexpr const char* kImage = " --set image.repository=registry.example.com/portcullis";
constexpr const char* kAllowed = "--from default/frontend --to default/api:8080";

std::string in_pod(const std::string& command) {
  return "kubectl --namespace portcullis exec daemonset/portcullis -- portcullis " + command;
}

std::string offline(const std::string& command, const std::string& question) {
  return "portcullis " + command + " -f docs/example.yaml -f manifests/examples/api-policy.yaml " +
         question;
}

std::string helm(const std::string& command) {
  return "helm " + command + " --namespace portcullis";
}

std::string explain(const std::string& connection) { return "explain " + connection; }

}  // namespace

const std::vector<KnownCommand>& known_commands() {
  static const std::vector<KnownCommand> kKnown = {
      {"portcullis run --manifests /etc/portcullis/manifests --node-name node-1", Place::kDaemon},

      {"portcullis " + explain(kDenied), Place::kNode, 1},
      {offline("explain", kDenied), Place::kNode, 1},
      {offline("explain", kAllowed), Place::kNode},
      {"portcullis matrix", Place::kNode},
      {"portcullis matrix -n default", Place::kNode},
      {offline("matrix", "-n default"), Place::kNode},
      {"portcullis dump", Place::kNode, 0, true},
      {"portcullis diff", Place::kNode},
      {"nft list table inet portcullis", Place::kNode},
      {"curl --silent http://127.0.0.1:9909/healthz", Place::kNode},
      {"curl --silent http://127.0.0.1:9909/readyz", Place::kNode},
      {"curl --silent http://127.0.0.1:9909/metrics", Place::kNode},

      {"portcullis cleanup", Place::kStoppedNode},
      {"nft delete table inet portcullis", Place::kStoppedNode},

      {"sed -i 's|newName: .*|newName: registry.example.com/portcullis|' "
       "manifests/base/kustomization.yaml",
       Place::kApiServer},
      {"kubectl apply -k manifests/base", Place::kApiServer},
      {"kubectl apply -k manifests/overlays/prometheus-operator", Place::kApiServer},
      {"kubectl apply -f manifests/examples/default-deny-ingress.yaml", Place::kApiServer},
      {"kubectl apply -f manifests/examples/api-policy.yaml", Place::kApiServer},
      {"kubectl --namespace portcullis get pods", Place::kApiServer},
      {"kubectl get flowschemas portcullis-lists portcullis-watches", Place::kApiServer},
      {"portcullis check", Place::kApiServer},
      {"portcullis run --kubeconfig /etc/kubernetes/portcullis.conf --node-name node-1",
       Place::kApiDaemon},

      {"kubectl apply -f manifests/base/namespace.yaml", Place::kHelm},
      {helm("install portcullis charts/portcullis") + kImage, Place::kHelm},
      {helm("upgrade portcullis charts/portcullis") + kImage, Place::kHelm},
      {helm("rollback portcullis"), Place::kHelm},
      {helm("uninstall portcullis"), Place::kHelm},

      {"make demo", Place::kMake},
      {"make test", Place::kMake},
      {"make image TAG=registry.example.com/portcullis:0.1.0", Place::kMake},

      {"ctr --namespace k8s.io images import build/image/portcullis.tar", Place::kCluster},
      {"kubectl --namespace portcullis rollout status daemonset/portcullis", Place::kCluster},
      {"kubectl --namespace portcullis rollout undo daemonset/portcullis", Place::kCluster},
      {"kubectl --namespace portcullis logs daemonset/portcullis", Place::kCluster},
      {in_pod("check"), Place::kCluster},
      {in_pod(explain(kDenied)), Place::kCluster, 1},
      {in_pod(explain(kAllowed)), Place::kCluster, 1},
      {"kubectl delete -k manifests/base", Place::kCluster},

      {"apt install ./portcullis_0.1.0_amd64.deb", Place::kPackage},
      {"systemctl enable --now portcullis.service", Place::kPackage},

      {"echo br_netfilter >/etc/modules-load.d/portcullis.conf", Place::kElsewhere},
      {"printf 'net.bridge.bridge-nf-call-iptables=1\\nnet.bridge.bridge-nf-call-ip6tables=1\\n"
       "net.ipv4.ip_forward=1\\n' >/etc/sysctl.d/90-portcullis.conf",
       Place::kElsewhere},
      {"modprobe br_netfilter && sysctl --system", Place::kElsewhere},
      {"kubeadm init --pod-network-cidr=10.244.0.0/16", Place::kElsewhere},
      {"kubectl apply -f kube-flannel.yml", Place::kElsewhere},
      {"k3s-killall.sh", Place::kElsewhere},
      {"systemctl start k3s", Place::kElsewhere},
      {"k3s ctr images import build/image/portcullis.tar", Place::kElsewhere},
      {"kind create cluster", Place::kElsewhere},
      {"kubectl patch clusterrole kindnet --type=json --patch='[{\"op\": \"test\", \"path\": "
       "\"/rules/2/resources/0\", \"value\": \"networkpolicies\"}, {\"op\": \"remove\", "
       "\"path\": \"/rules/2\"}]'",
       Place::kElsewhere},
      {"kubectl --namespace kube-system rollout restart daemonset/kindnet", Place::kElsewhere},
      {"kind load image-archive build/image/portcullis.tar", Place::kElsewhere},
  };
  return kKnown;
}

const KnownCommand* find_known_command(const std::string& text) {
  const auto found = std::ranges::find(known_commands(), text, &KnownCommand::text);
  return found == known_commands().end() ? nullptr : &*found;
}

std::vector<DocumentedCommand> documented_commands(Place place) {
  std::vector<DocumentedCommand> commands;
  std::set<std::pair<std::string, bool>> seen;  // what shows an output is held against that
  for (auto& command : documented_commands()) {
    const auto* known = find_known_command(command.text);
    if (known == nullptr || known->place != place) continue;
    if (seen.emplace(command.text, command.output.has_value()).second) {
      commands.push_back(std::move(command));
    }
  }
  return commands;
}

}  // namespace portcullis::test
