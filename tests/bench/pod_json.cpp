#include "tests/bench/pod_json.h"

#include <string_view>

namespace portcullis::bench {
namespace {

constexpr std::string_view kPod = R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"$NAME",
"generateName":"$NAME-","namespace":"$NS","uid":"$UID",
"resourceVersion":"$VERSION","creationTimestamp":"2026-01-31T12:00:00Z","labels":{$LABELS},
"annotations":{"prometheus.io/scrape":"true","prometheus.io/port":"9102",
"kubectl.kubernetes.io/restartedAt":"2026-01-31T11:59:58+01:00",
"checksum/config":"8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4"},
"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"$NAME-5d4f8c7b9d",
"uid":"2c8d0b61-7a0f-4c8e-8b7a-0d6c8f0e9b11","controller":true,"blockOwnerDeletion":true}]$MANAGED},
"spec":{"volumes":[{"name":"config","configMap":{"name":"main-config","items":[{"key":"main.yaml",
"path":"main.yaml"}],"defaultMode":420}},{"name":"cache","emptyDir":{"sizeLimit":"256Mi"}},
{"name":"token","secret":{"secretName":"main-token","defaultMode":420}}],
"containers":[{"name":"main","image":"registry.example.com/team/main:1.42.7","args":["serve",
"--config=/etc/main/main.yaml","--listen=0.0.0.0:8080"],"ports":[{"name":"web","containerPort":8080,
"protocol":"TCP"},{"name":"metrics","containerPort":9102,"protocol":"TCP"}],"env":[
{"name":"POD_NAME","valueFrom":{"fieldRef":{"apiVersion":"v1","fieldPath":"metadata.name"}}},
{"name":"POD_NAMESPACE","valueFrom":{"fieldRef":{"apiVersion":"v1","fieldPath":"metadata.namespace"}}},
{"name":"DATABASE_URL","valueFrom":{"secretKeyRef":{"name":"main-database","key":"url"}}},
{"name":"OTEL_EXPORTER_OTLP_ENDPOINT","value":"http://collector.observability.svc:4317"}],
"resources":{"limits":{"cpu":"500m","memory":"512Mi"},"requests":{"cpu":"100m","memory":"256Mi"}},
"volumeMounts":[{"name":"config","readOnly":true,"mountPath":"/etc/main"},{"name":"cache",
"mountPath":"/var/cache/main"},{"name":"token","readOnly":true,
"mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}],"livenessProbe":{"httpGet":
{"path":"/healthz","port":"web","scheme":"HTTP"},"initialDelaySeconds":10,"timeoutSeconds":1,
"periodSeconds":10,"successThreshold":1,"failureThreshold":3},"readinessProbe":{"httpGet":
{"path":"/readyz","port":"web","scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":5,
"successThreshold":1,"failureThreshold":3},"terminationMessagePath":"/dev/termination-log",
"terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent","securityContext":
{"capabilities":{"drop":["ALL"]},"runAsNonRoot":true,"readOnlyRootFilesystem":true,
"allowPrivilegeEscalation":false}}],"restartPolicy":"Always","terminationGracePeriodSeconds":30,
"dnsPolicy":"ClusterFirst","serviceAccountName":"main","serviceAccount":"main",
"automountServiceAccountToken":false,"nodeName":"$NODE","securityContext":{"runAsUser":10001,
"fsGroup":10001},"affinity":{"podAntiAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[
{"weight":100,"podAffinityTerm":{"labelSelector":{"matchLabels":{"app":"main"}},
"topologyKey":"kubernetes.io/hostname"}}]}},"schedulerName":"default-scheduler","tolerations":[
{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300},
{"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute",
"tolerationSeconds":300}],"enableServiceLinks":true},
"status":{"phase":"Running","conditions":[
{"type":"Initialized","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-01-31T12:00:00Z"},
{"type":"Ready","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-01-31T12:00:09Z"},
{"type":"ContainersReady","status":"True","lastProbeTime":null,
"lastTransitionTime":"2026-01-31T12:00:09Z"},
{"type":"PodScheduled","status":"True","lastProbeTime":null,
"lastTransitionTime":"2026-01-31T12:00:00Z"}],"hostIP":"172.18.0.2","podIP":"$IP",
"podIPs":[{"ip":"$IP"}],"startTime":"2026-01-31T12:00:00Z","containerStatuses":[{"name":"main",
"state":{"running":{"startedAt":"2026-01-31T12:00:03Z"}},"lastState":{},"ready":true,
"restartCount":0,"image":"registry.example.com/team/main:1.42.7",
"imageID":"registry.example.com/team/main@sha256:8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b",
"containerID":"containerd://5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9",
"started":true}],"qosClass":"Burstable"}})";

