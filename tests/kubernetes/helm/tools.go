//go:build tools

// The programs that tests use, at the versions that go.mod pins.
package tools

import (
	_ "helm.sh/helm/v4/cmd/helm"
)
