//go:build tools

// Package tools names the program that is built here, so that the lock holds what it needs.
package tools

import _ "github.com/prometheus/prometheus/cmd/promtool"
