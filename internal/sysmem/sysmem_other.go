//go:build !linux && !darwin && !windows

package sysmem

func available() (int64, bool) { return 0, false }

func peak() (int64, bool) { return 0, false }

func resetPeak() {}
