"""Makes test/runtime/fixtures/clip-tokens.json: which numbers CLIP's own tokeniser gives, and the part of its
vocabulary that decides them (all pairs that lie within a word of the texts).

git clone https://github.com/openai/CLIP && python3 -m venv v && v/bin/pip install regex ftfy
PYTHONPATH=CLIP/clip v/bin/python test/runtime/make_tokens.py
"""

import json
import pathlib

import regex
from simple_tokenizer import SimpleTokenizer

texts = [
    "a photo of a cat.",
    "a photo of a dog",
    "a diagram",
    "Hello,   World!",
    "the snow leopard's 2 cubs",
    "Müller-Straße",
    "don't you'll WE'VE",
    "hummingbird hawk-moth",
    "éclair au café",
    "犬",
    "pizza 🍕!!",
    "route 66",
    "T-shirt (white)",
]
clip = SimpleTokenizer()
words = set()
for text in texts:
    for word in regex.findall(clip.pat, text.lower()):
        words.add("".join(clip.byte_encoder[b] for b in word.encode()) + "</w>")
merges = [pair for pair in clip.bpe_ranks if any("".join(pair) in word for word in words)]
single = list(clip.byte_encoder.values())
pieces = single + [c + "</w>" for c in single] + ["".join(pair) for pair in merges]
pieces += ["<|startoftext|>", "<|endoftext|>"]
fixture = {
    "vocab": {piece: clip.encoder[piece] for piece in dict.fromkeys(pieces)},
    "merges": [" ".join(pair) for pair in merges],
    "cases": [{"text": text, "ids": clip.encode(text)} for text in texts],
}
file = pathlib.Path(__file__).parent / "fixtures" / "clip-tokens.json"
file.write_text(json.dumps(fixture, ensure_ascii=False) + "\n")
