"""Scores a model with lm-evaluation-harness on local rows, for comparison with `loyal eval`.

Each task is the harness's own, with its own formats and metrics; only where its rows come from is replaced. Rows that
are published in another form than the harness's data set has are brought into that form here, by other code than ours.

    lm_eval_check.py MODEL --data DIR --out FILE [--limit N] [--tasks a,b] [--text FILE --max-length N]

DIR holds blimp.zip, lambada.jsonl, openbookqa.jsonl, openbookqa_train.jsonl, TruthfulQA.csv, gsm8k_test.jsonl and
gsm8k_train.jsonl.
"""

import argparse
import csv
import json
import os
import pathlib
import re
import tempfile
import time
import zipfile

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HF_DATASETS_OFFLINE", "1")

import lm_eval
import torch
import yaml
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks import TaskManager

HARNESS = pathlib.Path(lm_eval.__file__).parent / "tasks"


def rows_of(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f if line.strip()]


def openbookqa(path):
    for row in rows_of(path):
        question = row["question"]
        yield {
            "question_stem": question["stem"],
            "choices": {
                "text": [c["text"] for c in question["choices"]],
                "label": [c["label"] for c in question["choices"]],
            },
            "answerKey": row["answerKey"],
        }


def truthfulqa(path):
    def split(text):
        return [a.strip() for a in text.split(";") if a.strip()]

    with open(path, encoding="utf-8", newline="") as f:
        for row in csv.DictReader(f):
            best, right, wrong = [row["Best Answer"].strip()], split(row["Correct Answers"]), split(row["Incorrect Answers"])
            yield {
                "question": row["Question"],
                "mc1_targets": {"choices": best + wrong, "labels": [1] + [0] * len(wrong)},
                "mc2_targets": {"choices": right + wrong, "labels": [1] * len(right) + [0] * len(wrong)},
            }


def blimp(path, paradigm):
    with zipfile.ZipFile(path) as z, z.open(paradigm + ".jsonl") as f:
        for line in f:
            row = json.loads(line)
            yield {"sentence_good": row["sentence_good"], "sentence_bad": row["sentence_bad"]}


class Tasks:
    """Writes task files that include the harness's own and read local rows."""

    def __init__(self, data):
        self.data = pathlib.Path(data)
        self.dir = pathlib.Path(tempfile.mkdtemp())

    def rows(self, name, rows):
        path = self.dir / f"{name}.jsonl"
        with open(path, "w", encoding="utf-8") as f:
            for row in rows:
                f.write(json.dumps(row) + "\n")
        return str(path)

    def write(self, name, base, files, **more):
        # The harness's file, with its Python functions; only the data set is another.
        config = {"include": str(HARNESS / base), "task": name, "dataset_path": "json", "dataset_name": None}
        config["dataset_kwargs"] = {"data_files": files}
        config.update(more)
        (self.dir / f"{name}.yaml").write_text(yaml.safe_dump(config))

    def add(self, name):
        if name.startswith("blimp_"):
            self.write(name, "blimp/_template_yaml", {"train": self.rows(name, blimp(self.data / "blimp.zip", name[6:]))})
        elif name == "lambada_openai":
            self.write(name, "lambada/lambada_openai.yaml", {"test": str(self.data / "lambada.jsonl")})
        elif name == "openbookqa":
            files = {s: self.rows(f"obqa_{s}", openbookqa(self.data / f)) for s, f in
                     {"train": "openbookqa_train.jsonl", "test": "openbookqa.jsonl"}.items()}
            self.write(name, "openbookqa/openbookqa.yaml", files, validation_split=None)
        elif name.startswith("truthfulqa_"):
            files = {"validation": self.rows(name, truthfulqa(self.data / "TruthfulQA.csv"))}
            self.write(name, f"truthfulqa/{name}.yaml", files)
            self.truthful_examples()
        elif name == "gsm8k":
            files = {s: str(self.data / f"gsm8k_{s}.jsonl") for s in ("train", "test")}
            self.write(name, "gsm8k/gsm8k.yaml", files)
        else:
            raise SystemExit(f"unknown task {name}")

    def truthful_examples(self):
        """Writes the examples that stand before each question, which loyal does not have, where it looks for them."""
        prompt = re.sub(r"\\\n\s*", "", (HARNESS / "truthfulqa/truthfulqa_mc1.yaml").read_text()).replace("\\n", "\n")
        rows = [{"question": q, "answer": a} for q, a in re.findall(r"Q: (.*?)\nA: ([^\n']*)", prompt)]
        assert len(rows) == 6, prompt
        (self.data / "truthfulqa_examples.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))

    def text(self, path):
        text = pathlib.Path(path).read_text(encoding="utf-8")
        config = {
            "task": "text", "dataset_path": "json", "output_type": "loglikelihood_rolling", "test_split": "test",
            "dataset_kwargs": {"data_files": {"test": self.rows("text", [{"text": text}])}},
            "doc_to_text": "", "doc_to_target": "{{text}}",
            "metric_list": [{"metric": m} for m in ("word_perplexity", "byte_perplexity", "bits_per_byte")],
        }
        (self.dir / "text.yaml").write_text(yaml.safe_dump(config))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("--data", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--tasks", default="")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--num-fewshot", type=int)
    parser.add_argument("--text")
    parser.add_argument("--max-length", type=int, default=2048)
    args = parser.parse_args()

    tasks = Tasks(args.data)
    names = [n for n in args.tasks.split(",") if n]
    for name in names:
        tasks.add(name)
    if args.text:
        tasks.text(args.text)
        names.append("text")
    start = time.time()
    model = HFLM(pretrained=args.model, dtype="float32", device="cpu", batch_size=8, max_length=args.max_length)
    loaded, cpu = time.time(), time.process_time()
    results = lm_eval.simple_evaluate(
        model, tasks=names, limit=args.limit, num_fewshot=args.num_fewshot, bootstrap_iters=1000,
        task_manager=TaskManager(include_path=str(tasks.dir), include_defaults=False), log_samples=True,
    )
    # Of the samples only what the model was asked, and what came out.
    results["samples"] = {
        name: [{key: row[key] for key in ("doc_id", "arguments", "resps")} for row in rows]
        for name, rows in results["samples"].items()
    }
    results["seconds"] = {"load": loaded - start, "evaluate": time.time() - loaded, "cpu": time.process_time() - cpu, "threads": torch.get_num_threads()}
    with open(args.out, "w", encoding="utf-8") as f:
        json.dump(results, f, indent=1, default=str)


if __name__ == "__main__":
    main()
