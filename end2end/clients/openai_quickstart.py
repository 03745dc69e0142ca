"""OpenAI's own Python client, unmodified, against Parlor: base URL and key only.

`OPENAI_BASE_URL` and `OPENAI_API_KEY` name the house. Ends with 0 when pictures
come as they do from OpenAI.
"""

import base64
import io
import json
import os
import struct
import time
import urllib.request
import zlib
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from openai import (
    AuthenticationError, BadRequestError, ConflictError, InternalServerError, NotFoundError, OpenAI, UnprocessableEntityError,
)

client = OpenAI()
SMALL = {"size": "256x256", "extra_body": {"steps": 4}}


HOUSE = urlsplit(os.environ["OPENAI_BASE_URL"])._replace(path="").geturl()


def is_png(b64: str) -> bool:
    return base64.b64decode(b64).startswith(b"\x89PNG")


def named(content: bytes, name: str) -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


def clear_above(side: int) -> bytes:
    """A mask as a PNG: clear where a picture is to be painted anew."""
    rows = b"".join(b"\0" + bytes([0, 0, 0, 0 if y < side // 2 else 255]) * side for y in range(side))
    header = struct.pack(">2I5B", side, side, 8, 6, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    framed = (struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


def house(path: str, method: str = "GET") -> dict:
    """Parlor's own door, for what this client cannot ask: whatever came in by its own is there, too."""
    key = {"Authorization": f"Bearer {os.environ['OPENAI_API_KEY']}"}
    with urllib.request.urlopen(urllib.request.Request(f"{HOUSE}/api/parlor/v1/{path}", method=method, headers=key)) as answer:
        return json.load(answer)


models = [model.id for model in client.models.list()]
assert "text-to-picture" in models and "gpt-image-1" in models, models
assert client.models.retrieve("gpt-image-1").object == "model"

made = client.images.generate(model="gpt-image-1", prompt="a red hill", n=2, quality="low", **SMALL)
assert len(made.data) == 2 and all(is_png(one.b64_json) for one in made.data)

link = client.images.generate(prompt="a red hill", response_format="url", **SMALL).data[0].url
assert link.startswith("http"), link
# On a free port of the system's choice a house does not know which it got.
with urllib.request.urlopen(HOUSE + urlsplit(link).path) as answer:
    assert answer.headers["Content-Type"] == "image/png" and answer.read().startswith(b"\x89PNG")

stream = client.images.generate(prompt="a blue lake", stream=True, partial_images=2, size="256x256",
                                extra_body={"steps": 12})
seen = [(event.type, getattr(event, "partial_image_index", None)) for event in stream]
partial = "image_generation.partial_image"
assert seen == [(partial, 0), (partial, 1), ("image_generation.completed", None)], seen

hill = base64.b64decode(made.data[0].b64_json)
for more, maker in [
    ({"model": "picture-to-picture"}, "picture-to-picture"),
    ({}, "picture-to-picture"),
    # The host's name for what makes pictures of words alone; a file of which nothing is made here.
    ({"model": "gpt-image-1", "markup": named(clear_above(256), "markup.png")}, "picture-to-picture"),
    ({"mask": named(clear_above(256), "mask.png")}, "inpaint"),
]:
    edited = client.images.edit(image=named(hill, "hill.png"), prompt="at night", extra_body={"steps": 4}, **more)
    assert is_png(edited.data[0].b64_json)
    assert house("jobs")["jobs"][0]["workflow"] == maker, more

stream = client.images.edit(image=named(hill, "hill.png"), prompt="at dawn", stream=True, partial_images=1,
                            extra_body={"steps": 12})
seen = [event.type for event in stream if event.b64_json]
assert seen == ["image_edit.partial_image", "image_edit.completed"], seen

# What was stopped or is late was made once, and is not asked for again.
before = house("jobs")["total"]
with ThreadPoolExecutor() as pool:
    asking = pool.submit(client.images.generate, prompt="a slow hill", size="256x256", extra_body={"steps": 60})
    while house("jobs")["total"] == before:
        time.sleep(0.02)
    # Asked anew: a page is read before what stands behind it is counted.
    newest = house("jobs")["jobs"][0]
    house(f"jobs/{newest['id']}/cancel", "POST")
    refused = asking.exception()
assert isinstance(refused, ConflictError), refused
assert house("jobs")["total"] == before + 1
try:
    client.images.generate(prompt="a late hill", extra_headers={"Prefer": "wait=0"}, **SMALL)
except InternalServerError as refused:
    assert refused.status_code == 504, refused
else:
    raise AssertionError("it did not wait, and was told no better")
assert house("jobs")["total"] == before + 2

for error, ask in [
    (NotFoundError, {"prompt": "x", "model": "no-such"}),
    (UnprocessableEntityError, {"prompt": "x", "size": "huge"}),
    (BadRequestError, {"prompt": 5}),
]:
    try:
        client.images.generate(**ask)
    except error as refused:
        assert refused.body["message"], refused.body
    else:
        raise AssertionError(f"{ask} was taken")

for param, ask in [
    ("size", {"image": named(hill, "hill.png"), "size": "1024x1024"}),
    ("image", {"image": named(b"no picture", "hill.png")}),
]:
    try:
        client.images.edit(prompt="x", **ask)
    except UnprocessableEntityError as refused:
        assert refused.param == param, refused.body
    else:
        raise AssertionError(f"{param} was taken")

try:
    OpenAI(api_key="sk-wrong").models.list()
except AuthenticationError as refused:
    assert refused.code == "invalid_api_key", refused.body
else:
    raise AssertionError("a wrong key was taken")
