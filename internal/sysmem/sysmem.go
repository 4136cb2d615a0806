// Package sysmem asks the operating system about memory: how much a program may
// still take before the machine begins to suffer, and how much this process took at
// most. Where a system does not say, the answer is "unknown" rather than a guess.
package sysmem

// Available is how many bytes this process may still allocate: free memory and
// what the system would give up for it, within the limits of its control group.
// ok is false where that is unknown.
func Available() (bytes int64, ok bool) { return available() }

// Peak is the largest number of bytes of physical memory that this process has held
// since it started or since ResetPeak, mapped files included.
func Peak() (bytes int64, ok bool) { return peak() }

// ResetPeak begins a new measurement of Peak where the system allows it, and does
// nothing elsewhere.
func ResetPeak() { resetPeak() }
