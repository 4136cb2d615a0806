// Package interop holds the tests against implementations that are not ours, in
// Python: `make interop` runs them, and nothing else does.
//
// What loyal writes is meant for others. A directory that only loyal reads well,
// or a fingerprint that only loyal's engine gives back, would be worth nothing, and
// our own goldens cannot tell: they were recorded once, from other models. So here a
// real model is converted, fingerprinted and embedded with the binary as a maker
// would, and then
//
//   - transformers, of the last 4.x and a 5.x release (they read different fields of
//     config.json), loads both directories and has to agree with lm on token ids,
//     logits and answers (transformers_check.py);
//   - PEFT loads an adapter that was written instead of a model, and transformers a model
//     with more neurons than its base, with the same logits;
//   - lm-evaluation-harness scores the model on the rows that `loyal eval` scores, and both
//     have to find the same figures and log-likelihoods (lm_eval_check.py);
//   - `transformers serve`, a server that shares no code with ours, serves the
//     fingerprinted model, and `loyal verify` has to find it.
//
// OpenAI's Python client (openai_client.py) is run against our server by the tests of
// package inference.
//
// The tests need python3 with the venv module and the model (LOYAL_REALDATA). They
// make virtual environments with the pinned packages, some gigabytes of which are
// torch, and keep them for the next time (LOYAL_INTEROP_VENVS). pip's own settings
// (its configuration file, PIP_INDEX_URL, …) say where packages come from.
package interop
