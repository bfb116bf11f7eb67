# A thin layer over CMake and CTest. `make demo` and `make test` need no other set-up: each first
# installs the Debian packages that it needs, and says so.

# In a container of the Dockerfile: the architecture that it builds for, if that is another one.
CROSS := $(filter-out $(shell dpkg --print-architecture),$(DEB_HOST_ARCH))
foreign = $(if $(CROSS),$(addsuffix :$(CROSS),$(1)),$(1))
BUILD_PACKAGES := cmake ninja-build ccache $(if $(CROSS),crossbuild-essential-$(CROSS) qemu-user-static,g++) \
  libcli11-dev libexpected-dev nlohmann-json3-dev \
  $(call foreign,pkg-config libboost-dev libmnl-dev libnftnl-dev libyaml-cpp-dev libsimdjson-dev \
    libprotozero-dev libspdlog-dev libsystemd-dev libcpprest-dev libssl-dev zlib1g-dev prometheus-cpp-dev)
TEST_PACKAGES := $(call foreign,libgtest-dev libgmock-dev libbenchmark-dev librapidcheck-dev) \
  nftables iptables iproute2 netbase curl libcap2-bin python3 util-linux
# Neither the tests' libraries nor ccache, which would only take time.
DEMO_PACKAGES := $(filter-out ccache,$(BUILD_PACKAGES)) iproute2
IMAGE_PACKAGES := buildah mmdebstrap netavark
CLUSTER_PACKAGES := busybox-static iptables libseccomp-dev procps
CONFORMANCE_PACKAGES := bash-static libusrsctp-dev
DEB_PACKAGES := dpkg-dev file gzip lintian man-db
DEB_TEST_PACKAGES := mmdebstrap systemd-container procps zsh fish
CLUSTER_PROGRAMS := etcd kube-apiserver kube-controller-manager kube-proxy kube-scheduler kubectl kubelet \
  containerd containerd-shim-runc-v2 crictl ctr runc flanneld bridge host-local loopback portmap ptp
# These need no nf_tables, so they also run under qemu-user. They have the label portable.
PORTABLE_TESTS := compiler_test explain_test k8s_access_test k8s_client_test netlink_encoding_test property_test
LINT_PACKAGES := clang-format clang-tidy
SANITIZE_PACKAGES := clang libclang-rt-14-dev
FUZZ_SECONDS := 60
BENCH := .
WIRING := .
STARTS := 20

BUILD := build/release
# The preset that builds fastest, or the one already built.
DEMO := $(if $(wildcard $(BUILD)/tests/demo/portcullis-demo),release,demo)
# Lets all builds and clones of the same sources share ccache's objects. So does the image's build,
# where the compiler's file has no time and LANG is not set.
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_COMPILERCHECK := content
export CCACHE_SLOPPINESS := locale
AS_ROOT := $(if $(filter 0,$(shell id -u)),,sudo)

.DEFAULT_GOAL := help
.PHONY: help deps build-deps lint-deps demo-deps configure build test e2e sanitize fuzz demo bench lint format image \
  image-check cluster-images cluster-e2e conformance deb deb-test release arm64-test portable-test \
  release-check docs install clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

deps: ## install the Debian packages that building and testing need
	@PACKAGES="$(BUILD_PACKAGES) $(TEST_PACKAGES)" AS_ROOT="$(AS_ROOT)" sh scripts/install_packages.sh

build-deps:
	@PACKAGES="$(BUILD_PACKAGES)" AS_ROOT="$(AS_ROOT)" sh scripts/install_packages.sh

lint-deps:
	@PACKAGES="$(LINT_PACKAGES)" AS_ROOT="$(AS_ROOT)" sh scripts/install_packages.sh

configure: deps
	cmake --preset release

build: configure ## build the daemon and the tests (release)
	cmake --build --preset release

test: build ## build, and run every test (packets need root)
	ctest --preset release

e2e: configure ## run the tests against a real Kubernetes API server and promtool, prepared once in a few minutes
	cmake --build --preset release --target kube_test kube_docs_test
	assets=$$(sh scripts/prepare_kubernetes.sh etcd kube-apiserver kubectl helm) && promtool=$$(sh scripts/prepare_promtool.sh) && \
	  KUBEBUILDER_ASSETS=$$assets PROMTOOL=$$promtool ctest --preset release --label-regex kube --no-tests=error --parallel 2

demo: demo-deps ## enforce policies in a playground of network namespaces, and show it (needs root)
	@echo "Building the daemon and the demo: some 80 steps, about four minutes on two processors."
	cmake --preset $(DEMO)
	cmake --build --preset $(DEMO) --target portcullis-demo
	$(AS_ROOT) build/$(DEMO)/tests/demo/portcullis-demo

demo-deps:
	@PACKAGES="$(DEMO_PACKAGES)" AS_ROOT="$(AS_ROOT)" sh scripts/install_packages.sh

bench: configure ## run the benchmarks beside the kernel's own limits (BENCH=regex); also to build/bench.json
	cmake --build --preset release --target portcullis-bench
	$(AS_ROOT) $(BUILD)/tests/bench/portcullis-bench --benchmark_filter='$(BENCH)' \
	  --benchmark_out=build/bench.json --benchmark_out_format=json

sanitize: deps ## run the tests under ASan and UBSan, the daemon's also under TSan
	@PACKAGES="$(SANITIZE_PACKAGES)" AS_ROOT="$(AS_ROOT)" sh scripts/install_packages.sh
	cmake --preset asan-ubsan
	cmake --build --preset asan-ubsan
	ctest --preset asan-ubsan
	cmake --preset tsan
	cmake --build --preset tsan --target daemon_test source_test api_source_test e2e_test
	ctest --preset tsan --label-regex daemon --no-tests=error

