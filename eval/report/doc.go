// Package report shows a sweep of attacks to people.
//
// A sweep ends in numbers ([attack.Report]). Whoever has to decide whether a model can
// be released with its fingerprints wants to know, in this order: does verification
// still say match after what a thief would do; which attacks end it, and what do these
// cost the thief; how sure is all that; and how can it be made again. The page is
// written in that order and for a reader who is no scientist: a verdict, one table a
// family of attacks, plots beside the tables, what went wrong, the recipe, the words.
//
// Three rules hold everywhere. What was not measured is shown as missing and never as a
// number. A sentence of the verdict is computed from the trials and says of how many. An
// outcome is told by a word and a sign, its color only repeats them.
//
// The page is one file that loads nothing: its policy forbids scripts and any address,
// its plots are inside it. Names, settings and notes come from files that others may have
// made, and are escaped. The same report gives the same bytes; the date on the page is
// that of the report.
//
// [Compare] sets several sweeps side by side, trial by trial, with the differences from
// the first.
package report
