"""Talks to an OpenAI-compatible server with OpenAI's Python client, and with plain
HTTP as client libraries of many providers do it.

    python interop/openai_client.py http://127.0.0.1:8080/v1 MODEL [API_KEY]

Needs the package openai. Prints one line a check and exits 1 if any fails. The
model must have a chat template; what it says does not matter.
"""

import json
import sys
import urllib.error
import urllib.request

import openai

FAILED = []


def check(name, ok, detail=""):
    print(("ok    " if ok else "FAILED"), name, detail if not ok else "")
    if not ok:
        FAILED.append(name)


def official(base, model, key):
    client = openai.OpenAI(base_url=base, api_key=key, max_retries=0, timeout=120)
    messages = [
        {"role": "system", "content": "You are brief."},
        {"role": "user", "content": [{"type": "text", "text": "Name a color."}]},
    ]

    check("models.list", model in [m.id for m in client.models.list()])
    check("models.retrieve", client.models.retrieve(model).id == model)

    whole = client.chat.completions.create(model=model, messages=messages, temperature=0, max_tokens=12)
    text, reason = whole.choices[0].message.content, whole.choices[0].finish_reason
    check("chat", bool(text) and reason in ("stop", "length"), repr(whole))
    check("chat usage", whole.usage.total_tokens == whole.usage.prompt_tokens + whole.usage.completion_tokens)

    pieces, usage, reasons = [], None, []
    for chunk in client.chat.completions.create(
        model=model, messages=messages, temperature=0, max_completion_tokens=12, stream=True,
        stream_options={"include_usage": True},
    ):
        usage = chunk.usage or usage
        for choice in chunk.choices:
            pieces.append(choice.delta.content or "")
            reasons.append(choice.finish_reason)
    check("chat stream says the same", "".join(pieces) == text, f"{''.join(pieces)!r}, not {text!r}")
    check("chat stream ends", reasons[-1] == reason and not any(reasons[:-1]), repr(reasons))
    check("chat stream usage", usage is not None and usage.completion_tokens == whole.usage.completion_tokens)

    drawn = [
        client.chat.completions.create(
            model=model, messages=messages, temperature=1, top_p=0.9, seed=seed, n=2, max_tokens=12,
            frequency_penalty=0.1, presence_penalty=0.1, extra_body={"top_k": 50, "min_p": 0.01, "repetition_penalty": 1.1},
        )
        for seed in (1, 1, 2)
    ]
    texts = [[c.message.content for c in d.choices] for d in drawn]
    check("seed", texts[0] == texts[1] and texts[0] != texts[2], repr(texts))
    check("n", len(texts[0]) == 2 and [c.index for c in drawn[0].choices] == [0, 1])

    scored = client.chat.completions.create(
        model=model, messages=messages, temperature=0, max_tokens=4, logprobs=True, top_logprobs=3
    )
    content = scored.choices[0].logprobs.content
    joined = b"".join(bytes(t.bytes) for t in content).decode(errors="replace")
    check("chat logprobs", joined.startswith(scored.choices[0].message.content.strip()) or joined == scored.choices[0].message.content, joined)
    check("top_logprobs", all(len(t.top_logprobs) == 3 and t.top_logprobs[0].token == t.token for t in content))

    word = text.split()[-1]
    cut = client.chat.completions.create(model=model, messages=messages, temperature=0, max_tokens=12, stop=[word])
    check("stop", cut.choices[0].finish_reason == "stop" and word not in cut.choices[0].message.content)

    legacy = client.completions.create(model=model, prompt="Once upon a", temperature=0, max_tokens=4, echo=True, logprobs=2)
    check("completion with echo", legacy.choices[0].text.startswith("Once upon a"), repr(legacy))
    lp = legacy.choices[0].logprobs
    check("completion logprobs", lp.token_logprobs[0] is None and len(lp.tokens) == len(lp.text_offset) == len(lp.top_logprobs))
    many = client.completions.create(model=model, prompt=["One", "Two"], temperature=0, max_tokens=3)
    check("prompts", [c.index for c in many.choices] == [0, 1])
    streamed = client.completions.create(model=model, prompt=["One", "Two"], temperature=0, max_tokens=3, stream=True)
    parts = ["", ""]
    for chunk in streamed:
        for choice in chunk.choices:
            parts[choice.index] += choice.text
    check("completion stream says the same", parts == [c.text for c in many.choices], repr(parts))

    for name, kind, call in (
        ("unknown model", openai.NotFoundError, {"model": "no-such-model"}),
        ("bad value", openai.BadRequestError, {"temperature": 9}),
        ("unsupported", openai.BadRequestError, {"response_format": {"type": "json_object"}}),
    ):
        try:
            client.chat.completions.create(**{"model": model, "messages": messages, **call})
            check(name, False, "no error")
        except kind as e:
            check(name, bool(e.message) and isinstance(e.body, dict), repr(e))
    if key != "none":
        try:
            openai.OpenAI(base_url=base, api_key="sk-wrong", max_retries=0).models.list()
            check("wrong key", False, "no error")
        except openai.AuthenticationError:
            check("wrong key", True)


def plain(base, model, key):
    """A client that knows no more than HTTP and JSON, and sends fields of other providers."""

    def post(path, body):
        request = urllib.request.Request(
            base + path, json.dumps(body).encode(),
            {"Content-Type": "application/json", "Authorization": "Bearer " + key},
        )
        return urllib.request.urlopen(request, timeout=120)

    body = {
        "model": model, "messages": [{"role": "user", "content": "Say hi."}], "max_tokens": 5, "temperature": 0,
        "user": "someone", "metadata": {"a": "b"}, "drop_params": True, "tools": [], "tool_choice": "none",
        "stop": None, "stream": False,
    }
    with post("/chat/completions", body) as response:
        whole = json.load(response)
        check("plain: request id", bool(response.headers["x-request-id"]))
    for field in ("id", "object", "created", "model", "choices", "usage"):
        check("plain: field " + field, field in whole)

    lines = []
    with post("/chat/completions", {**body, "stream": True}) as response:
        check("plain: content type", response.headers["content-type"].startswith("text/event-stream"))
        lines = [line.decode().rstrip("\n") for line in response]
    data = [line[len("data: "):] for line in lines if line]
    check("plain: stream ends with [DONE]", data[-1] == "[DONE]" and lines[-1] == "")
    text = "".join(c["delta"].get("content", "") for d in data[:-1] for c in json.loads(d)["choices"])
    check("plain: stream says the same", text == whole["choices"][0]["message"]["content"], repr(text))

    try:
        post("/chat/completions", {"model": model})
        check("plain: error object", False, "no error")
    except urllib.error.HTTPError as e:
        error = json.load(e)["error"]
        check("plain: error object", e.code == 400 and set(error) == {"message", "type", "param", "code"}, repr(error))


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    base, model = sys.argv[1].rstrip("/"), sys.argv[2]
    key = sys.argv[3] if len(sys.argv) == 4 else "none"
    print("openai", openai.__version__)
    official(base, model, key)
    plain(base, model, key)
    if FAILED:
        sys.exit(f"{len(FAILED)} checks failed: {', '.join(FAILED)}")
    print("all checks passed")


if __name__ == "__main__":
    main()