fuzz: deps ## fuzz each parser and the engine, each for FUZZ_SECONDS
	@PACKAGES="$(SANITIZE_PACKAGES)" AS_ROOT="$(AS_ROOT)" sh scripts/install_packages.sh
	cmake --preset asan-ubsan
	cmake --build --preset asan-ubsan --target fuzz
	sh tests/fuzz/run.sh build/asan-ubsan/tests/fuzz build/fuzz $(FUZZ_SECONDS)

lint: lint-deps deps ## check formatting, and run clang-tidy
	sh scripts/lint.sh

format: lint-deps ## format the sources
	git ls-files --cached --others --exclude-standard '*.h' '*.cpp' | xargs clang-format -i

image: ## build the container image in build/image (needs root; BASE=image, TAG=name)
	@PACKAGES="$(IMAGE_PACKAGES)" AS_ROOT="$(AS_ROOT)" sh scripts/install_packages.sh
	$(AS_ROOT) env BASE="$(BASE)" TAG="$(TAG)" sh scripts/build_image.sh

image-check: image ## check that the image is reproducible, small, and without a shell
	$(AS_ROOT) env BASE="$(BASE)" TAG="$(TAG)" sh scripts/check_image.sh

# What a cluster of the tests takes besides its programs.
cluster-images: configure image
	@PACKAGES="$(CLUSTER_PACKAGES)" AS_ROOT="$(AS_ROOT)" sh scripts/install_packages.sh
	cmake --build --preset release --target workload-server workload-probe workload-sender
	$(AS_ROOT) sh scripts/build_test_image.sh workload /bin/busybox \
	  $(addprefix $(BUILD)/tests/cluster/workload-,server probe sender)

cluster-e2e: cluster-images ## run the tests in a whole cluster on this machine (needs root; WIRING=regex)
	cmake --build --preset release --target cluster_test runtime_test starts_test
	assets=$$(sh scripts/prepare_kubernetes.sh $(CLUSTER_PROGRAMS)) && \
	$(AS_ROOT) env KUBEBUILDER_ASSETS=$$assets \
	  IMAGES="build/image/portcullis.tar build/image/workload.tar" PORTCULLIS_STARTS=$(STARTS) \
	  ctest --preset release --label-regex cluster --tests-regex '$(WIRING)' --no-tests=error

conformance: cluster-images ## run upstream's tests of NetworkPolicy in a cluster (needs root; WIRING=regex)
	@PACKAGES="$(CONFORMANCE_PACKAGES)" AS_ROOT="$(AS_ROOT)" sh scripts/install_packages.sh
	cmake --build --preset release --target conformance_test agnhost-sctp
	assets=$$(sh scripts/prepare_kubernetes.sh $(CLUSTER_PROGRAMS) agnhost e2e.test ginkgo) && \
	$(AS_ROOT) sh scripts/build_test_image.sh agnhost $$assets/agnhost $(BUILD)/tests/cluster/agnhost-sctp \
	  /bin/bash-static && \
	$(AS_ROOT) env KUBEBUILDER_ASSETS=$$assets \
	  IMAGES="build/image/portcullis.tar build/image/workload.tar build/image/agnhost.tar" \
	  ctest --preset release --label-regex conformance --tests-regex '$(WIRING)' --no-tests=error

deb: build-deps ## build the Debian package in build/package
	@PACKAGES="$(DEB_PACKAGES)" AS_ROOT="$(AS_ROOT)" sh scripts/install_packages.sh
	sh scripts/build_deb.sh

deb-test: deb ## boot, install, upgrade, run, remove and purge the package in a container (needs root)
	@PACKAGES="$(DEB_TEST_PACKAGES)" AS_ROOT="$(AS_ROOT)" sh scripts/install_packages.sh
	$(AS_ROOT) sh tests/package/package_test.sh build/package/portcullis_*.deb

release: ## build everything that is published, in build/dist (needs root and Go)
	@PACKAGES="$(IMAGE_PACKAGES)" AS_ROOT="$(AS_ROOT)" sh scripts/install_packages.sh
	kubectl=$$(sh scripts/prepare_kubernetes.sh kubectl)/kubectl && \
	  $(AS_ROOT) env KUBECTL=$$kubectl sh scripts/build_release.sh

arm64-test: ## run the tests that need no nf_tables on arm64, which qemu-user emulates (needs root)
	@PACKAGES="$(IMAGE_PACKAGES)" AS_ROOT="$(AS_ROOT)" sh scripts/install_packages.sh
	$(AS_ROOT) env ARCH=arm64 sh scripts/with_tools.sh make portable-test

portable-test: configure
	cmake --build --preset release --target $(PORTABLE_TESTS)
	ctest --preset release --label-regex portable --no-tests=error

release-check: release ## build it again in another folder, and compare every byte (needs root)
	$(AS_ROOT) sh scripts/check_release.sh

docs: build-deps ## regenerate docs/configuration.md from the option table
	cmake --preset package
	cmake --build --preset package --target portcullis-reference
	build/package/daemon/portcullis-reference configuration >docs/configuration.md

install: build-deps ## install the daemon (DESTDIR is honoured)
	cmake --preset product
	cmake --build --preset product
	cmake --install build/product

clean: ## remove the build
	rm -rf build
