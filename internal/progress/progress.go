// Package progress has the progress bar of those who want none.
//
// Packages that take long report stages and units to an interface of their own, so that
// each stands alone; without one, [Silent] takes the reports and no caller asks for nil.
package progress

// Silent shows nothing.
type Silent struct{}

// Start begins a stage.
func (Silent) Start(string, int64) {}

// Add counts units.
func (Silent) Add(int64) {}

// Note shows a text beside the bar.
func (Silent) Note(string) {}

// Done ends the bar.
func (Silent) Done() {}
