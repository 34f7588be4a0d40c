# SPDX-License-Identifier: Apache-2.0
"""Bytes to tokens and back, by the vocabulary and the merges of a tokenizer.json (BPE).

Any bytes can be coded, so pixels and samples too: the vocabulary must hold all 256 single bytes, in the
byte-level alphabet or as <0x00> to <0xFF>. How the content is cut before merges is like GPT-2's and not equal
to every tokenizer's, which costs a little and loses nothing: tokens give the same bytes back.
"""

import re

PIECES = re.compile(r"'(?:s|t|re|ve|m|ll|d)| ?[^\W\d_]+| ?\d{1,3}| ?(?:[^\s\w]|_)+|\s+(?!\S)|\s+")


def byte_alphabet():
    """The character that stands for each byte in byte-level vocabularies."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in plain]
    return {**{b: chr(b) for b in plain}, **{b: chr(256 + i) for i, b in enumerate(others)}}


class Tokenizer:
    def __init__(self, description):
        model = description["model"]
        if model.get("type", "BPE") != "BPE":
            raise ValueError(f"a tokenizer of type {model['type']} is not read, only BPE")
        self._of_char = {char: bytes([b]) for b, char in byte_alphabet().items()}
        self._fallback = bool(model.get("byte_fallback"))
        special = {entry["id"] for entry in description.get("added_tokens", [])}
        self.bytes_of = {number: self._bytes(token) for token, number in model["vocab"].items()
                         if number not in special}
        self._number = {content: number for number, content in sorted(
            self.bytes_of.items(), reverse=True) if content}
        missing = [b for b in range(256) if bytes([b]) not in self._number]
        if missing:
            raise ValueError(f"the vocabulary lacks {len(missing)} single bytes")
        pairs = [pair.split(" ") if isinstance(pair, str) else pair for pair in model["merges"]]
        self._rank = {(self._bytes(a), self._bytes(b)): i for i, (a, b) in enumerate(pairs)}
        self._known = {}

    def _bytes(self, token):
        if not self._fallback:
            return b"".join(self._of_char.get(char, char.encode()) for char in token)
        byte = re.fullmatch("<0x([0-9A-F]{2})>", token)
        return bytes([int(byte[1], 16)]) if byte else token.replace("\u2581", " ").encode()

    def _merge(self, piece):
        """Tokens of a piece: its bytes, merged in pairs, the earliest merge first."""
        parts = [bytes([b]) for b in piece]
        if self._fallback:  # merges join characters there
            characters = [c.encode("utf-8", "surrogateescape")
                          for c in piece.decode("utf-8", "surrogateescape")]
            parts = [p for c in characters
                     for p in ([c] if c in self._number else [bytes([b]) for b in c])]
        while len(parts) > 1:
            ranked = [(self._rank.get(pair, 1 << 60), i) for i, pair in enumerate(zip(parts, parts[1:]))]
            rank, at = min(ranked)
            if rank == 1 << 60 or parts[at] + parts[at + 1] not in self._number:
                break
            parts[at:at + 2] = [parts[at] + parts[at + 1]]
        return [self._number[part] for part in parts]

    def tokens(self, content):
        """Numbers of tokens whose bytes are the content."""
        text = content.decode("utf-8", "surrogateescape")
        numbers = []
        for piece in PIECES.findall(text):
            if piece not in self._known:
                self._known[piece] = self._merge(piece.encode("utf-8", "surrogateescape"))
            numbers += self._known[piece]
        return numbers

    def content(self, numbers):
        return b"".join(self.bytes_of[number] for number in numbers)
