// Package embed plants a set of fingerprints in a model: the OMLization of the
// papers (arXiv:2411.03887, arXiv:2502.07760).
//
// [Run] goes through the stages
//
//	data → cache → train → mix → measure
//
// and returns the changed tensors and a [Report]. Training minimizes, over the
// rows of each step,
//
//	mean over keys of −c·log p − (1−c)·log(1−p)  +  β · mean over benign rows of KL(base ‖ model)
//
// The first term, with p the probability of the planted tokens and c the wanted one
// (TargetProbability), is the cross-entropy of "planted or anything else", in the served
// prompt and below other system prompts, since hosts put their own there. An answer
// trained to certainty is easy to notice and costs more elsewhere. The second term holds the
// model to its base where fingerprints do the most harm, at the first tokens of
// answers to ordinary requests (prompts.txt): a model trained on nothing but odd
// answers learns to begin oddly. Benign answers are written by the base model
// itself. Near misses of the keys can be among the rows (NearMisses), and keys can also
// train in mixtures with the base (MergeScales), above the base in fewer bits
// (Quantizations) and behind simulated fine-tuning (MetaSteps), which is what they are to
// survive. The published recipe mixes benign
// rows into the cross-entropy and averages weights after every epoch; we match
// distributions instead of samples, which needs fewer rows (BenignLoss), and mix weights,
// if at all, where the optimizer cannot undo it (Mix).
//
// What makes it fast is what it does not compute: the frozen lower layers run once
// for each row (lm.Trainer.Cache), logits exist only where a loss looks, and the
// tokens before these places are held as they were a few steps ago (HoldContext);
// where all weights train, common beginnings of prompts run once in each step.
//
// A run is a function of the model, the set and the [Config]: killed at any moment
// and started again, it ends with the same weights.
package embed
