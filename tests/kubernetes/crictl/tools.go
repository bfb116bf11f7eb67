//go:build tools

// The programs that tests use, at the versions that go.mod pins.
package tools

import (
	_ "sigs.k8s.io/cri-tools/cmd/crictl"
)
