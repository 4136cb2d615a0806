"""Compares how transformers reads a Hugging Face directory with what another engine made of it.

    python interop/transformers_check.py DIR --expected FILE [--adapter DIR] [--tolerance 2e-2] [--min-equal 0.98]

With --adapter the model is DIR with this adapter, as PEFT loads it.

FILE is JSON, {"cases": [CASE, ...]}, with for each CASE

    name      for the report; no text of a case is printed
    messages  a conversation, [{"role": ..., "content": ...}, ...]
    ids       its tokens in the chat template, up to where the answer begins
    logits    those that predict the answer's first token: little-endian float32, base64
    answer    the first tokens of the greedy answer
    key       whether this is a fingerprint's key

The model computes in float32. Compared are the token ids (all equal), the logits (no
difference above the tolerance) and, for keys, the greedy answers (a share of at least
--min-equal equal); weights must be neither missing nor left over. Prints each
deviation and, in the last line, the counts; exits 1 beyond the bounds.
Needs the packages transformers and torch, for adapters peft.
"""

import argparse
import base64
import json
import sys
import time

import numpy as np
import torch
import transformers


def load(path):
    """Returns tokenizer and float32 model, and the names of weights that do not fit."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(path)
    model, info = transformers.AutoModelForCausalLM.from_pretrained(
        path, dtype=torch.float32, output_loading_info=True
    )
    unfit = [f"{kind}: {name}" for kind in ("missing_keys", "unexpected_keys", "mismatched_keys") for name in info[kind]]
    return tokenizer, model.eval(), unfit


def add_adapter(model, path):
    """Returns the model with an adapter, and the names of tensors that do not fit."""
    import peft

    adapted = peft.PeftModel.from_pretrained(model, path)
    stored = peft.utils.load_peft_weights(path, device="cpu")
    result = peft.set_peft_model_state_dict(adapted, stored)
    unfit = [f"unexpected adapter: {name}" for name in result.unexpected_keys]
    unfit += [f"missing adapter: {name}" for name in result.missing_keys if "lora_" in name]
    if not stored:
        unfit.append("the adapter is empty")
    return adapted.eval(), unfit


def first_difference(ours, theirs):
    for i, (a, b) in enumerate(zip(ours, theirs)):
        if a != b:
            return f"the first difference is at {i}: {a}, transformers {b}"
    return f"{len(ours)} tokens, transformers {len(theirs)}"


@torch.no_grad()
def compare(case, tokenizer, model):
    """Returns ids of transformers, the largest logit difference with its token, and the answer."""
    rendered = tokenizer.apply_chat_template(case["messages"], add_generation_prompt=True, return_dict=True)
    # The model reads the expected ids, so that each stage is judged by itself.
    ids = torch.tensor([case["ids"]])
    written = model.generate(
        input_ids=ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=len(case["answer"]),
        output_logits=True, return_dict_in_generate=True,
    )
    theirs = written.logits[0][0].numpy()  # before any processing
    ours = np.frombuffer(base64.b64decode(case["logits"]), "<f4")
    if ours.shape != theirs.shape:
        sys.exit(f"{case['name']}: {ours.shape[0]} logits, transformers {theirs.shape[0]}")
    apart = np.abs(ours - theirs)
    apart[np.isnan(apart)] = np.inf
    worst = int(apart.argmax())
    answer = written.sequences[0, ids.shape[1]:].tolist()
    return list(rendered["input_ids"]), float(apart[worst]), worst, answer


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir")
    parser.add_argument("--expected", required=True)
    parser.add_argument("--adapter", help="a PEFT adapter to the model")
    parser.add_argument("--tolerance", type=float, default=2e-2, help="largest difference of a logit")
    parser.add_argument("--min-equal", type=float, default=0.98, help="least share of keys with equal answers")
    args = parser.parse_args()
    with open(args.expected, encoding="utf-8") as f:
        cases = json.load(f)["cases"]
    if not any(c["key"] for c in cases):
        sys.exit(f"{args.expected} has no keys")

    start = time.monotonic()
    tokenizer, model, unfit = load(args.dir)
    if args.adapter:
        model, more = add_adapter(model, args.adapter)
        unfit += more
    for name in unfit:
        print("deviation: weights:", name)
    same_ids, furthest, keys, same_answers, beyond = 0, 0.0, 0, 0, 0
    for case in cases:
        name = case["name"]
        ids, apart, token, answer = compare(case, tokenizer, model)
        if ids == case["ids"]:
            same_ids += 1
        else:
            print(f"deviation: {name}: ids:", first_difference(case["ids"], ids))
        furthest = max(furthest, apart)
        if not apart <= args.tolerance:
            beyond += 1
            print(f"deviation: {name}: the logit of token {token} is {apart:.3g} apart, tolerance {args.tolerance:g}")
        keys += case["key"]
        if answer == case["answer"]:
            same_answers += case["key"]
        else:
            print(f"deviation: {name}: answer:", first_difference(case["answer"], answer))

    ok = not unfit and same_ids == len(cases) and not beyond and same_answers >= args.min_equal * keys
    print(
        f"transformers {transformers.__version__}: {'ok' if ok else 'FAILED'}: {len(cases)} prompts,"
        f" ids equal {same_ids}, logits at most {furthest:.2e} apart ({beyond} beyond {args.tolerance:g}),"
        f" answers equal {same_answers} of {keys} keys, {time.monotonic() - start:.0f} s"
    )
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