constexpr std::string_view kManagedFields = R"(,"managedFields":[{"manager":
"kube-controller-manager","operation":"Update","apiVersion":"v1","time":"2026-01-31T12:00:00Z",
"fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:annotations":{".":{},"f:prometheus.io/scrape":{},
"f:prometheus.io/port":{},"f:checksum/config":{}},"f:generateName":{},"f:labels":{".":{},"f:app":{},
"f:pod-template-hash":{}},"f:ownerReferences":{".":{},
"k:{\"uid\":\"2c8d0b61-7a0f-4c8e-8b7a-0d6c8f0e9b11\"}":{".":{},"f:apiVersion":{},
"f:blockOwnerDeletion":{},"f:controller":{},"f:kind":{},"f:name":{},"f:uid":{}}}},"f:spec":
{"f:affinity":{".":{},"f:podAntiAffinity":{".":{},
"f:preferredDuringSchedulingIgnoredDuringExecution":{}}},"f:automountServiceAccountToken":{},
"f:containers":{"k:{\"name\":\"main\"}":{".":{},"f:args":{},"f:env":{".":{},
"k:{\"name\":\"POD_NAME\"}":{".":{},"f:name":{},"f:valueFrom":{".":{},"f:fieldRef":{}}}},
"f:image":{},"f:imagePullPolicy":{},"f:livenessProbe":{".":{},"f:failureThreshold":{},
"f:httpGet":{".":{},"f:path":{},"f:port":{},"f:scheme":{}},"f:periodSeconds":{}},"f:name":{},
"f:ports":{".":{},"k:{\"containerPort\":8080,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{},
"f:name":{},"f:protocol":{}}},"f:resources":{".":{},"f:limits":{".":{},"f:cpu":{},"f:memory":{}}},
"f:volumeMounts":{".":{},"k:{\"mountPath\":\"/etc/main\"}":{".":{},"f:mountPath":{},"f:name":{}}}}},
"f:dnsPolicy":{},"f:enableServiceLinks":{},"f:restartPolicy":{},"f:schedulerName":{},
"f:terminationGracePeriodSeconds":{}}}},{"manager":"kubelet","operation":"Update","apiVersion":"v1",
"time":"2026-01-31T12:00:09Z","fieldsType":"FieldsV1","fieldsV1":{"f:status":{"f:conditions":{
"k:{\"type\":\"Ready\"}":{".":{},"f:lastProbeTime":{},"f:status":{},"f:type":{}}},
"f:containerStatuses":{},"f:hostIP":{},"f:phase":{},"f:podIP":{},"f:podIPs":{".":{},
"k:{\"ip\":\"$IP\"}":{".":{},"f:ip":{}}},"f:startTime":{}}},"subresource":"status"}])";

void replace(std::string& text, std::string_view name, std::string_view value) {
  for (auto at = text.find(name); at != text.npos; at = text.find(name, at + value.size())) {
    text.replace(at, name.size(), value);
  }
}

std::string labels_json(const Labels& labels) {
  std::string json;
  for (const auto& [key, value] : labels) {
    json += (json.empty() ? "\"" : ",\"") + key + "\":\"" + value + '"';
  }
  return json;
}

}  // namespace

std::string pod_json(const Pod& pod, PodText text) {
  std::string json(kPod);
  std::erase(json, '\n');
  const bool stored = text == PodText::kStored;
  replace(json, "$MANAGED", stored ? kManagedFields : "");
  std::erase(json, '\n');
  replace(json, "$NAME", pod.key.name);
  replace(json, "$NS", pod.key.ns);
  replace(json, "$UID", stored ? "6b1d0f3c-0f0e-4f4e-9a39-5d2f6f3d1c55" : "");
  replace(json, "$VERSION", stored ? "123456" : "");
  replace(json, "$LABELS", labels_json(*pod.labels));
  replace(json, "$NODE", *pod.node_name);
  replace(json, "$IP", to_string(pod.addresses.front()));
  return json;
}

std::string page_json(const std::vector<std::string>& pods) {
  std::string json =
      R"({"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"123456"},"items":[)";
  for (const auto& pod : pods) json += (&pod == &pods.front() ? "" : ",") + pod;
  return json + "]}\n";
}

std::string event_json(const std::string& pod) {
  return R"({"type":"MODIFIED","object":)" + pod + "}\n";
}

}  // namespace portcullis::bench
