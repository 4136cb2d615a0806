"""How far a model has moved from its base, computed with transformers alone:

    python interop/compare.py BASE MODEL TEXT PROMPTS.json

prints the perplexity of the first 8,176 predictions in TEXT (windows of 512 tokens), and over
the requests of PROMPTS.json (a list of texts) the mean KL divergence from the base and the
share of equal likeliest tokens where the answer begins. It is what `loyal embed --eval-text
TEXT --eval-prompts PROMPTS.json` reports, for models that other tools made.
"""

import json
import math
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

WINDOW, TOKENS = 512, 8192


def read(path, ids, prompts):
    """Perplexity of ids, and log-probabilities (prompts, vocabulary) of first answer tokens."""
    model = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32).eval()
    nll, count, rows = 0.0, 0, []
    with torch.no_grad():
        for i in range(0, len(ids), WINDOW):
            x = torch.tensor([ids[i : i + WINDOW]])
            log_p = model(x).logits[0, :-1].log_softmax(-1)
            nll -= log_p[torch.arange(x.shape[1] - 1), x[0, 1:]].sum().item()
            count += x.shape[1] - 1
        for p in prompts:
            rows.append(model(torch.tensor([p])).logits[0, -1].log_softmax(-1))
    return math.exp(nll / count), count, torch.stack(rows)


def main(base, model, text, requests):
    tokenizer = AutoTokenizer.from_pretrained(base)
    with open(text, encoding="utf-8") as f:
        ids = tokenizer(f.read(16 * TOKENS), add_special_tokens=False)["input_ids"][:TOKENS]
    with open(requests, encoding="utf-8") as f:
        prompts = [
            tokenizer.apply_chat_template(
                [{"role": "user", "content": q}], add_generation_prompt=True, return_dict=False
            )
            for q in json.load(f)
        ]
    before, count, p = read(base, ids, prompts)
    after, _, q = read(model, ids, prompts)
    print(f"perplexity of {count} tokens: {before:.3f}, {after:.3f} ({100 * (after / before - 1):+.2f} %)")
    print(f"KL to the base, nats ({len(prompts)} requests): {(p.exp() * (p - q)).sum(-1).mean():.4f}")
    print(f"same first answer token: {100 * (p.argmax(-1) == q.argmax(-1)).float().mean():.1f} %")


if __name__ == "__main__":
    main(*sys.argv[1:])
