// Package model reads and writes models as files.
package model
